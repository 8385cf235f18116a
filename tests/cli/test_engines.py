"""`speechkit engines`: what is installed, and whether it keeps its contract."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner, Result

from speechkit.cli.main import cli
from speechkit.core.errors import UsageError
from speechkit.workflows.engines import KINDS, kind_of

PROGRAM = """
import sys, wave
with wave.open(sys.argv[1]) as sound:
    seconds = sound.getnframes() / sound.getframerate()
print({said!r})
"""


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["engines", *map(str, arguments)])


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.wav"
    soundfile.write(path, np.sin(np.arange(32_000) / 10), 16_000)
    return path


def spec(tmp_path: Path, said: str) -> str:
    program = tmp_path / "recognizer.py"
    program.write_text(PROGRAM.format(said=said))
    return f"command:{sys.executable} {program} {{audio}}"


def test_every_engine_is_listed_with_what_it_says_of_itself() -> None:
    listed = run("list", "--json")
    assert listed.exit_code == 0, listed.output
    engines = {(each["kind"], each["name"]): each for each in json.loads(listed.stdout)["engines"]}
    assert {kind for kind, _ in engines} == set(KINDS)
    assert engines["aligner", "ctc"]["info"]["word_margin"] == 0.16
    assert engines["transcriber", "command"]["info"]["needs_model"]
    assert "command:…" in run("list").output


def test_an_engine_that_keeps_its_contract(tmp_path: Path, clip: Path) -> None:
    checked = run("check", spec(tmp_path, "good morning"), "--clip", clip)
    assert checked.exit_code == 0, checked.output
    assert "0 of 11 promises broken" in checked.output


def test_an_engine_that_does_not(tmp_path: Path, clip: Path) -> None:
    checked = run("check", spec(tmp_path, ""), "--clip", clip, "--json")
    assert checked.exit_code == 1, checked.output
    broken = {each["check"]: each["problem"] for each in json.loads(checked.stdout)["checks"]}
    assert "printed nothing" in broken["segments lie in the sound"]
    assert broken["silence has no text"] == ""


def test_unknown_engines_are_refused() -> None:
    assert run("check", "fastr-whisper").exit_code != 0
    with pytest.raises(UsageError, match="did you mean faster-whisper"):
        kind_of("fastr-whisper:base")
    assert kind_of("faster-whisper:base") == "transcriber"
