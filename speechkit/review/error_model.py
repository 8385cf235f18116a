"""How many errors to expect where: the order in which people's time finds most of them.

The chance that a word is wrong is a logistic model of what is known without listening: how sure
the engine was of the word, and whether a second transcript of the same sound agrees there and
around. Clinical terms weigh more, because an error in them does more harm.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import msgspec
from rapidfuzz.distance import Levenshtein

from speechkit.core.types import Segment, Word

BESIDE = 2  # words on either side
Weigh = Callable[[Sequence[str]], Sequence[float]]


class Model(msgspec.Struct, frozen=True):
    """Weights of the logistic model: of the logit of doubt, of disagreement (±1), of the share of
    disagreement among the words beside, and of words that only the second transcript has there."""

    intercept: float
    word: float
    disagrees: float
    around: float
    missing: float


# As fitted by `python -m benchmarks queue`, consultations and clips counting the same. Doubt
# about the words beside and about the segment was tried: on clips not fitted on it finds less.
MODEL = Model(-1.35, 0.21, 0.86, 0.5, 1.33)


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What is expected of one segment: errors among its words, and how much they matter."""

    segment: str
    words: tuple[float, ...]  # chance that each is wrong
    share: float  # mean of those
    errors: float  # sum of those
    weighted: float  # the same with clinical weights


def expect(
    segments: Sequence[Segment],
    second: Sequence[Segment] | None = None,
    weigh: Weigh | None = None,
    model: Model = MODEL,
) -> tuple[Expected, ...]:
    """Return what to expect of each segment, in their order.

    Args:
        segments: a draft, with word confidences where the engine gave some.
        second: another engine's transcript, or another decode, of the same recording.
        weigh: tokens → how much an error in each matters; 1 for all if not given.
        model: how what is known adds up.
    """
    rows = iter(features(segments, second))
    found = []
    for segment in segments:
        texts = texts_of(segment)
        weights = weigh(texts) if weigh else [1.0] * len(texts)
        chances = tuple(_chance(next(rows), model) for _ in texts)
        errors = sum(chances)
        found.append(
            Expected(
                segment=segment.id,
                words=chances,
                share=round(errors / len(texts), 4) if texts else 0.5,
                errors=round(errors, 4),
                weighted=round(sum(p * w for p, w in zip(chances, weights, strict=True)), 4),
            )
        )
    return tuple(found)


def features(
    segments: Sequence[Segment], second: Sequence[Segment] | None = None
) -> list[tuple[float, float, float, float]]:
    """Return for each word: doubt about it, whether the second transcript disagrees, how much it
    does so around, and whether it has more words after it.

    Doubt is the logit of 1 − confidence; what is not known is 0, which says nothing either way.
    """
    doubts = [
        _doubt(word)
        for segment in segments
        for word in segment.words or [None] * len(texts_of(segment))
    ]
    found = _agreement(segments, second)
    if found is None:
        return [(doubt, 0.0, 0.0, 0.0) for doubt in doubts]
    agreed, missing = found
    rows = []
    for at, doubt in enumerate(doubts):
        near = agreed[max(0, at - BESIDE) : at] + agreed[at + 1 : at + 1 + BESIDE]
        around = near.count(False) / max(1, len(near))
        rows.append((doubt, -1.0 if agreed[at] else 1.0, around, float(missing[at])))
    return rows


def _chance(row: Sequence[float], model: Model) -> float:
    intercept, *weights = msgspec.structs.astuple(model)
    score = intercept + sum(w * x for w, x in zip(weights, row, strict=True))
    return round(1 / (1 + math.exp(-score)), 4)


def _doubt(word: Word | None) -> float:
    return 0.0 if word is None or word.confidence is None else _logit(1 - word.confidence)


def _agreement(
    segments: Sequence[Segment], second: Sequence[Segment] | None
) -> tuple[list[bool], list[bool]] | None:
    """Say of each word whether the second transcript has it at that place of the text, and whether
    it has words there that the first one has not: they count for the word before them."""
    if second is None:
        return None
    first_tokens = [_fold(text) for segment in segments for text in texts_of(segment)]
    second_tokens = [_fold(text) for segment in second for text in texts_of(segment)]
    agreed, missing = [False] * len(first_tokens), [False] * len(first_tokens)
    for block in Levenshtein.opcodes(first_tokens, second_tokens):
        if block.tag == "equal":
            for index in range(block.src_start, block.src_end):
                agreed[index] = True
        elif block.tag == "insert" and missing:
            missing[max(0, block.src_start - 1)] = True
    return agreed, missing


def texts_of(segment: Segment) -> list[str]:
    """Return the words of a segment, of its text where it has none."""
    return [word.text for word in segment.words] or segment.text.split()


def _fold(text: str) -> str:
    """Compare words, not how they are punctuated."""
    return "".join(char for char in text.casefold() if char.isalnum() or char == "'")


def _logit(probability: float) -> float:
    kept = min(max(probability, 0.001), 0.999)
    return math.log(kept / (1 - kept))
