"""`speechkit align`: times for the words of a transcript that another tool wrote."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from speechkit.cli.align import command
from speechkit.core.errors import InputError, UsageError
from speechkit.workflows.align_transcript import AlignTranscriptOptions, align_transcript

ENGLISH = AlignTranscriptOptions(language="en")
# "aligner that leaves the draft": no weights, so these run everywhere
DRAFT = AlignTranscriptOptions(language="en", engine="attention")
SPEECH = """1
00:00:00,000 --> 00:00:02,800
<v Kennedy>And so my fellow Americans

2
00:00:02,800 --> 00:00:11,000
ask not what your country can do for you, ask what you can do for your country
"""


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "visit.wav"
    noise = np.random.default_rng(0).standard_normal(16000 * 30).astype(np.float32) * 0.01
    soundfile.write(path, noise, 16000)
    return path


@pytest.mark.models
@pytest.mark.data
def test_words_of_subtitles_are_found(shared_data: Path, tmp_path: Path) -> None:
    (tmp_path / "jfk.srt").write_text(SPEECH)
    audio = shared_data / "read_english_small" / "jfk.flac"
    target = tmp_path / "jfk.ctm"
    arguments = [str(audio), str(tmp_path / "jfk.srt"), str(target), "--language", "en"]
    done = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert done.exit_code == 0
    words = [line.split() for line in target.read_text().splitlines()]
    asked = [float(fields[2]) for fields in words if fields[4] == "ask"]
    # Kennedy rests before each "ask": where, anybody can hear.
    assert 3.0 < asked[0] < 4.0
    assert 7.5 < asked[1] < 8.8
    assert len(words) == 22


def test_words_order_and_speakers_stay(sound: Path, tmp_path: Path) -> None:
    path = tmp_path / "visit.stm"
    path.write_text("visit 1 Dr_Kay 1.0 3.0 good morning\nvisit 1 Ann 2.5 5.0 hello doctor\n")
    done = align_transcript(sound, path, DRAFT)
    assert [(s.speaker, s.text) for s in done.segments] == [
        ("Dr_Kay", "good morning"),
        ("Ann", "hello doctor"),
    ]


def test_words_that_are_not_found_get_no_invented_times(sound: Path, tmp_path: Path) -> None:
    path = tmp_path / "visit.vtt"
    path.write_text("WEBVTT\n\n00:01.000 --> 00:03.000\ngood morning\n")
    done = align_transcript(sound, path, DRAFT)
    (segment,) = done.segments
    assert (segment.start, segment.end, segment.words) == (1.0, 3.0, ())
    assert "unaligned" in segment.labels
    assert done.unplaced == 1


def test_the_recording_is_found_among_several(sound: Path, tmp_path: Path) -> None:
    path = tmp_path / "all.stm"
    path.write_text("other 1 A 0.0 1.0 no\nvisit 1 B 0.0 1.0 yes\n")
    (segment,) = align_transcript(sound, path, DRAFT).segments
    assert segment.text == "yes"


def test_what_does_not_fit_is_refused(sound: Path, tmp_path: Path) -> None:
    (tmp_path / "late.srt").write_text("1\n00:00:40,000 --> 00:00:41,000\nhello\n")
    with pytest.raises(InputError, match=r"ends at 41.0 s, the recording at 30.0 s"):
        align_transcript(sound, tmp_path / "late.srt", DRAFT)
    (tmp_path / "plain.txt").write_text("good morning\n")
    with pytest.raises(InputError, match="no times, and the recording is longer"):
        align_transcript(sound, tmp_path / "plain.txt", DRAFT)
    (tmp_path / "visit.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nhello\n")
    with pytest.raises(UsageError, match="--language"):
        align_transcript(sound, tmp_path / "visit.srt", AlignTranscriptOptions(engine="attention"))
    (tmp_path / "silent.srt").write_text("")
    with pytest.raises(InputError, match="no words to align"):
        align_transcript(sound, tmp_path / "silent.srt", DRAFT)


def test_the_report_is_json_and_strict_refuses(sound: Path, tmp_path: Path) -> None:
    path = tmp_path / "visit.ctm"
    path.write_text("visit 1 0.50 0.30 hello NA lex\nvisit 1 0.90 0.30 [noise] NA non-lex\n")
    arguments = [str(sound), str(path), str(tmp_path / "o.json"), "--engine", "attention"]
    done = CliRunner().invoke(command, [*arguments, "--language", "en", "--json"])
    assert done.exit_code == 0, done.output
    report = msgspec.json.decode(done.stdout)
    assert report["segments"] == 1
    assert len(report["notes"]) == 1
    strict = CliRunner().invoke(command, [*arguments, "--language", "en", "--strict"])
    assert isinstance(strict.exception, InputError)
