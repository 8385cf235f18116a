"""Recipes: which there are, and one of them loaded.

A recipe is a folder with `recipe.toml` (its contract) and a module that has some of

    prepare(raw: Path, dest: Path, **options: str) -> Prepared    files as published → table
    build(dest: Path) -> Path                                     makes its own recordings
    download(dest: Path) -> Path                                  where data alone does not say how

They lie in `recipes/` of a checkout, in `speechkit/_recipes/` of a wheel, and in packages that
name a module under the entry point group `speechkit.recipes`.
"""

from __future__ import annotations

import importlib
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import msgspec

from speechkit import _recipes
from speechkit.core.errors import InputError, UsageError, did_you_mean
from speechkit.recipe.contract import CONTRACT, Recipe, read_contract
from speechkit.recipe.prepared import Prepared

_GROUP = "speechkit.recipes"


class LoadedRecipe(msgspec.Struct, frozen=True):
    """A recipe: what it says about its corpus, and its code."""

    contract: Recipe
    module: ModuleType

    @property
    def name(self) -> str:
        """The recipe's name."""
        return self.contract.name

    @property
    def prepares(self) -> bool:
        """Whether it turns files as published into a table; else it makes its own recordings."""
        return hasattr(self.module, "prepare")

    def prepare(self, raw: Path, dest: Path, options: dict[str, str]) -> Prepared:
        """Make a table and references in `dest` out of a corpus' files in `raw`.

        Raises:
            UsageError: if the recipe has nothing to prepare, or no such option.
            InputError: if `raw` does not hold the corpus as it is published.
        """
        if not raw.is_dir():
            raise UsageError(
                f"{raw}: no such folder; how to get the corpus: speechkit recipe show {self.name}"
            )
        if not self.prepares:
            raise UsageError(
                f"recipe {self.name} makes its own recordings: speechkit run --recipe {self.name}"
            )
        for option in options:
            if option not in self.contract.options:
                raise UsageError(
                    f"recipe {self.name} has no option {option!r}; "
                    f"{did_you_mean(option, self.contract.options)}"
                )
        prepared: Prepared = self.module.prepare(raw, dest, **options)
        return prepared

    def build(self, dest: Path) -> Path:
        """Make the recipe's own recordings, and their table, in `dest`; return that folder.

        Raises:
            MissingExtraError: if it lacks a voice.
        """
        path: Path = self.module.build(dest)
        return path


def recipes_folder() -> Path:
    """Where the recipes lie: inside the package in a wheel, beside it in a checkout."""
    return Path(next(iter(_recipes.__path__)))


def recipe_names() -> tuple[str, ...]:
    """Names of all recipes, sorted."""
    return tuple(sorted({*_shipped(), *_installed()}))


def read_recipe(name: str) -> Recipe:
    """Return what a recipe says about itself; none of its code is run.

    Raises:
        UsageError: if there is no such recipe; with close matches.
        InputError: if its contract is malformed.

    >>> read_recipe("demo").access
    'included'
    """
    _known(name)
    return read_contract(_folder(name), name)


def load_recipe(name: str) -> LoadedRecipe:
    """Return a recipe with its code.

    Raises:
        UsageError: if there is no such recipe; with close matches.
        InputError: if its contract is malformed.

    >>> load_recipe("demo").prepares
    False
    """
    contract = read_recipe(name)
    if name in _shipped():
        module = importlib.import_module(f"{_recipes.__name__}.{name}")
    else:
        module = _installed()[name].load()
        if not isinstance(module, ModuleType):
            raise InputError(f"recipe {name}: its entry point does not name a module")
    return LoadedRecipe(contract, module)


def _known(name: str) -> None:
    names = recipe_names()
    if name not in names:
        raise UsageError(f"no recipe named {name!r}; {did_you_mean(name, names)}")


def _shipped() -> tuple[str, ...]:
    return tuple(path.parent.name for path in recipes_folder().glob(f"*/{CONTRACT}"))


def _installed() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=_GROUP)}


def _folder(name: str) -> Path:
    if name in _shipped():
        return recipes_folder() / name
    spec = find_spec(_installed()[name].module)
    if spec is None or not spec.submodule_search_locations:
        raise InputError(f"recipe {name}: its entry point does not name a package")
    return Path(spec.submodule_search_locations[0])
