"""Time in seconds, rounded once, to a millisecond; and sets of intervals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

Interval: TypeAlias = tuple[float, float]


def round_ms(seconds: float) -> float:
    """Round to a millisecond; never returns -0.0.

    >>> round_ms(1.23456)
    1.235
    """
    return round(float(seconds), 3) + 0.0


def overlap(a: Interval, b: Interval) -> float:
    """Return how many seconds two intervals share.

    >>> overlap((0, 2), (1, 5))
    1
    """
    return max(0, min(a[1], b[1]) - max(a[0], b[0]))


def union(intervals: Iterable[Interval], *, gap: float = 0.0) -> tuple[Interval, ...]:
    """Merge intervals that touch or lie at most `gap` seconds apart; sorted, empty ones dropped.

    >>> union([(3, 4), (0, 1), (1, 2)])
    ((0, 2), (3, 4))
    """
    merged: list[Interval] = []
    for start, end in sorted(i for i in intervals if i[1] > i[0]):
        if merged and start <= merged[-1][1] + gap:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def subtract(minuend: Iterable[Interval], subtrahend: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return what of `minuend` no interval of `subtrahend` covers.

    >>> subtract([(0, 10)], [(2, 3), (9, 12)])
    ((0, 2), (3, 9))
    """
    holes = union(subtrahend)
    left: list[Interval] = []
    for start, end in union(minuend):
        at = start
        for hole_start, hole_end in holes:
            if hole_end <= at:
                continue
            if hole_start >= end:
                break
            if hole_start > at:
                left.append((at, hole_start))
            at = max(at, hole_end)
        if at < end:
            left.append((at, end))
    return tuple(left)


def duration(intervals: Iterable[Interval]) -> float:
    """Return how many seconds a set of intervals covers, overlaps counted once."""
    return sum(end - start for start, end in union(intervals))
