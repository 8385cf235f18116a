"""Speech that got no words, decoded again before anybody gives up on it.

Whisper may pass over a whole sentence in the middle of a conversation, on one processor and not on
another. Where the voice detector hears more than a second of speech to which no word was given, that
passage is decoded by itself, from other window starts and then at another temperature. What comes
back is kept if whisper believes it and it is not written beside the passage already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec
from rapidfuzz import fuzz

from speechkit.core.engines import Calibration
from speechkit.core.text import join_words
from speechkit.core.time import Interval, subtract, union
from speechkit.core.types import Segment, Word
from speechkit.transcription import confidence

AGAIN = "decoded-again"  # label of segments that only a second decoding found
LOST = 1.0  # seconds of speech without a word that are decoded again
# Whisper ends words up to 0.3 s early, and starts them late: what lies so close to a word is its own.
_REACH = 0.5
# A word that is said to last longer hides what whisper passed over: seconds, and for each letter and
# digit of it ("www.example.org" is said in a breath, "264" may be three words).
_LONGEST_WORD, _A_LETTER, _A_DIGIT = 1.0, 0.15, 0.5
_NEARBY = 8.0  # seconds around a passage within which its words may be written already
# How alike what came back and what is written nearby are if they are the same words (0-100).
_SAME = 75
_TAIL = 0.4  # seconds that a window goes on after the passage
_DOUBTFUL = frozenset({"no-speech", "loop"})


class Attempt(NamedTuple):
    """How a passage is decoded: from how many seconds before it, at which temperature."""

    lead: float
    temperature: float


ATTEMPTS = (Attempt(0.4, 0.0), Attempt(2.0, 0.0), Attempt(0.4, 0.4))

Decode = Callable[[Interval, float], Sequence[Segment]]


def find_lost_speech(speech: Sequence[Interval], segments: Iterable[Segment]) -> list[Interval]:
    """Return the passages of more than a second of speech that got no word.

    >>> word = Word(text="yes", start=1.0, end=1.4)
    >>> segment = Segment(id="", start=1.0, end=1.4, text="yes", words=(word,))
    >>> find_lost_speech([(0.8, 5.0)], [segment])
    [(1.9, 5.0)]
    """
    covered = union(
        (word.start - _REACH, min(word.end, word.start + _longest(word.text)) + _REACH)
        for segment in segments
        for word in segment.words
    )
    return [part for part in subtract(speech, covered) if part[1] - part[0] > LOST]


def decode_again(
    speech: Sequence[Interval],
    segments: Sequence[Segment],
    decode: Decode,
    calibration: Calibration | None,
) -> list[Segment]:
    """Return the segments with what a second decoding of lost speech found, in order.

    Args:
        speech: where there is speech, in seconds.
        segments: what was written so far, with words.
        decode: an interval of the recording and a temperature → segments.
        calibration: of the engine, for segments that are parted by what came back.
    """
    result = list(segments)
    for passage in find_lost_speech(speech, segments):
        for back in _recover(passage, result, decode, calibration):
            result = [
                part for each in result for part in _parted(each, back.start, calibration)
            ] + [back]
    return sorted(result, key=lambda each: (each.start, each.end))


def _recover(
    passage: Interval, segments: Sequence[Segment], decode: Decode, calibration: Calibration | None
) -> list[Segment]:
    """Return the result of the first attempt that finds words."""
    written = [
        word
        for segment in segments
        for word in segment.words
        if passage[0] - _NEARBY < word.start < passage[1] + _NEARBY
    ]
    for attempt in ATTEMPTS:
        window = (max(0.0, passage[0] - attempt.lead), passage[1] + _TAIL)
        decoded = [
            _with_words(segment, _inside(segment.words, passage), calibration)
            for segment in decode(window, attempt.temperature)
            if not _DOUBTFUL & set(segment.labels)
        ]
        words = [word for segment in decoded for word in segment.words]
        if words and not _is_written(words, written):
            return [
                msgspec.structs.replace(segment, labels=(*segment.labels, AGAIN))
                for segment in decoded
                if segment.words
            ]
    return []


def _inside(words: Iterable[Word], passage: Interval) -> tuple[Word, ...]:
    return tuple(word for word in words if passage[0] < (word.start + word.end) / 2 < passage[1])


def _is_written(words: Sequence[Word], written: Sequence[Word]) -> bool:
    """Tell whether words are those that stand nearby, where whisper put them at a wrong time."""
    here, there = ("".join(_folded(word.text) for word in each) for each in (words, written))
    return len(here) <= len(there) and fuzz.partial_ratio(here, there) >= _SAME


def _folded(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _longest(text: str) -> float:
    """Return how many seconds a word may take that is spoken slowly."""
    digits = sum(char.isdigit() for char in text)
    letters = sum(char.isalpha() for char in text)
    return _LONGEST_WORD + letters * _A_LETTER + digits * _A_DIGIT


def _parted(segment: Segment, at: float, calibration: Calibration | None) -> list[Segment]:
    """Part a segment in two where another one begins between its words."""
    before = tuple(word for word in segment.words if word.start <= at)
    after = segment.words[len(before) :]
    if not before or not after:
        return [segment]
    return [_with_words(segment, part, calibration) for part in (before, after)]


def _with_words(
    segment: Segment, words: tuple[Word, ...], calibration: Calibration | None
) -> Segment:
    if not words or words == segment.words:
        return msgspec.structs.replace(segment, words=words)
    return msgspec.structs.replace(
        segment,
        words=words,
        text=join_words([word.text for word in words], segment.language),
        start=words[0].start,
        end=max(word.end for word in words),
        confidence=confidence.of_segment(words, calibration),
    )
