"""Figures and versions in the handbook are those of their sources."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.figures import BLOCK as FIGURES
from benchmarks.figures import RESULTS, load, with_figures
from speechkit.core.version import VERSION
from tests.docs.pages import (
    EVERY_PAGE,
    ROOT,
    name_of,
)


@pytest.mark.parametrize("path", EVERY_PAGE, ids=name_of)
def test_figures_are_those_of_their_results_file(path: Path) -> None:
    text = path.read_text("utf-8")
    assert with_figures(text) == text, "run make docs"


def test_every_results_file_is_shown_and_its_command_exists() -> None:
    shown = {name for path in EVERY_PAGE for name in FIGURES.findall(path.read_text("utf-8"))}
    assert shown == {path.stem for path in RESULTS.glob("*.toml")}
    for name in shown:
        command = load(name).command
        assert re.match(r"make (demo|bench-[\w-]+)|python -m benchmarks [\w-]+|speechkit ", command)


def test_one_version_everywhere() -> None:
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    changes = re.findall(
        r"^## \[([\d.]+)\] - (\d{4}-\d\d-\d\d)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M
    )
    assert changes[0][0] == VERSION
    assert f"version: {VERSION}" in citation
    assert f"date-released: {changes[0][1]}" in citation
