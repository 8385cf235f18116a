"""Stretches in another language are heard in their own; what the engine is sure of is left alone."""

from __future__ import annotations

import numpy as np
import pytest

from speechkit.core.engines import SAMPLE_RATE, Transcript
from speechkit.core.types import Segment, Word
from speechkit.transcription.foreign import in_own_language

SOUND = np.zeros(60 * SAMPLE_RATE, dtype=np.float32)


def segment(start: float, end: float, confidence: float | None, language: str = "en") -> Segment:
    word = Word(text="x", start=start, end=end, confidence=confidence)
    return Segment(
        id="",
        start=start,
        end=end,
        text="x",
        words=(word,),
        language=language,
        confidence=confidence,
    )


def engine(language: str, probability: float, confidence: float, asked: list[float]) -> object:
    def transcribe(samples: np.ndarray, given: str | None) -> Transcript:
        assert given is None
        asked.append(len(samples) / SAMPLE_RATE)
        heard = segment(0.5, 2.0, confidence, language)
        return Transcript(segments=(heard,), language=language, language_probability=probability)

    return transcribe


SURE, DOUBTFUL = segment(0.0, 5.0, 0.9), segment(10.0, 14.0, 0.26)


def test_a_doubtful_stretch_is_written_in_its_own_language() -> None:
    asked: list[float] = []
    heard = in_own_language(SOUND, [SURE, DOUBTFUL], engine("es", 0.99, 0.8, asked), "en")  # type: ignore[arg-type]
    assert asked == pytest.approx([4.6])
    assert [(s.language, s.start) for s in heard] == [("en", 0.0), ("es", 10.2)]
    assert (heard[1].words[0].start, heard[1].words[0].end) == (10.2, 11.7)


@pytest.mark.parametrize(
    ("language", "probability", "confidence"),
    [("en", 0.99, 0.9), ("es", 0.7, 0.9), ("es", 0.99, 0.3)],
    ids=["the same language", "nobody knows which", "no surer"],
)
def test_else_it_stays(language: str, probability: float, confidence: float) -> None:
    transcribe = engine(language, probability, confidence, [])
    heard = in_own_language(SOUND, [SURE, DOUBTFUL], transcribe, "en")  # type: ignore[arg-type]
    assert heard == (SURE, DOUBTFUL)


def test_speech_without_words_is_listened_to_and_what_is_sure_is_not() -> None:
    asked: list[float] = []
    transcribe = engine("es", 0.99, 0.8, asked)
    heard = in_own_language(SOUND, [SURE], transcribe, "en", [(0.0, 5.2), (20.0, 60.0)])  # type: ignore[arg-type]
    assert asked == pytest.approx([30.0, 10.3])
    assert [s.language for s in heard] == ["en", "es", "es"]
    assert in_own_language(SOUND, [SURE], transcribe, "en") == (SURE,)  # type: ignore[arg-type]


def test_people_who_wrote_without_confidence_are_not_doubted() -> None:
    given = segment(0.0, 5.0, None)
    asked: list[float] = []
    assert in_own_language(SOUND, [given], engine("es", 1.0, 1.0, asked), "en") == (given,)  # type: ignore[arg-type]
    assert asked == []
