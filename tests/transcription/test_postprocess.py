"""Pieces become whole words with sane times; loops and doubt become labels, nothing is dropped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechkit.core.engines import engine_info, engine_names
from speechkit.core.text import join_words, word_offsets
from speechkit.core.types import Segment, Word
from speechkit.transcription import confidence
from speechkit.transcription import repetition as loops
from speechkit.transcription.postprocess import DecodedSegment, DecodedWord, make_segments


def heard(*texts: str, logprob: float = -0.2, no_speech: float = 0.0) -> DecodedSegment:
    pieces = tuple(
        DecodedWord(text=text, start=i * 0.5, end=i * 0.5 + 0.4, probability=0.8)
        for i, text in enumerate(texts)
    )
    return DecodedSegment(words=pieces, avg_logprob=logprob, no_speech_prob=no_speech)


def segments(
    *items: DecodedSegment, language: str = "en", start: float = 0.0
) -> tuple[Segment, ...]:
    return make_segments(items, start=start, num_samples=16_000 * 60, language=language)


@pytest.mark.parametrize(
    ("pieces", "language", "words"),
    [
        ([" It", "'s", " $", "5", ".", "50"], "en", ["It's", "$5.50"]),
        ([" C", "-A", "-L", "-L", "-A."], "en", ["C-A-L-L-A."]),
        ([" Good", " - morning"], "en", ["Good", "-morning"]),
        ([" Well", " ...", " no"], "en", ["Well...", "no"]),
        (["客", "観", "。"], "ja", ["客", "観。"]),
        ([" le", " cœur", " ?"], "fr", ["le", "cœur?"]),
    ],
)
def test_pieces_become_words(pieces: list[str], language: str, words: list[str]) -> None:
    (segment,) = segments(heard(*pieces), language=language)
    assert [word.text for word in segment.words] == words
    assert segment.text == join_words(words, language)


def test_text_without_a_letter_is_no_segment() -> None:
    assert segments(heard(" ...", " —"), heard()) == ()


@given(
    st.lists(
        st.tuples(st.floats(-1, 70), st.floats(-1, 70), st.floats(0, 1)), min_size=1, max_size=10
    ),
    st.floats(0, 59),
)
def test_times_are_monotone_and_inside(
    spans: list[tuple[float, float, float]], offset: float
) -> None:
    pieces = tuple(DecodedWord(text=" a", start=s, end=e, probability=p) for s, e, p in spans)
    item = DecodedSegment(words=pieces, avg_logprob=-0.1, no_speech_prob=0.0)
    for segment in segments(item, item, start=offset):
        starts = [word.start for word in segment.words]
        assert starts == sorted(starts)
        for word in segment.words:
            assert segment.start <= word.start <= word.end <= segment.end <= 60.0
        assert len(word_offsets(segment)) == len(segment.words)


def test_doubt_is_a_label() -> None:
    assert segments(heard(" hm", no_speech=0.7))[0].labels == ("no-speech",)
    assert segments(heard(" hm", logprob=-1.2))[0].labels == ("no-speech",)
    assert segments(heard(" hm"))[0].labels == ()


def test_a_loop_is_a_label() -> None:
    (segment,) = segments(heard(*[" thank", " you"] * 8))
    assert segment.labels == ("loop",)
    assert len(segment.words) == 16


@pytest.mark.parametrize(
    "text",
    [
        "No, no, no, no. It was the left one.",
        "zero zero one four zero zero seven",
        "I had it on Monday and on Tuesday and on Wednesday and on Friday too",
        "yeah yeah yeah okay okay",
        "very very very very tired",
        "the pain comes and goes and comes and goes",
        "",
    ],
)
def test_people_repeat_themselves(text: str) -> None:
    assert not loops.is_loop(text)


@pytest.mark.parametrize(
    "text",
    [
        "you know " * 6,
        "I'm going to go to the doctor. " * 4,
        "and I said that " + "I don't know, " * 5,
        "oh " * 12,
        "谢谢大家" * 5,
    ],
)
def test_machines_loop(text: str) -> None:
    assert loops.is_loop(text)


def test_calibration_is_monotone_and_a_probability() -> None:
    calibrations = [
        calibration
        for name in engine_names("transcriber")
        if (calibration := engine_info("transcriber", name).calibration) is not None
    ]
    assert calibrations
    for calibration in calibrations:
        intercept, slope = calibration.intercept, calibration.slope
        mapped = [confidence.calibrate(p / 100, intercept, slope) for p in range(101)]
        assert mapped == sorted(mapped)
        assert slope > 0
        assert 0 < mapped[0] < mapped[-1] < 1


def test_an_engine_without_a_calibration_is_taken_as_it_is() -> None:
    words = [Word(text="a", start=0, end=1, confidence=0.9)]
    assert confidence.of_segment(words, None) == 0.9
