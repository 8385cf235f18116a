"""constraints.txt: what `make` installs, and how it is renewed."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from itertools import chain
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def lock() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lock", ROOT / ".ci" / "lock.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_dependency_has_a_version_that_the_project_allows(lock: ModuleType) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    versions = lock.parse((ROOT / "constraints.txt").read_text("utf-8"))
    for requirement in map(Requirement, wanted):
        if (name := canonicalize_name(requirement.name)) != "speechkit":
            assert name in versions, f"{name} is missing: run make lock"
            for version in versions[name].values():
                assert requirement.specifier.contains(version), f"{requirement}: {version}"


def test_it_holds_names_and_versions_and_nothing_of_this_machine(lock: ModuleType) -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    for line in lines:
        assert line.startswith("#") or lock.LINE.fullmatch(line), line
    assert not re.search(r"://|@|/", "\n".join(line for line in lines if line[:1] != "#"))


def test_what_pythons_share_has_one_line_and_what_differs_has_markers(lock: ModuleType) -> None:
    first = lock.merged({}, "3.11", {"same": "1", "other": "1", "gone": "1"})
    both = lock.merged(first, "3.12", {"same": "1", "other": "2"})
    text = lock.render(both)
    assert text.splitlines()[2:] == [
        "gone==1",
        'other==1 ; python_version == "3.11"',
        'other==2 ; python_version == "3.12"',
        "same==1",
    ]
    again = lock.parse(text)
    assert again["other"] == {"3.11": "1", "3.12": "2"}
    assert "gone" not in lock.merged(lock.merged(again, "3.11", {}), "3.12", {})


def test_every_extra_that_an_error_names_can_be_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = set()
    for path in (ROOT / "speechkit").rglob("*.py"):
        text = path.read_text("utf-8")
        named |= set(re.findall(r'MissingExtraError\([^)]*extra="(\w+)"', text))
        named |= set(re.findall(r"pip install 'speechkit\[(\w+)\]'", text))
    for points in project["entry-points"].values():
        named |= {
            match[1] for value in points.values() if (match := re.search(r"\[(\w+)\]$", value))
        }
    assert len(named) > 5
    assert named <= set(project["optional-dependencies"])
