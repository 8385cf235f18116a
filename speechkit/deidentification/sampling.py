"""Which segments a person looks at, so that a rate of identifiers left can be ruled out.

Segments of clean copies are drawn at random, each as likely as any other: only so does "none among
n" say something about all. What the person writes down sharpens the estimate.
"""

from __future__ import annotations

import csv
import math
import random
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from speechkit.core.errors import InputError, UsageError
from speechkit.core.estimates import count_interval
from speechkit.core.types import RedactedCopy, Segment, Session
from speechkit.storage.corpus import Corpus

CONFIDENCE = 0.95
_COLUMNS = ("recording", "segment", "start", "end", "identifiers_left")


class Sampled(msgspec.Struct, frozen=True, kw_only=True):
    """One segment to look at; times in seconds. `identifiers_left` is what the person counted."""

    recording: str
    segment: str
    start: float
    end: float
    identifiers_left: int | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a sample says: of `segments` looked at, `with_some` had identifiers left, `mentions` in
    all; with 95 % at most the share `upper` of all segments has. `not_looked_at` have no count yet.
    """

    segments: int
    with_some: int
    mentions: int
    upper: float
    not_looked_at: int


def sample_size(rate: float) -> int:
    """Return how many segments without a find rule out a higher rate with 95 %.

    Raises:
        UsageError: if the rate does not lie between 0 and 1.

    >>> sample_size(0.01)
    299
    """
    if not 0 < rate < 1:
        raise UsageError(f"the rate to rule out lies between 0 and 1, it is not {rate:g}")
    return math.ceil(math.log(1 - CONFIDENCE) / math.log1p(-rate))


def draw_sample(corpus: Corpus, rate: float, seed: int = 1) -> tuple[Sampled, ...]:
    """Return segments of clean copies, drawn at random, in order of recordings and times.

    All of them where there are fewer than the rate needs.

    Raises:
        InputError: if no copy is clean yet.
        UsageError: if the rate does not lie between 0 and 1.
    """
    size = sample_size(rate)
    segments = [
        Sampled(recording=session.recording.id, segment=s.id, start=s.start, end=s.end)
        for session in corpus.sessions()
        for s in _released(corpus, session)
    ]
    if not segments:
        raise InputError(f"{corpus.root} holds no clean copy yet; see: speechkit run")
    chosen = random.Random(seed).sample(segments, min(size, len(segments)))
    return tuple(sorted(chosen, key=lambda one: (one.recording, one.start, one.segment)))


def _released(corpus: Corpus, session: Session) -> Sequence[Segment]:
    layer = corpus.layer(session, "redacted")
    copy: RedactedCopy | None = layer.items[0] if layer and layer.items else None
    return [segment for segment in copy.segments if segment.text] if copy else []


def write_sample(path: Path, sample: Iterable[Sampled]) -> None:
    """Write a sample as CSV with an empty column for what the person counts."""
    with path.open("x", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(_COLUMNS)
        for one in sample:
            rows.writerow([one.recording, one.segment, f"{one.start:.2f}", f"{one.end:.2f}", ""])


def read_sample(path: Path) -> tuple[Sampled, ...]:
    """Read a sample, filled in or not.

    Raises:
        InputError: naming the line that is not a row of such a file.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if tuple(rows.fieldnames or ()) != _COLUMNS:
            raise InputError(f"{path.name} has other columns than {', '.join(_COLUMNS)}")
        return tuple(_row(row, f"{path.name}, line {rows.line_num}") for row in rows)


def _row(row: dict[str, str], where: str) -> Sampled:
    counted = (row["identifiers_left"] or "").strip()
    if counted and not (counted.isascii() and counted.isdigit()):
        raise InputError(f"{where}: identifiers_left is a number from 0 up, or empty")
    try:
        return Sampled(
            recording=row["recording"],
            segment=row["segment"],
            start=float(row["start"]),
            end=float(row["end"]),
            identifiers_left=int(counted) if counted else None,
        )
    except (TypeError, ValueError):
        raise InputError(f"{where}: start and end are seconds") from None


def outcome_of(sample: Sequence[Sampled]) -> Outcome:
    """Return what a person's counts say about all segments."""
    counts = [one.identifiers_left for one in sample if one.identifiers_left is not None]
    with_some = sum(count > 0 for count in counts)
    return Outcome(
        segments=len(counts),
        with_some=with_some,
        mentions=sum(counts),
        upper=round(upper_bound(with_some, len(counts)), 6),
        not_looked_at=len(sample) - len(counts),
    )


def upper_bound(hits: int, size: int) -> float:
    """Return the one-sided 95 % bound of a share (Clopper and Pearson 1934).

    >>> round(upper_bound(0, 299), 4)
    0.01
    """
    from scipy.stats import beta

    return 1.0 if hits >= size else float(beta.ppf(CONFIDENCE, hits + 1, size - hits))


def sharpened(
    expected: float, spread: float, outcome: Outcome, num_segments: int
) -> tuple[float, int, int]:
    """Return (expected, low, high) identifiers left in what nobody looked at, after the sample.

    The estimate is a gamma distribution for identifiers a segment; what a person counted in the
    sample makes it narrower (conjugate to a Poisson count).

    >>> before, after = 20.0, sharpened(20.0, 2.0, outcome_of([]), 1_000)[0]
    >>> after == before
    True
    """
    if expected <= 0 or not num_segments:
        return 0.0, 0, 0
    shape = spread + outcome.mentions
    pace = spread * num_segments / expected + outcome.segments
    rest = shape / pace * (num_segments - outcome.segments)
    return (round(rest, 2), *count_interval(rest, shape))
