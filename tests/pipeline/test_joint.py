"""A transcriber that says who speaks needs no diarizer; roles and scores come out all the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from speechkit.core.engines import EngineInfo, Transcript
from speechkit.core.errors import UsageError
from speechkit.core.types import Context, Segment
from speechkit.ingestion import ingest_file
from speechkit.pipeline import LocalExecutor, default_pipeline, make_pipeline
from speechkit.pipeline.runner import run
from speechkit.storage.corpus import Corpus

VISIT = (  # start, end, who, what; the patient breaks in
    (0.5, 4.0, "B", "Good morning, I am the doctor. What brings you in today?"),
    (4.2, 8.0, "A", "I have had a bad cough and my chest hurts since last week."),
    (7.5, 8.5, "B", "Does it hurt when you breathe in?"),
    (8.6, 12.0, "A", "Yes, it does. I am worried, and I cannot sleep."),
    (12.5, 18.0, "B", "Let me listen to your lungs. I will prescribe an antibiotic, twice a day."),
)  # fmt: skip


class Joint:
    """Writes the visit whatever it hears, with who speaks."""

    info = EngineInfo(speakers=True, needs_model=True)

    def __init__(self, named: bool = True) -> None:
        self.named = str(named) == "True"

    def transcribe(self, samples: Any, sample_rate: int, language: str | None) -> Transcript:
        segments = tuple(
            Segment(id="", start=a, end=b, text=text, speaker=who if self.named else "")
            for a, b, who, text in VISIT
        )
        return Transcript(segments=segments, language="en", language_probability=1.0)


ENGINE = f"python:{__name__}:Joint"
SETTINGS = {
    "transcribe.engine": ENGINE,
    "transcribe.voice_detector": "",
    "align.engine": "attention",
}


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    noise = np.random.default_rng(1).normal(0, 0.1, 20 * 16_000)
    soundfile.write(tmp_path / "visit.wav", noise, 16_000)
    corpus = Corpus.create(tmp_path / "corpus")
    ingest_file(tmp_path / "visit.wav", corpus, context=Context())
    return corpus


def test_its_speakers_become_turns_segments_and_roles_without_a_diarizer(corpus: Corpus) -> None:
    stages = default_pipeline(SETTINGS, until="roles")
    assert [stage.name for stage in stages] == [
        "transcribe",
        "align",
        "diarize",
        "attribute",
        "roles",
    ]
    assert stages[2].engine == "transcript"
    report = run(corpus, stages, LocalExecutor())
    assert report.failures == ()
    (session,) = corpus.sessions()
    layers = {name: corpus.get_layer(digest).items for name, digest in session.layers.items()}
    assert [(s.speaker, s.text) for s in layers["attributed"]] == [
        ("SPEAKER_00" if who == "B" else "SPEAKER_01", text) for _, _, who, text in VISIT
    ]
    together = [turn for turn in layers["turns"] if not turn.exclusive]
    alone = [turn for turn in layers["turns"] if turn.exclusive]
    assert {turn.speaker for turn in together} == {"SPEAKER_00", "SPEAKER_01"}
    assert sum(t.end - t.start for t in together) > sum(t.end - t.start for t in alone)
    assert {role.speaker: role.role for role in layers["roles"]} == {
        "SPEAKER_00": "doctor", "SPEAKER_01": "patient",
    }  # fmt: skip
    again = run(corpus, default_pipeline(SETTINGS, until="roles"), LocalExecutor())
    assert all(stage.cached == 1 for stage in again.stages)


def test_an_engine_that_promised_speakers_and_names_none_fails_its_recording(
    corpus: Corpus,
) -> None:
    stages = default_pipeline({**SETTINGS, "transcribe.named": "False"}, until="attribute")
    (failure,) = run(corpus, stages, LocalExecutor()).failures
    assert failure.stage == "transcribe" and "names no speakers" in failure.reason


def test_a_diarizer_that_is_asked_for_is_used() -> None:
    asked = default_pipeline({**SETTINGS, "diarize.engine": "channels"}, until="roles")
    assert [stage.name for stage in asked][:2] == ["diarize", "transcribe"]
    assert asked[0].engine == "channels"
    given = {"transcribe": {"engine": ENGINE}, "diarize": {"num_speakers": None}}
    assert [stage.name for stage in make_pipeline("conversation", given)][-2:] == [
        "diarize",
        "attribute",
    ]


def test_it_can_be_stopped_after_its_turns() -> None:
    stages = default_pipeline(SETTINGS, until="diarize")
    assert [stage.name for stage in stages] == ["transcribe", "align", "diarize"]
    with pytest.raises(UsageError, match="no stage named"):
        default_pipeline(SETTINGS, until="diarise")
