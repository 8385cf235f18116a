"""`speechkit annotate`: what a transcript says about health, as places in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from speechkit.cli.annotate import command
from speechkit.core.errors import InputError, UsageError
from speechkit.formats import read_transcripts
from speechkit.workflows.annotate_transcript import AnnotateTranscriptOptions, annotate_transcript

ENGLISH = AnnotateTranscriptOptions(language="en")
VISIT = """WEBVTT

00:01.000 --> 00:02.000
<v doctor>Any fever, [NAME_1]?

00:02.000 --> 00:06.000
<v patient>No. I take metformin 500 mg at night.
"""


@pytest.fixture
def visit(tmp_path: Path) -> Path:
    path = tmp_path / "visit.vtt"
    path.write_text(VISIT)
    return path


def test_places_point_into_the_segments_that_convert_gives(visit: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    done = CliRunner().invoke(command, [str(visit), str(target), "--language", "en", "--json"])
    assert done.exit_code == 0, done.output
    (line,) = target.read_text().splitlines()
    row = json.loads(line)
    (said,) = read_transcripts(visit).recordings.values()
    texts = {segment.id: segment.text for segment in said}
    marked = [
        (texts[one["segment"]][one["start_char"] : one["end_char"]], one["type"], one["attributes"])
        for one in row["entities"]
    ]
    assert marked == [
        ("fever", "symptom", ["negated"]),
        ("metformin", "drug", []),
        ("500 mg", "dose", []),
        ("at night", "frequency", []),
    ]
    assert row["relations"] == [{"kind": "dose-drug", "source": 2, "target": 1}]
    assert "metformin" not in line  # places only
    assert json.loads(done.output)["entities"]["drug"] == 1


def test_no_language_is_refused(visit: Path) -> None:
    with pytest.raises(UsageError, match="--language"):
        annotate_transcript(visit)


def test_another_language_is_said_and_has_no_entities(visit: Path, tmp_path: Path) -> None:
    arguments = [str(visit), str(tmp_path / "out.jsonl"), "--language", "de"]
    done = CliRunner().invoke(command, arguments)
    assert done.exit_code == 0
    assert "no entities" in done.output
    assert json.loads((tmp_path / "out.jsonl").read_text())["entities"] == []


def test_each_recording_of_a_file_is_a_line(tmp_path: Path) -> None:
    path = tmp_path / "day.stm"
    path.write_text("one 1 Bo 0.0 2.0 <> i have a cough\ntwo 1 Bo 0.0 2.0 <> my knee is swollen\n")
    found = annotate_transcript(path, ENGLISH)
    assert [one.type for one in found.recordings["one"].entities] == ["symptom"]
    assert "body" in [one.type for one in found.recordings["two"].entities]


def test_what_is_not_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.vtt"
    path.write_text(VISIT + "\n00:07.000 --> nowhere\nlost words\n")
    with pytest.raises(InputError):
        annotate_transcript(path, AnnotateTranscriptOptions(language="en", strict=True))
    with pytest.raises(InputError):
        annotate_transcript(tmp_path / "none.vtt", ENGLISH)
