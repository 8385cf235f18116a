"""The functions of `import speechkit`, as a notebook would call them."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

import speechkit
from speechkit.core.errors import AudioError, SpeechkitError, UsageError


@pytest.mark.models
def test_from_a_folder_to_a_score(real_call: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("wav", "rttm", "stm"):
        (folder / f"sample.{name}").write_bytes((real_call.parent / f"sample.{name}").read_bytes())
    with (tmp_path / "table.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["audio", "reference_rttm", "reference_stm"])
        writer.writerow(["sample.wav", "sample.rttm", "sample.stm"])
    corpus = tmp_path / "corpora" / "calls"
    brought = speechkit.ingest(folder, corpus, metadata=tmp_path / "table.csv", language="en")
    assert (brought.recordings, brought.failures) == (1, ())
    with pytest.raises(UsageError, match="did you mean slurm"):
        speechkit.run(corpus, executor="slrum")
    report = speechkit.run(corpus)
    assert report.failures == ()
    assert [stage.done for stage in report.stages] == [1] * len(report.stages)
    scores = speechkit.score(f"{corpus}#reference", [f"{corpus}#attributed"], draws=0)
    assert 0 < scores.systems[0].wer < 0.3
    made = speechkit.release(corpus, "0.1.0", dest=tmp_path / "manifests")
    assert made == tmp_path / "manifests" / "calls" / "0.1.0"
    assert "Sheila" not in (made / "segments.jsonl").read_text()
    with pytest.raises(SpeechkitError, match="never changed"):
        speechkit.release(corpus, "0.1.0", dest=tmp_path / "manifests")


@pytest.mark.models
def test_loose_files(real_call: Path, tmp_path: Path) -> None:
    turns = speechkit.diarize(real_call, num_speakers=2)
    assert {turn.speaker for turn in turns} == {"SPEAKER_00", "SPEAKER_01"}
    segments = speechkit.transcribe(real_call, language="en")
    assert "new jersey" in " ".join(segment.text for segment in segments).lower()
    (tmp_path / "text.wav").write_text("no sound")
    with pytest.raises(AudioError, match="not a sound file"):
        speechkit.diarize(tmp_path / "text.wav")


def test_text() -> None:
    found = speechkit.deidentify_text("My name is Rachel Ortiz, I take 5 mg.", language="en")
    assert found.redacted == "My name is [NAME_1], I take 5 mg."
    (span,) = found.spans
    assert (span.start, span.end, span.label) == (11, 23, "NAME")
    with pytest.raises(UsageError, match="safe-harbor"):
        speechkit.deidentify_text("x", language="en", policy="safe-harbour")


def test_functions_and_the_types_they_return_are_there() -> None:
    for name in speechkit.__all__:
        assert getattr(speechkit, name) is not None
    for function in (speechkit.diarize, speechkit.transcribe, speechkit.deidentify_audio):
        assert "Raises:" in (function.__doc__ or "")
    hints = {name: getattr(speechkit, name).__annotations__["return"] for name in _FUNCTIONS}
    for name, hint in hints.items():
        types = [word for word in re.findall(r"\w+", hint) if word[0].isupper() and word != "Path"]
        assert all(word in speechkit.__all__ for word in types), (name, hint)
        assert "Any" not in hint and "dict" not in hint


_FUNCTIONS = (
    "deidentify_audio deidentify_text diarize ingest release run score transcribe"
).split()


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'transcribes'"):
        _ = speechkit.transcribes
