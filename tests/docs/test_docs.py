"""The handbook: reference pages are current, links lead somewhere, commands exist, examples run."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from speechkit.cli.main import cli
from speechkit.cli.reference import PAGES

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
HANDBOOK = sorted(DOCS.glob("*.md"))
_BLOCK = re.compile(r"(<!-- run -->\n)?^```(\w*)\n(.*?)^```$", re.M | re.S)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")


def blocks(path: Path, *languages: str) -> Iterator[tuple[bool, str]]:
    for match in _BLOCK.finditer(path.read_text("utf-8")):
        if match[2] in languages:
            yield bool(match[1]), match[3]


def commands(path: Path) -> Iterator[list[str]]:
    for _, block in blocks(path, "sh", "console"):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("speechkit "):
                words = shlex.split(line, comments=True)[1:]
                yield words[: words.index(">")] if ">" in words else words


@pytest.mark.parametrize("name", sorted(PAGES))
def test_reference_pages_are_current(name: str) -> None:
    # In a process of its own: click keeps what it made for commands that other tests have called.
    code = f"import sys; from speechkit.cli.reference import PAGES; sys.stdout.write(PAGES[{name!r}]())"
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    current = (DOCS / name).read_bytes() == made
    assert current, f"docs/{name} is not current: run python -m speechkit.cli.reference"


@pytest.mark.parametrize("path", HANDBOOK, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for match in _LINK.finditer(path.read_text("utf-8")):
        target = (match[1] or match[2]).partition("#")[0]
        if target and "://" not in target:
            assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", HANDBOOK, ids=lambda path: path.name)
def test_commands_exist(path: Path) -> None:
    """Each command line of the handbook is one that the program takes."""
    for arguments in commands(path):
        command: click.Command = cli
        context = click.Context(cli, info_name="speechkit")
        rest = list(arguments)
        while isinstance(command, click.Group):
            found = command.get_command(context, rest[0]) if rest else None
            assert found is not None, f"no command: speechkit {' '.join(arguments[:2])}"
            command, context = found, click.Context(found, parent=context, info_name=rest.pop(0))
        try:
            _, left, _ = command.make_parser(context).parse_args(rest)
        except click.UsageError as error:
            pytest.fail(f"speechkit {' '.join(arguments[:2])}: {error}")
        assert not left, f"speechkit {' '.join(arguments[:2])} takes no {left}"


def test_examples_run(tmp_path: Path) -> None:
    """What is marked to be run, runs: all of a page's blocks in one folder, in order."""
    ran = 0
    bin_folder = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{bin_folder}:{os.environ['PATH']}",
        "OMP_NUM_THREADS": "1",
    }
    for path in HANDBOOK:
        folder = tmp_path / path.stem
        folder.mkdir()
        for marked, block in blocks(path, "sh"):
            if marked:
                done = subprocess.run(
                    ["bash", "-euo", "pipefail", "-c", block],
                    cwd=folder,
                    env=environment,
                    capture_output=True,
                    text=True,
                    check=False,
                )
                assert done.returncode == 0, f"{path.name}: {done.stderr[-500:]}"
                ran += 1
    assert ran >= 2
    page = tmp_path / "tutorial-evaluator" / "page"
    assert (page / "index.html").is_file()


def test_the_evaluators_python_says_what_the_tutorial_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page promises that system A has no errors and B has some."""
    path = DOCS / "tutorial-evaluator.md"
    _, first = next(block for block in blocks(path, "sh") if block[0])
    made = "\n".join(line for line in first.splitlines() if not line.startswith("speechkit"))
    subprocess.run(["bash", "-euc", made], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    _, code = next(blocks(path, "python"))
    exec(compile(code, str(path), "exec"), {})
    a, b = capsys.readouterr().out.splitlines()
    assert a == "system-a 0.0"
    assert b.startswith("system-b ") and float(b.split()[1]) > 0.2


def test_site_lists_every_page() -> None:
    site = (ROOT / "mkdocs.yml").read_text("utf-8")
    listed = re.findall(r"[\w-]+\.md", site)
    assert len(listed) == len(set(listed))
    linked = {  # from the page that they belong to
        match[1] for page in HANDBOOK for match in _LINK.finditer(page.read_text("utf-8"))
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
    table = [x for x in (DOCS / "compare.md").read_text("utf-8").splitlines() if x[:1] == "|"]
    assert len(table) > 12
    for row in table[2:]:
        about, *cells = (cell.strip() for cell in row.strip("|").split("|"))
        assert len(cells) == 6
        for cell in cells:
            assert cell == "–" or _LINK.search(cell), f"{about}: {cell}"
