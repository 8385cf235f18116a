"""What the handbook tells to call: commands and options exist, examples run."""

from __future__ import annotations

import ast
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

import speechkit
from benchmarks.__main__ import benchmarks
from speechkit.cli.main import cli
from speechkit.cli.reference import PAGES
from tests.docs.pages import (
    BLOCK,
    DOCS,
    EVERY_PAGE,
    HANDBOOK,
    ROOT,
    blocks,
    commands,
    name_of,
)


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
        old = set().union(*(old_spellings(each) for each in command.params))
        assert not old & set(rest), f"speechkit {' '.join(arguments[:2])}: an old spelling"
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


@pytest.mark.parametrize("path", EVERY_PAGE, ids=name_of)
def test_commands_within_sentences_exist(path: Path) -> None:
    """`speechkit group verb` in running text names a command, too."""
    for words in re.findall(r"`speechkit ((?:[a-z][a-z-]* ?)+)", path.read_text("utf-8")):
        command: click.Command | None = cli
        context = click.Context(cli, info_name="speechkit")
        for word in words.split():
            if not isinstance(command, click.Group):
                break
            command = command.get_command(context, word)
            assert command is not None, f"no command: speechkit {words}"


def every_option() -> set[str]:
    """All option names of the program that its help shows; old spellings work and are left out."""
    names = {"--help", "--version"}
    commands: list[click.Command] = [cli]
    while commands:
        command = commands.pop()
        if isinstance(command, click.Group):
            context = click.Context(command)
            below = (command.get_command(context, name) for name in command.list_commands(context))
            commands += [each for each in below if each is not None]
        for option in command.params:
            if isinstance(option, click.Option):
                names.update({*option.opts, *option.secondary_opts} - old_spellings(option))
    return names


def old_spellings(option: click.Parameter) -> set[str]:
    """The names of an option that still work and that nobody should learn any more."""
    if getattr(option, "hidden", False):
        return set(option.opts)
    return set(getattr(option, "old", ()))


@pytest.mark.parametrize("path", [p for p in EVERY_PAGE if p.name != "CHANGELOG.md"], ids=name_of)
def test_options_within_sentences_exist_and_are_current(path: Path) -> None:
    """`--option` in running text is one of ours; no page teaches an old spelling."""
    shown = every_option()
    text = BLOCK.sub("", path.read_text("utf-8"))
    for code in re.findall(r"`((?:speechkit[^`]*)?--[^`]+)`", text):
        for option in re.findall(r"(?<![\w-])--[a-z][\w-]*", code):
            assert option in shown, f"`{code}`"


@pytest.mark.parametrize("path", [p for p in EVERY_PAGE if p.name not in PAGES], ids=name_of)
def test_python_examples_call_what_there_is(path: Path) -> None:
    """Each call of `speechkit.name(...)` fits the function's signature."""
    for _, block in blocks(path, "python"):
        for call in ast.walk(ast.parse(block)):
            if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("speechkit."):
                name = ast.unparse(call.func).removeprefix("speechkit.")
                if "." not in name:
                    names = {keyword.arg: None for keyword in call.keywords if keyword.arg}
                    inspect.signature(getattr(speechkit, name)).bind(*call.args, **names)


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
