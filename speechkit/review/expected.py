"""How many errors to expect where: the order in which people's time finds most of them.

The chance that a word is wrong is a logistic model of what is known without listening: how sure
the engine was of the word and of its segment, and whether a second transcript of the same sound
agrees. Clinical terms weigh more, because an error in them does more harm.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import msgspec
from rapidfuzz.distance import Levenshtein

from speechkit.core.types import Segment, Word

# Weights of the model, fitted by `make bench-review` (see docs/review.md).
INTERCEPT = -0.6
UNSURE_WORD = 0.55  # a unit of logit(1 − confidence)
UNSURE_SEGMENT = 0.35
DISAGREES = 1.9

Weigh = Callable[[Sequence[str]], Sequence[float]]


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What is expected of one segment: errors among its words, weighted ones a minute."""

    segment: str
    words: tuple[float, ...]  # chance that each is wrong
    share: float  # mean of those
    errors: float  # sum of those
    weighted: float  # the same with clinical weights


def expect(
    segments: Sequence[Segment],
    second: Sequence[Segment] | None = None,
    weigh: Weigh | None = None,
) -> tuple[Expected, ...]:
    """Return what to expect of each segment, in their order.

    Args:
        segments: a draft, with word confidences where the engine gave some.
        second: another engine's transcript, or another decode, of the same recording.
        weigh: tokens → how much an error in each matters; 1 for all if not given.
    """
    agreed = _agreement(segments, second)
    found = []
    at = 0
    for segment in segments:
        words = segment.words or tuple(
            Word(text=text, start=segment.start, end=segment.end) for text in segment.text.split()
        )
        weights = weigh([word.text for word in words]) if weigh else [1.0] * len(words)
        chances = tuple(
            _chance(word.confidence, segment.confidence, agreed[at + i] if agreed else None)
            for i, word in enumerate(words)
        )
        at += len(words)
        errors = sum(chances)
        found.append(
            Expected(
                segment=segment.id,
                words=chances,
                share=round(errors / len(words), 4) if words else 0.5,
                errors=round(errors, 4),
                weighted=round(sum(p * w for p, w in zip(chances, weights, strict=True)), 4),
            )
        )
    return tuple(found)


def _chance(word: float | None, segment: float | None, agrees: bool | None) -> float:
    """Return the chance that a word is wrong; what is unknown says nothing either way."""
    score = INTERCEPT
    if word is not None:
        score += UNSURE_WORD * _logit(1 - word)
    if segment is not None:
        score += UNSURE_SEGMENT * _logit(1 - segment)
    if agrees is not None:
        score += DISAGREES * (0.5 - agrees) * 2
    return round(1 / (1 + math.exp(-score)), 4)


def _agreement(segments: Sequence[Segment], second: Sequence[Segment] | None) -> list[bool] | None:
    """Say of each word whether the second transcript has it at that place of the text."""
    if second is None:
        return None
    first_tokens = [_fold(text) for segment in segments for text in _texts(segment)]
    second_tokens = [_fold(text) for segment in second for text in _texts(segment)]
    agreed = [False] * len(first_tokens)
    for block in Levenshtein.opcodes(first_tokens, second_tokens):
        if block.tag == "equal":
            for index in range(block.src_start, block.src_end):
                agreed[index] = True
    return agreed


def _texts(segment: Segment) -> list[str]:
    return [word.text for word in segment.words] or segment.text.split()


def _fold(text: str) -> str:
    """Compare words, not how they are punctuated."""
    return "".join(char for char in text.casefold() if char.isalnum() or char == "'")


def _logit(probability: float) -> float:
    kept = min(max(probability, 0.001), 0.999)
    return math.log(kept / (1 - kept))
