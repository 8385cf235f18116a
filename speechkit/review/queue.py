"""The queue: which lines of all open tasks to look at first. And what an order would have found."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from statistics import mean
from typing import Literal, get_args

import msgspec
from rapidfuzz.distance import Levenshtein

from speechkit.core.corpus import Corpus
from speechkit.core.reviewed import REFERENCE
from speechkit.core.types import Segment, Session
from speechkit.review.expected import Expected, Weigh, expect
from speechkit.review.load import SECOND, draft_of

Order = Literal["expected-error", "confidence", "random", "time"]
ORDERS: tuple[Order, ...] = get_args(Order)
SHARES = (0.1, 0.2, 0.5)  # of the words that are looked at
_SEEDS = 20
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
    """What an order finds within a share of the words: errors, and errors a reviewed minute."""

    order: str
    share: float
    errors_found: float  # share of all
    errors_per_minute: float


def entries(corpus: Corpus, weigh: Weigh | None = None) -> tuple[Entry, ...]:
    """Return the segments of all drafts with what is expected of them."""
    return tuple(
        entry for session in corpus.sessions() for entry, _ in _of_session(corpus, session, weigh)
    )


def ranked(found: Sequence[Entry], order: Order, seed: int = 0) -> tuple[Entry, ...]:
    """Return the entries in an order: most expected errors a second first; least sure first; …"""
    if order == "expected-error":
        return tuple(sorted(found, key=lambda e: (-e.weighted / max(0.5, e.seconds), e.segment)))
    if order == "confidence":
        return tuple(sorted(found, key=lambda e: (e.confidence, e.segment)))
    if order == "random":
        return tuple(random.Random(seed).sample(sorted(found, key=lambda e: e.segment), len(found)))
    return tuple(sorted(found, key=lambda e: (e.recording, e.start)))


def simulate(corpus: Corpus, tokens: Tokens, weigh: Weigh | None = None) -> tuple[Found, ...]:
    """Replay the corpus's references against all orders.

    An error is found when the segment is looked at in whose words it lies; words that the draft
    left out count for the segment before them.
    """
    known: list[Entry] = []
    wrong: dict[str, int] = {}
    for session in corpus.sessions():
        reference = corpus.layer(session, REFERENCE)
        if reference is None:
            continue
        rows = _of_session(corpus, session, weigh)
        known += [entry for entry, _ in rows]
        wrong |= count_errors([segment for _, segment in rows], reference.items, tokens)
    found = []
    for order in ORDERS:
        seeds = range(_SEEDS) if order == "random" else range(1)
        for share in SHARES:
            told = [_found(ranked(known, order, seed), wrong, share) for seed in seeds]
            found.append(
                Found(
                    order=order,
                    share=share,
                    errors_found=round(mean(one[0] for one in told), 4),
                    errors_per_minute=round(mean(one[1] for one in told), 3),
                )
            )
    return tuple(found)


def count_errors(
    draft: Sequence[Segment], reference: Sequence[Segment], tokens: Tokens
) -> dict[str, int]:
    """Return how many word errors lie in each segment of a draft."""
    written = [(token, s.id) for s in draft for token in tokens(s.text)]
    said = [
        token for s in sorted(reference, key=lambda s: (s.start, s.end)) for token in tokens(s.text)
    ]
    counts = {segment.id: 0 for segment in draft}
    if not written:
        return counts
    for block in Levenshtein.opcodes([token for token, _ in written], said):
        if block.tag == "equal":
            continue
        width = max(block.src_end - block.src_start, block.dest_end - block.dest_start)
        for at in range(block.src_start, block.src_start + width):
            last = max(block.src_start, min(at, block.src_end - 1))
            counts[written[min(last, len(written) - 1)][1]] += 1
    return counts


def _found(order: Sequence[Entry], wrong: dict[str, int], share: float) -> tuple[float, float]:
    budget = share * sum(entry.words for entry in order)
    words = errors = 0
    seconds = 0.0
    for entry in order:
        if words >= budget:
            break
        words += entry.words
        errors += wrong[entry.segment]
        seconds += entry.seconds
    total = sum(wrong.values())
    return errors / total if total else 0.0, 60 * errors / seconds if seconds else 0.0


def _of_session(
    corpus: Corpus, session: Session, weigh: Weigh | None
) -> list[tuple[Entry, Segment]]:
    draft = draft_of(corpus, session)
    if draft is None:
        return []
    second = corpus.layer(session, SECOND)
    told = expect(draft.items, second.items if second else None, weigh)
    return [
        (_entry(session, segment, one), segment)
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
