"""The queue: which lines of all open tasks to look at first. And what an order would have found."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from statistics import mean
from typing import Literal, NamedTuple, get_args

import msgspec
from rapidfuzz.distance import Levenshtein

from speechkit.core.reviewed import REFERENCE
from speechkit.core.types import Segment, Session
from speechkit.review.error_model import Expected, Weigh, expect, texts_of
from speechkit.review.load_drafts import SECOND, draft_of
from speechkit.storage.corpus import Corpus

Order = Literal["expected-error", "confidence", "random", "time"]
ORDERS: tuple[Order, ...] = get_args(Order)
SHARES = (0.1, 0.2, 0.5)  # of the words that are looked at
_SEEDS = 20
Unit = Literal["segments", "words"]
Tokens = Callable[[str], list[str]]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A segment of the queue. `errors` are expected, `weighted` by what they would harm."""

    recording: str
    segment: str
    start: float
    seconds: float
    words: int
    errors: float
    weighted: float
    confidence: float


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What an order finds within a share of the words, looked at by segment or word by word.

    `errors_found`: share of all; `times_random`: of what chance finds; `errors_per_minute`: of
    reviewed sound, where whole segments are heard.
    """

    unit: Unit
    order: str
    share: float
    errors_found: float
    times_random: float | None
    errors_per_minute: float | None


class _Looked(NamedTuple):
    """What can be looked at: how it is ranked, how much it is, and the errors in it."""

    rank: dict[str, float]  # by order; the lowest first
    words: int
    seconds: float
    errors: int


def entries(corpus: Corpus, weigh: Weigh | None = None) -> tuple[Entry, ...]:
    """Return the segments of all drafts with what is expected of them."""
    return tuple(
        entry for session in corpus.sessions() for entry, *_ in _of_session(corpus, session, weigh)
    )


def ranked(found: Sequence[Entry], order: Order, seed: int = 0) -> tuple[Entry, ...]:
    """Return the entries in an order: most expected errors a second first; least sure first; …"""
    if order == "random":
        return tuple(random.Random(seed).sample(sorted(found, key=lambda e: e.segment), len(found)))
    if order == "expected-error":
        return tuple(sorted(found, key=lambda e: (-_density(e), e.segment)))
    if order == "confidence":
        return tuple(sorted(found, key=lambda e: (e.confidence, e.segment)))
    return tuple(sorted(found, key=lambda e: (e.recording, e.start)))


def _density(entry: Entry) -> float:
    """Expected errors a second, by what they would harm."""
    return entry.weighted / max(0.5, entry.seconds)


def simulate(corpus: Corpus, tokens: Tokens, weigh: Weigh | None = None) -> tuple[Found, ...]:
    """Replay the corpus's references against all orders, by segment and word by word.

    An error is found when the word is looked at in which it lies; words that the draft left out
    count for the word before them.
    """
    tokens = cache(tokens)  # word by word: most of them come again
    seen: dict[Unit, list[_Looked]] = {"segments": [], "words": []}
    for session in corpus.sessions():
        reference = corpus.layer(session, REFERENCE)
        if reference is None:
            continue
        rows = _of_session(corpus, session, weigh)
        errors = word_errors([segment for _, segment, _ in rows], reference.items, tokens)
        for (entry, segment, told), wrong in zip(rows, errors, strict=True):
            rank = {
                "expected-error": -_density(entry),
                "confidence": entry.confidence,
                "time": float(len(seen["segments"])),
            }
            seen["segments"].append(_Looked(rank, entry.words, entry.seconds, sum(wrong)))
            seen["words"] += _words(segment, told, wrong, rank["time"])
    return tuple(one for unit, looked in seen.items() for one in _compared(unit, looked) if looked)


def word_errors(
    draft: Sequence[Segment], reference: Sequence[Segment], tokens: Tokens
) -> list[list[int]]:
    """Return how many errors lie in each word of each segment of a draft."""
    words = [text for segment in draft for text in texts_of(segment)]
    written = [(token, at) for at, text in enumerate(words) for token in tokens(text)]
    ordered = sorted(reference, key=lambda s: (s.start, s.end))
    said = [token for segment in ordered for token in tokens(segment.text)]
    counts = [0] * len(words)
    for block in Levenshtein.opcodes([token for token, _ in written], said) if written else ():
        if block.tag == "equal":
            continue
        width = max(block.src_end - block.src_start, block.dest_end - block.dest_start)
        for at in range(block.src_start, block.src_start + width):
            last = block.src_start - 1 if block.tag == "insert" else min(at, block.src_end - 1)
            counts[written[max(0, last)][1]] += 1
    left = iter(counts)
    return [[next(left) for _ in texts_of(segment)] for segment in draft]


def _words(
    segment: Segment, told: Expected, wrong: Sequence[int], place: float
) -> Iterator[_Looked]:
    sure = [word.confidence for word in segment.words] or [None] * len(wrong)
    for chance, confidence, errors in zip(told.words, sure, wrong, strict=True):
        rank = {
            "expected-error": -chance,
            "confidence": 0.0 if confidence is None else confidence,
            "time": place,
        }
        yield _Looked(rank, 1, 0.0, errors)


def _compared(unit: Unit, looked: Sequence[_Looked]) -> Iterator[Found]:
    """Yield what each order finds within each share; equal ranks in an order drawn by lot."""
    by_chance = {
        share: [_found(_shuffled(looked, seed), share) for seed in range(_SEEDS)]
        for share in SHARES
    }
    for order in ORDERS:
        for share in SHARES:
            mixed = _shuffled(looked, 0)
            told = (
                by_chance[share]
                if order == "random"
                else [_found(sorted(mixed, key=lambda one: one.rank[order]), share)]
            )
            errors = mean(one[0] for one in told)
            chance = mean(one[0] for one in by_chance[share])
            yield Found(
                unit=unit,
                order=order,
                share=share,
                errors_found=round(errors, 4),
                times_random=round(errors / chance, 2) if chance else None,
                errors_per_minute=round(mean(one[1] for one in told), 3)
                if unit == "segments"
                else None,
            )


def _shuffled(looked: Sequence[_Looked], seed: int) -> list[_Looked]:
    return random.Random(seed).sample(looked, len(looked))


def _found(order: Sequence[_Looked], share: float) -> tuple[float, float]:
    """Return the share of all errors, and errors a minute, within a share of the words."""
    budget = share * sum(one.words for one in order)
    words = errors = 0
    seconds = 0.0
    for one in order:
        if words >= budget:
            break
        words += one.words
        errors += one.errors
        seconds += one.seconds
    total = sum(one.errors for one in order)
    return errors / total if total else 0.0, 60 * errors / seconds if seconds else 0.0


def _of_session(
    corpus: Corpus, session: Session, weigh: Weigh | None
) -> list[tuple[Entry, Segment, Expected]]:
    draft = draft_of(corpus, session)
    if draft is None:
        return []
    second = corpus.layer(session, SECOND)
    told = expect(draft.items, second.items if second else None, weigh)
    return [
        (_entry(session, segment, one), segment, one)
        for segment, one in zip(draft.items, told, strict=True)
    ]


def _entry(session: Session, segment: Segment, told: Expected) -> Entry:
    sure = [word.confidence for word in segment.words if word.confidence is not None]
    return Entry(
        recording=session.recording.id,
        segment=segment.id,
        start=segment.start,
        seconds=round(segment.end - segment.start, 3),
        words=len(told.words),
        errors=told.errors,
        weighted=told.weighted,
        confidence=round(mean(sure), 4) if sure else 0.0,
    )
