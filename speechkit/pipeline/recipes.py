"""Recipes, found in a checkout (`recipes/`) and in a wheel (`speechkit/_recipes/`) alike."""

from __future__ import annotations

import importlib
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import msgspec

from speechkit.core.errors import UsageError, did_you_mean

_PACKAGE = "speechkit._recipes"


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a recipe says about itself: whose data, under which licence, what comes out."""

    name: str
    title: str
    licence: str
    sources: tuple[str, ...]
    expect: dict[str, str]


def recipes_folder() -> Path:
    """Where the recipes lie: inside the package in a wheel, beside it in a checkout."""
    package = Path(__file__).parent.parent
    shipped = package / "_recipes"
    return shipped if shipped.is_dir() else package.parent / "recipes"


def recipe_names() -> tuple[str, ...]:
    """Names of all recipes, sorted."""
    return tuple(sorted(path.parent.name for path in recipes_folder().glob("*/__init__.py")))


def load_recipe(name: str) -> ModuleType:
    """Return a recipe's module: it has `RECIPE` and `build(dest) -> Path`.

    Raises:
        UsageError: if there is no such recipe; with close matches.

    >>> load_recipe("demo").RECIPE.name
    'demo'
    """
    names = recipe_names()
    if name not in names:
        raise UsageError(f"no recipe named {name!r}; {did_you_mean(name, names)}")
    if _PACKAGE not in sys.modules:
        _import_package(recipes_folder())
    return importlib.import_module(f"{_PACKAGE}.{name}")


def _import_package(folder: Path) -> None:
    # One module name in both layouts, so that pickles, tracebacks and tests agree.
    spec = spec_from_file_location(
        _PACKAGE, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[_PACKAGE] = module
    spec.loader.exec_module(module)
