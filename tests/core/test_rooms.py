"""Doors: what crosses from one room to another is what the room's `__all__` lists, and no more.

A name may be imported from the module it stands in (so that nothing else is loaded), or from the
room; either way the room must list it.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import speechkit

ROOT = Path(speechkit.__file__).parent
ROOMS = tuple(
    sorted(
        path.name
        for path in ROOT.iterdir()
        if (path / "__init__.py").is_file() and path.name not in ("_recipes", "cli")
    )
)
# The vocabulary that everything is written in: all that is public there may be used.
OPEN = frozenset({"core"})


def _crossing() -> Iterator[tuple[str, str, str]]:
    """Yield (file, room, name) of each import from another room."""
    for path in sorted(ROOT.rglob("*.py")):
        relative = path.relative_to(ROOT)
        own = relative.parts[0]
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("speechkit."):
                parts = (node.module or "").split(".")[1:]
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module == "speechkit":
                continue  # rooms and `api` themselves
            elif isinstance(node, ast.Import):
                modules = [a.name.split(".")[1:] for a in node.names if "speechkit." in a.name]
                for parts in modules:
                    if parts[0] != own and parts[0] in ROOMS:
                        yield str(relative), parts[0], parts[-1]
                continue
            else:
                continue
            if parts[0] in ROOMS and parts[0] != own:
                for name in names:
                    yield str(relative), parts[0], name


def _listed(room: str) -> set[str]:
    return set(getattr(importlib.import_module(f"speechkit.{room}"), "__all__", ()))


@pytest.mark.parametrize("room", [room for room in ROOMS if room not in OPEN])
def test_only_what_a_room_lists_crosses_into_others(room: str) -> None:
    used = defaultdict(list)
    for file, other, name in _crossing():
        if other == room:
            used[name].append(file)
    listed = _listed(room)
    assert listed or not used, f"speechkit/{room}/__init__.py lists nothing"
    assert {name: files for name, files in used.items() if name not in listed} == {}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_what_it_lists(room: str) -> None:
    package = importlib.import_module(f"speechkit.{room}")
    listed = list(getattr(package, "__all__", ()))
    assert sorted(set(listed)) == sorted(listed)
    for name in listed:
        full = f"speechkit.{room}.{name}"
        assert hasattr(package, name), full
        if importlib.util.find_spec(full) is not None:
            value = getattr(package, name)
            assert isinstance(value, ModuleType), f"{full} hides the module of its name"


def test_every_room_lists_what_others_may_use() -> None:
    assert {room for room in ROOMS if not _listed(room)} <= OPEN


def test_a_room_loads_no_heavy_package() -> None:
    code = (
        "import importlib, sys\n"
        f"for room in {ROOMS!r}: importlib.import_module(f'speechkit.{{room}}')\n"
        "print([m for m in ('torch', 'pandas', 'librosa', 'av') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_package_in_the_ordinary_way() -> None:
    """Rooms are nouns: no function hides a package of its name."""
    code = (
        "import speechkit.diarization.turns as t, speechkit.transcription.align as a, speechkit; "
        "print(t.__name__, a.__name__, callable(speechkit.diarize))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [
        "speechkit.diarization.turns",
        "speechkit.transcription.align",
        "True",
    ]
