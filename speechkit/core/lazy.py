"""Faces of rooms that load a module only when one of its names is asked for (PEP 562)."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping


def lazy_names(
    package: str, modules: Mapping[str, str]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return `__getattr__` and `__dir__` for a package that names what its modules hold.

    Args:
        package: the package's `__name__`.
        modules: which module of the package each name stands in, as `{"run": "runner"}`.

    >>> find, names = lazy_names("speechkit.core", {"overlap": "time"})
    >>> find("overlap").__module__
    'speechkit.core.time'
    >>> find("nothing")
    Traceback (most recent call last):
    AttributeError: module 'speechkit.core' has no attribute 'nothing'
    """

    def find(name: str) -> object:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{package}.{modules[name]}"), name)

    return find, lambda: sorted(modules)
