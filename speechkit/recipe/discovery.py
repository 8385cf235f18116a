"""Recipes: what a corpus says about itself, and how its files become a table to ingest.

A recipe is a folder with `recipe.toml` (the contract below, read without running any code) and a
module that has some of

    prepare(raw: Path, dest: Path, **options: str) -> Prepared    files as published → table
    build(dest: Path) -> Path                                     makes its own recordings
    download(dest: Path) -> Path                                  where data alone does not say how

They lie in `recipes/` of a checkout, in `speechkit/_recipes/` of a wheel, and in packages that
name a module under the entry point group `speechkit.recipes`.
"""

from __future__ import annotations

import importlib
import sys
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Literal

import msgspec

from speechkit.core.errors import InputError, UsageError, did_you_mean
from speechkit.recipe.prepared import Prepared

_PACKAGE = "speechkit._recipes"
_GROUP = "speechkit.recipes"
_CONTRACT = "recipe.toml"


class Download(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An archive (`.zip`, `.tar.gz`) to unpack, or a file to keep, and its digest where known."""

    url: str
    sha256: str = ""


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a recipe says about its corpus.

    Attributes:
        name: as the folder is called.
        title: one line.
        kind: `audio`, or `text` where there are dialogues but no sound.
        licence: of the data, SPDX where it has an id; not that of the recipe.
        access: `included`, `open` (anybody may download it), `registration` (after accepting
            terms), `own` (you bring it).
        how: how to get it, in a sentence.
        layout: the files that `prepare` reads, as the corpus is published.
        languages: ISO 639 codes.
        expect: what comes out, by topic.
        pipeline: settings for `speechkit run --set`.
        download: what `speechkit recipe download` brings.
    """

    name: str
    title: str
    kind: Literal["audio", "text"] = "audio"
    licence: str
    access: Literal["included", "open", "registration", "own"]
    how: str
    homepage: str = ""
    citation: str = ""
    layout: str = ""
    languages: tuple[str, ...] = ()
    accents: tuple[str, ...] = ()
    clinical: bool = False
    expect: dict[str, str] = {}
    pipeline: dict[str, str] = {}
    download: tuple[Download, ...] = ()


def recipes_folder() -> Path:
    """Where the recipes lie: inside the package in a wheel, beside it in a checkout."""
    package = Path(__file__).parent.parent
    shipped = package / "_recipes"
    return shipped if shipped.is_dir() else package.parent / "recipes"


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
    path = _folder(name) / _CONTRACT
    try:
        recipe = msgspec.toml.decode(path.read_bytes(), type=Recipe)
    except (OSError, msgspec.MsgspecError) as error:
        raise InputError(f"{path}: not a recipe's contract: {error}") from error
    if recipe.name != name:
        raise InputError(f"{path}: says it is {recipe.name!r}; a recipe is called as its folder")
    return recipe


def load_recipe(name: str) -> ModuleType:
    """Return a recipe's module.

    Raises:
        UsageError: if there is no such recipe; with close matches.

    >>> callable(load_recipe("demo").build)
    True
    """
    _known(name)
    if name in _shipped():
        if _PACKAGE not in sys.modules:
            _import_package(recipes_folder())
        return importlib.import_module(f"{_PACKAGE}.{name}")
    module = _installed()[name].load()
    assert isinstance(module, ModuleType), "the entry point of a recipe names a module"
    return module


def prepare_recipe(name: str, raw: Path, dest: Path, options: dict[str, str]) -> Prepared:
    """Make a table and references in `dest` out of a corpus' files in `raw`.

    Raises:
        UsageError: if the recipe has nothing to prepare, or no such option.
        InputError: if `raw` does not hold the corpus as it is published.
    """
    if not raw.is_dir():
        raise UsageError(
            f"{raw}: no such folder; how to get the corpus: speechkit recipe show {name}"
        )
    prepare = getattr(load_recipe(name), "prepare", None)
    if prepare is None:
        raise UsageError(f"recipe {name} makes its own recordings: speechkit {name}")
    known = prepare.__kwdefaults__ or {}
    for option in options:
        if option not in known:
            raise UsageError(
                f"recipe {name} has no option {option!r}; {did_you_mean(option, known)}"
            )
    prepared: Prepared = prepare(raw, dest, **options)
    return prepared


def _known(name: str) -> None:
    names = recipe_names()
    if name not in names:
        raise UsageError(f"no recipe named {name!r}; {did_you_mean(name, names)}")


def _shipped() -> tuple[str, ...]:
    return tuple(path.parent.name for path in recipes_folder().glob(f"*/{_CONTRACT}"))


def _installed() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=_GROUP)}


def _folder(name: str) -> Path:
    if name in _shipped():
        return recipes_folder() / name
    spec = find_spec(_installed()[name].module)
    if spec is None or not spec.submodule_search_locations:
        raise InputError(f"recipe {name}: its entry point names no package")
    return Path(spec.submodule_search_locations[0])


def _import_package(folder: Path) -> None:
    # One module name in both layouts, so that pickles, tracebacks and tests agree.
    spec = spec_from_file_location(
        _PACKAGE, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[_PACKAGE] = module
    spec.loader.exec_module(module)
