"""`speechkit convert`: any format to any, and what is lost is counted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from speechkit.cli.convert import command
from speechkit.core.errors import InputError, UsageError
from speechkit.core.types import Segment, Word
from speechkit.formats import read_transcripts, writable_formats, write_transcripts
from speechkit.formats.convert import convert_transcripts

SEGMENTS = (
    Segment(
        id="a-0000",
        start=1.0,
        end=2.0,
        text="good morning",
        speaker="doctor",
        language="en",
        words=(
            Word(text="good", start=1.0, end=1.5),
            Word(text="morning", start=1.5, end=2.0),
        ),
    ),
    Segment(id="a-0001", start=2.0, end=3.0, text="yes", speaker="patient", language="en"),
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "a.json").write_text(write_transcripts("json", {"a": SEGMENTS}))
    return tmp_path / "a.json"


@pytest.mark.parametrize("name", writable_formats())
def test_every_format_to_every_other_keeps_words_or_counts_them(
    source: Path, tmp_path: Path, name: str
) -> None:
    done = convert_transcripts(source, tmp_path / "out", to_format=name)
    items = next(iter(read_transcripts(done.paths[0], name).recordings.values()))
    assert " ".join(s.text for s in items) == "good morning yes"
    assert done.lost.get("words' times", 0) == (1 if not any(s.words for s in items) else 0)
    assert done.lost.get("language", 0) == 2 - sum(bool(s.language) for s in items)
    for other in writable_formats():
        if (name, other) == ("txt", "textgrid"):  # a tier without times holds nothing
            with pytest.raises(UsageError, match="segments have no times"):
                convert_transcripts(done.paths[0], tmp_path / "x", to_format=other)
            continue
        again = convert_transcripts(
            done.paths[0], tmp_path / f"to-{other}", from_format=name, to_format=other
        )
        back = next(iter(read_transcripts(again.paths[0], other).recordings.values()))
        assert " ".join(s.text for s in back).split() == ["good", "morning", "yes"]


def test_the_command_says_what_is_lost(source: Path, tmp_path: Path) -> None:
    ran = CliRunner().invoke(command, [str(source), str(tmp_path / "b.vtt"), "--json"])
    assert ran.exit_code == 0
    assert json.loads(ran.stdout)["lost"] == {"words' times": 1, "language": 2}
    assert "lost: language of 2 segments" in ran.stderr
    assert (tmp_path / "b.vtt").read_text().startswith("WEBVTT")


def test_folders_keep_their_paths_and_never_leave_the_target(tmp_path: Path) -> None:
    for day in ("day1", "day2"):
        (tmp_path / "in" / day).mkdir(parents=True)
        (tmp_path / "in" / day / "visit.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nhi\n")
    (tmp_path / "in" / "x.stm").write_text("../../out 1 A 0 1 hello\n")
    done = convert_transcripts(tmp_path / "in", tmp_path / "out", to_format="vtt")
    inside = {path.relative_to(tmp_path / "out").as_posix() for path in done.paths}
    assert inside == {"day1/visit.vtt", "day2/visit.vtt", "out.vtt"}


def test_turns_to_rttm_and_back(source: Path, tmp_path: Path) -> None:
    done = convert_transcripts(source, tmp_path / "a.rttm")
    assert done.lost == {"words": 2, "words' times": 1, "language": 2}
    assert (tmp_path / "a.rttm").read_text().count("SPEAKER a 1") == 2
    back = convert_transcripts(tmp_path / "a.rttm", tmp_path / "b.json")
    assert (back.recordings, back.segments) == (1, 2)


def test_wrong_use_says_what_to_do(source: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no format is told by this name"):
        convert_transcripts(source, tmp_path / "a.xyz")
    two = write_transcripts("json", {"a": SEGMENTS, "b": SEGMENTS})
    (tmp_path / "two.json").write_text(two)
    with pytest.raises(UsageError, match="holds one recording, the source 2; give a folder"):
        convert_transcripts(tmp_path / "two.json", tmp_path / "a.vtt")
    (tmp_path / "n.vtt").write_text("WEBVTT\n\nNOTE x\n\n00:01.000 --> 00:02.000\nhi\n")
    with pytest.raises(InputError, match="--strict takes files as a whole"):
        convert_transcripts(tmp_path / "n.vtt", tmp_path / "a.srt", strict=True)
