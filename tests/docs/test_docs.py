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

from benchmarks.__main__ import benchmarks
from benchmarks.figures import BLOCK as FIGURES
from benchmarks.figures import RESULTS, load, with_figures
from speechkit.cli.main import cli
from speechkit.cli.reference import PAGES
from speechkit.core.version import VERSION

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
HANDBOOK = sorted(DOCS.rglob("*.md"))
PAGES_OUTSIDE = [
    ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
]
EVERY_PAGE = [*PAGES_OUTSIDE, *HANDBOOK]
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


def anchors(page: Path) -> set[str]:
    """What `#...` may name in a page: its headings, as they are turned into addresses."""
    headings = re.findall(r"^#+ +(.*)$", page.read_text("utf-8"), re.M)
    return {
        re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings
    }


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", EVERY_PAGE, ids=name_of)
def test_links_lead_somewhere(path: Path) -> None:
    for match in _LINK.finditer(path.read_text("utf-8")):
        target, _, anchor = (match[1] or match[2]).partition("#")
        if "://" in target:
            continue
        page = path.parent / target if target else path
        assert page.exists(), target
        if anchor:
            assert anchor in anchors(page), f"{target}#{anchor}"


@pytest.mark.parametrize("path", EVERY_PAGE, ids=name_of)
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


@pytest.mark.parametrize("path", EVERY_PAGE, ids=name_of)
def test_benchmarks_and_targets_exist(path: Path) -> None:
    """Whatever a page says prints a figure can be called."""
    text = path.read_text("utf-8")
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.search(r"^\.PHONY: (.*)$", makefile, re.M)[1].split())  # type: ignore[index]
    targets |= {f"bench-{name}" for name in re.search(r"bench-,(.*)\)", makefile)[1].split()}  # type: ignore[index]
    for name in re.findall(r"`make ([\w-]+)(?: [\w-]+)*`", text):
        assert name in targets, f"make {name}"
    for name in re.findall(r"python -m benchmarks\s([a-z][\w-]*)", text):
        assert name in benchmarks(), f"python -m benchmarks {name}"


def test_every_make_target_of_a_benchmark_names_one() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    names = re.search(r"bench-,(.*)\)", makefile)
    assert names is not None
    assert set(names[1].split()) <= set(benchmarks())


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


@pytest.mark.parametrize("path", EVERY_PAGE, ids=name_of)
def test_commands_within_sentences_exist(path: Path) -> None:
    """`speechkit group verb` in running text names a command, too."""
    for words in re.findall(r"`speechkit ((?:[a-z]+ ?)+)", path.read_text("utf-8")):
        command: click.Command | None = cli
        context = click.Context(cli, info_name="speechkit")
        for word in words.split():
            if not isinstance(command, click.Group):
                break
            command = command.get_command(context, word)
            assert command is not None, f"no command: speechkit {words}"


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
    rows = [x for x in (DOCS / "compare.md").read_text("utf-8").splitlines() if x[:2] == "| "]
    said = [
        [cell.strip() for cell in row.strip("|").split("|")] for row in rows if row[:3] != "| |"
    ]
    assert len(said) > 18
    for about, *cells in said:
        assert len(cells) == 6
        for cell in cells:
            assert cell in {"–", "not stated"} or _LINK.search(cell), f"{about}: {cell}"
