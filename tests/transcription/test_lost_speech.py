"""Speech that got no words is decoded again; what is written already is not written twice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from speechkit.audio.read import read_resampled
from speechkit.core.engines import SAMPLE_RATE, make_engine
from speechkit.core.stage import Resources
from speechkit.core.text import join_words
from speechkit.core.time import Interval
from speechkit.core.types import Segment, Word
from speechkit.transcription import faster_whisper
from speechkit.transcription.lost_speech import (
    AGAIN,
    ATTEMPTS,
    decode_again,
    find_lost_speech,
)
from speechkit.transcription.postprocess import DecodedSegment


def segment(text: str, start: float, *, step: float = 0.4, labels: tuple[str, ...] = ()) -> Segment:
    words = tuple(
        Word(text=each, start=start + i * step, end=start + (i + 1) * step, confidence=0.9)
        for i, each in enumerate(text.split())
    )
    return Segment(
        id="",
        start=words[0].start,
        end=words[-1].end,
        text=join_words([word.text for word in words], "en"),
        language="en",
        words=words,
        labels=labels,
    )


class Decoder:
    """Gives one answer an attempt, and remembers what it was asked."""

    def __init__(self, *answers: Sequence[Segment]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[Interval, float]] = []

    def __call__(self, window: Interval, temperature: float) -> Sequence[Segment]:
        self.asked.append((window, temperature))
        return self.answers.pop(0) if self.answers else ()


BEFORE = segment("the pain began in March", 0.0)  # until 2.0
AFTER = segment("and it has not stopped since", 8.0)
SPEECH = [(0.0, 10.5)]


def texts(segments: Sequence[Segment]) -> list[str]:
    return [each.text for each in segments]


def test_a_lost_sentence_comes_back_in_its_place() -> None:
    decoder = Decoder([segment("my father had asthma", 3.5)])
    result = decode_again(SPEECH, [BEFORE, AFTER], decoder, None)
    assert texts(result) == [BEFORE.text, "my father had asthma", AFTER.text]
    assert [AGAIN in each.labels for each in result] == [False, True, False]
    assert len(decoder.asked) == 1


def test_every_attempt_is_made_before_it_is_given_up() -> None:
    decoder = Decoder()
    assert decode_again(SPEECH, [BEFORE, AFTER], decoder, None) == [BEFORE, AFTER]
    assert [temperature for _, temperature in decoder.asked] == [a.temperature for a in ATTEMPTS]
    assert len({window[0] for window, _ in decoder.asked}) == 2
    assert any(attempt.temperature > 0 for attempt in ATTEMPTS)
    assert all(window[0] <= 2.5 and window[1] >= 7.5 for window, _ in decoder.asked)


def test_the_next_attempt_is_made_where_whisper_does_not_believe_itself() -> None:
    doubtful = segment("thank you for watching", 3.5, labels=("no-speech",))
    decoder = Decoder([doubtful], [segment("my father had asthma", 3.5)])
    result = decode_again(SPEECH, [BEFORE, AFTER], decoder, None)
    assert texts(result)[1] == "my father had asthma"
    assert len(decoder.asked) == 2


def test_what_stands_beside_the_passage_already_is_not_written_twice() -> None:
    decoder = Decoder(
        [segment("And it has not stopped.", 3.5)], [segment("began in March,", 4.0)], []
    )
    assert decode_again(SPEECH, [BEFORE, AFTER], decoder, None) == [BEFORE, AFTER]


def test_words_of_the_context_are_left_where_they_are() -> None:
    back = segment("in March my father had asthma and it", 1.6, step=1.0)
    (result,) = [
        each
        for each in decode_again(SPEECH, [BEFORE, AFTER], Decoder([back]), None)
        if AGAIN in each.labels
    ]
    assert result.text == "March my father had asthma"
    assert 2.5 < result.start < result.end < 7.7


def test_a_segment_around_the_passage_is_parted() -> None:
    words = (*BEFORE.words, *AFTER.words)
    whole = segment(" ".join(word.text for word in words), 0.0)
    around = Segment(
        id="", start=0.0, end=10.4, text=whole.text, language="en", words=words, confidence=0.9
    )
    decoder = Decoder([segment("my father had asthma", 3.5)])
    result = decode_again(SPEECH, [around], decoder, None)
    assert texts(result) == [BEFORE.text, "my father had asthma", AFTER.text]
    starts = [word.start for each in result for word in each.words]
    assert starts == sorted(starts)


@pytest.mark.parametrize(
    ("speech", "lost"),
    [
        ([(0.0, 2.4)], []),  # covered, with the reach of words
        ([(0.0, 3.4)], []),  # 0.9 s without a word
        ([(0.0, 3.6)], [(2.5, 3.6)]),
        ([(5.0, 6.5)], [(5.0, 6.5)]),
        ([(5.0, 5.9), (6.0, 6.9)], []),  # none of them lasts a second
        ([], []),
    ],
)
def test_what_counts_as_lost(speech: list[Interval], lost: list[Interval]) -> None:
    found = find_lost_speech(speech, [BEFORE])
    assert [pytest.approx(each) for each in lost] == found


def test_a_word_that_lasts_too_long_covers_nothing() -> None:
    stretched = Segment(id="", start=0, end=9, text="so", words=(Word(text="so", start=0, end=9),))
    assert find_lost_speech([(0, 9)], [stretched]) == [pytest.approx((1.8, 9))]


@pytest.mark.models
def test_whisper_finds_the_words_of_a_sentence_that_it_passed_over(
    real_call: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On some processors the first decoding loses a sentence: here it is taken away from it."""
    samples = read_resampled(real_call, SAMPLE_RATE, mono=True)[0]
    with make_engine("transcriber", "faster-whisper:base").open(Resources(threads=1)) as transcribe:
        whole = transcribe(samples, "en").segments
        lost = max(whole[1:-1], key=lambda each: each.end - each.start)
        assert len(lost.words) > 5
        decode = faster_whisper._Decoder.decode

        def forgetful(
            self: faster_whisper._Decoder, part: Any, language: str, temperature: float = 0.0
        ) -> tuple[DecodedSegment, ...]:
            decoded = decode(self, part, language, temperature)
            if len(part) < len(samples) * 0.7:  # a second look
                return decoded
            texts = {word.text for word in lost.words}
            kept = [
                each
                for each in decoded
                if len(texts & {word.text.strip() for word in each.words}) < len(texts) / 2
            ]
            assert len(kept) < len(decoded)
            return tuple(kept)

        monkeypatch.setattr(faster_whisper._Decoder, "decode", forgetful)
        again = transcribe(samples, "en").segments
    back = " ".join(each.text for each in again if AGAIN in each.labels).lower().split()
    wanted = lost.text.lower().split()
    assert len(set(wanted) & set(back)) >= len(set(wanted)) / 2
    starts = [word.start for each in again for word in each.words]
    assert starts == sorted(starts)
