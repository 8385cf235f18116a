"""Pages on writing extensions show the very files that the tests install and run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "extend").glob("*.md"))
SHOWN = re.compile(r"^`(tests/extensions/[^`]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_examples_are_the_files_that_run(page: Path) -> None:
    shown = SHOWN.findall(page.read_text("utf-8"))
    assert shown, "the page shows no file"
    for name, text in shown:
        assert text == (ROOT / name).read_text("utf-8"), f"{name} has changed"
    assert any(len(text.splitlines()) <= 40 for name, text in shown if name.endswith(".py"))


def test_every_example_has_a_page() -> None:
    pages = "".join(page.read_text("utf-8") for page in PAGES)
    for project in sorted((ROOT / "tests" / "extensions").glob("*/pyproject.toml")):
        assert f"tests/extensions/{project.parent.name}/" in pages
