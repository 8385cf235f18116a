"""The handbook: reference pages are current, links lead somewhere, files exist, the site builds."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from speechkit.cli.reference import PAGES
from tests.docs.pages import (
    DOCS,
    EVERY_PAGE,
    HANDBOOK,
    LINK,
    ROOT,
    anchors,
    name_of,
)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_reference_pages_are_current(name: str) -> None:
    # In a process of its own: click keeps what it made for commands that other tests have called.
    code = f"import sys; from speechkit.cli.reference import PAGES; sys.stdout.write(PAGES[{name!r}]())"
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    current = (DOCS / name).read_bytes() == made
    assert current, f"docs/{name} is not current: run python -m speechkit.cli.reference"


@pytest.mark.parametrize("path", EVERY_PAGE, ids=name_of)
def test_links_lead_somewhere(path: Path) -> None:
    for match in LINK.finditer(path.read_text("utf-8")):
        target, _, anchor = (match[1] or match[2]).partition("#")
        if "://" in target:
            continue
        page = path.parent / target if target else path
        assert page.exists(), target
        if anchor:
            assert anchor in anchors(page), f"{target}#{anchor}"


@pytest.mark.parametrize("page", EVERY_PAGE, ids=name_of)
def test_files_of_the_repository_exist(page: Path) -> None:
    """A page that names a file of this repository names one that is there."""
    for name in re.findall(
        r"`((?:speechkit|recipes|tests|benchmarks|docs|manifests/synthetic|\.ci)/[^`\s<>*{}…]+)`",
        page.read_text("utf-8"),
    ):
        path, _, function = name.partition("::")
        assert (ROOT / path).exists(), name
        assert function in (ROOT / path).read_text("utf-8") if function else True, name


def test_site_lists_every_page() -> None:
    site = (ROOT / "mkdocs.yml").read_text("utf-8")
    listed = re.findall(r"[\w-]+\.md", site)
    assert len(listed) == len(set(listed))
    linked = {  # from the page that they belong to
        match[1] for page in HANDBOOK for match in LINK.finditer(page.read_text("utf-8"))
    }
    assert set(listed) <= {path.name for path in HANDBOOK}
    assert {path.name for path in HANDBOOK} <= {*listed, *linked}


def test_site_builds(tmp_path: Path) -> None:
    """Without a warning: a link into nothing is one."""
    pytest.importorskip("zensical")
    shutil.copytree(DOCS, tmp_path / "docs")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    command = [sys.executable, "-m", "zensical", "build", "--strict"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-300:]
    assert (tmp_path / "site" / "index.html").is_file()
    (tmp_path / "docs" / "index.md").write_text("[nowhere](nowhere.md)")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0


def test_each_cell_of_the_comparison_can_be_checked() -> None:
    """Whatever is said of a tool says where: a page of its own, or ours."""
    rows = [x for x in (DOCS / "compare.md").read_text("utf-8").splitlines() if x[:2] == "| "]
    said = [
        [cell.strip() for cell in row.strip("|").split("|")] for row in rows if row[:3] != "| |"
    ]
    assert len(said) > 18
    for about, *cells in said:
        assert len(cells) == 6
        for cell in cells:
            assert cell in {"–", "not stated"} or LINK.search(cell), f"{about}: {cell}"
