"""`speechkit deidentify audio`: what is written, what is not, and how it ends."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from speechkit.audio.decode import read_audio
from speechkit.audio.encode import write_audio
from speechkit.cli.deidentify_audio import command
from speechkit.core.digest import digest_file
from speechkit.core.errors import InputError, UsageError
from speechkit.core.types import Segment

NAME = "Margaret Ellison"
TEXT = f"Good morning. I would like to speak to {NAME} about the new tablets."


def deidentify(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(a) for a in arguments])


def transcript(folder: Path, recording: str, end: float) -> Path:
    """What is said, without word times: they are found."""
    path = folder / f"{recording}.json"
    segment = {"id": "a", "start": 0.0, "end": end, "text": TEXT, "language": "en"}
    path.write_text(json.dumps({"recording": recording, "segments": [segment]}))
    return path


def everything_in(folder: Path) -> bytes:
    return b"".join(path.name.encode() + path.read_bytes() for path in sorted(folder.iterdir()))


@pytest.mark.models
def test_a_recording_comes_out_redacted_and_one_that_fails_leaves_nothing(
    tmp_path: Path, sentence: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    # The sentence is said twice; the transcript has it once. The file bears the patient's name.
    samples, rate = read_audio(sentence)
    pause = np.zeros((1, rate), np.float32)
    audio = tmp_path / f"{NAME}.wav"
    write_audio(audio, np.concatenate([samples, pause, samples], axis=1), rate)
    said = transcript(tmp_path, audio.stem, samples.shape[1] / rate)
    out = tmp_path / "out"

    # What the transcript does not cover is muted: nothing is left of the second time.
    result = deidentify(audio, tmp_path / "absent.wav", "--output-dir", out, "--transcript", said)
    assert result.exit_code == 1 and "absent.wav" in result.stderr
    assert audio.name not in result.stderr
    (redacted,) = out.glob("*.flac")
    (text,) = out.glob("rec-*.json")
    assert redacted.stem == text.stem == f"rec-{digest_file(audio)[:16]}"
    after, rate_after = read_audio(redacted)
    assert rate_after == rate and after.shape == (1, 2 * samples.shape[1] + rate)
    proof = json.loads((out / "redactions.json").read_text())
    (row,) = proof["recordings"]
    assert (row["verdict"], row["heard"], row["recording"]) == ("clean", 0, redacted.stem)
    assert row["sha256"] == digest_file(redacted)
    assert {r["identifier"] for r in row["redactions"]} == {"NAME", "UNCERTAIN"}
    assert all(
        set(r) >= {"start", "end", "identifier", "method", "verdict"} for r in row["redactions"]
    )
    for part in NAME.lower().split():
        assert part.encode() not in everything_in(out).lower()
    assert "[NAME_1]" in text.read_text() and "tablets" in text.read_text()
    assert list(scratch.iterdir()) == [], "raw audio stayed behind"

    # Left in, the second time is heard: exit 1, and what an earlier run wrote is taken away.
    result = deidentify(
        *(audio, "--output-dir", out, "--transcript", said, "--method", "tone", "--json"),
        *("--set", "redact.uncovered=false", "--set", "redact.max_rounds=1"),
        *("--set", "redact.second_engine="),
    )
    assert result.exit_code == 1
    (outcome,) = json.loads(result.stdout)
    assert outcome["verdict"] == "failed" and outcome["audio_path"] is None
    assert [path.name for path in out.iterdir()] == ["redactions.json"]
    (row,) = json.loads((out / "redactions.json").read_text())["recordings"]
    assert (row["verdict"], row["audio"]) == ("failed", None) and row["heard"] > 0
    assert {r["method"] for r in row["redactions"]} == {"tone"}
    assert b"argaret" not in everything_in(out)
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "error", "reason"),
    [
        ("[", InputError, "not a list of segments"),
        ("{}", InputError, "not a transcript"),
        (None, UsageError, "give --language"),
    ],
)
def test_a_transcript_that_cannot_be_used_is_refused_without_quoting_it(
    tmp_path: Path, text: str | None, error: type[Exception], reason: str
) -> None:
    path = tmp_path / "said.json"
    if text is None:
        segment = {"id": "a", "start": 0.0, "end": 1.0, "text": "this is Margaret"}
        text = json.dumps([segment])
    path.write_text(text)
    audio = tmp_path / "x.wav"
    write_audio(audio, np.zeros((1, 8000), np.float32), 8000)
    result = deidentify(audio, "--output-dir", tmp_path / "out", "--transcript", path)
    assert isinstance(result.exception, error) and reason in str(result.exception)
    assert "Margaret" not in str(result.exception)
    assert not (tmp_path / "out").exists()


def test_wrong_options_are_said_to_be_wrong(tmp_path: Path) -> None:
    audio = tmp_path / "x.wav"
    write_audio(audio, np.zeros((1, 8000), np.float32), 8000)
    out = tmp_path / "out"
    for setting, reason in [
        ("redact.extra_margn=1", "did you mean extra_margin"),
        ("redct.extra_margin=1", "no setting 'redct.extra_margin'"),
        ("x", "write it as STAGE.OPTION=VALUE"),
        ("x=1", "no setting 'x'; there is: align.…"),
    ]:
        result = deidentify(audio, "--output-dir", out, "--set", setting)
        assert isinstance(result.exception, UsageError) and reason in str(result.exception)
    assert deidentify(audio, "--output-dir", out, "--method", "beep").exit_code == 2
    assert not out.exists()


@pytest.mark.models
def test_silence_comes_out_as_it_went_in(tmp_path: Path) -> None:
    audio = tmp_path / "x.wav"
    write_audio(audio, np.zeros((2, 3 * 8000), np.float32), 8000, bits=24)
    result = deidentify(audio, "--output-dir", tmp_path / "out", "--language", "en")
    assert result.exit_code == 0, result.output
    (redacted,) = (tmp_path / "out").glob("*.flac")
    samples, rate = read_audio(redacted)
    assert rate == 8000 and samples.shape == (2, 24000) and not samples.any()
    shutil.rmtree(tmp_path / "out")


def test_segments_with_words_are_read_from_a_list(tmp_path: Path) -> None:
    from speechkit.workflows.deidentify_files import _read_transcripts

    path = tmp_path / "anything.json"
    path.write_text(json.dumps([{"id": "a", "start": 0, "end": 2, "text": "good morning"}]))
    found = _read_transcripts(path, [Path("x/call.wav")], "en")
    (segment,) = found["call"]
    assert isinstance(segment, Segment) and segment.language == "en"
    assert [(word.start, word.end) for word in segment.words] == [(0, 1), (1, 2)]
