"""Moving word edges out to quiet: CTC and attention both end words early, and a cut must not leak.

An edge moves outward to the nearest 30 ms of quiet within 250 ms, never beyond the middle of the
neighboring word. Where there is none, words that follow each other closely share the gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from speechkit.audio.sound import blocks
from speechkit.core.engines import SAMPLE_RATE, Sound
from speechkit.core.time import Interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

HOP = 0.01  # seconds
_BLOCK = 6_000  # hops that are measured together: a minute
_QUIET = 3  # hops that make quiet: 30 ms
_REACH = 0.25  # seconds
_CONTEXT = 3.0  # seconds on either side from which loud and quiet are judged
_SHARE = 0.3  # of the way from the quietest to the loudest: below it is quiet
_RANGE = 40.0  # dB below the loudest: what is quieter does not lower the threshold
_CLIMB = 12.0  # dB above the quietest: never call more than that quiet


def levels(samples: Sound) -> NDArray[np.float32]:
    """Return the level of mono samples (n,) at 16 kHz in dB, a value each 10 ms over 20 ms."""
    hop = int(HOP * SAMPLE_RATE)
    power = np.concatenate(
        [
            np.add.reduceat(np.square(block, dtype=np.float32), np.arange(0, len(block), hop))
            for _, block in blocks(samples, _BLOCK * hop)
        ]
        or [np.zeros(1, np.float32)]
    )
    both = (power + np.append(power[1:], 0)) / (2 * hop)
    return np.asarray(10 * np.log10(both + 1e-12), dtype=np.float32)


def widen(words: Sequence[Interval], level: NDArray[np.float32]) -> list[Interval]:
    """Return the words' intervals (sorted by start, seconds) with their edges moved out to quiet.

    A word between 50 ms of quiet on either side grows up to where that begins:

    >>> level = np.full(100, -80.0, np.float32)
    >>> level[30:50] = -20
    >>> widen([(0.35, 0.42)], level)
    [(0.3, 0.5)]
    """
    out: list[Interval] = []
    total = len(level) * HOP
    for index, (start, end) in enumerate(words):
        before = words[index - 1] if index else (-np.inf, -np.inf)
        after = words[index + 1] if index + 1 < len(words) else (np.inf, np.inf)
        quiet = _threshold(level, start, end)
        low = max(0.0, start - _REACH, min(start, sum(before) / 2))
        high = min(total, end + _REACH, max(end, sum(after) / 2))
        new_start = _seek(level, start, low, quiet, -1)
        new_end = _seek(level, end, high, quiet, +1)
        if new_start is None:
            new_start = max(low, min(start, before[1]))
        if new_end is None:
            new_end = min(high, max(end, after[0]))
        out.append((round(min(new_start, start), 4), round(max(new_end, end), 4)))
    return out


def _threshold(level: NDArray[np.float32], start: float, end: float) -> float:
    """Return the level in dB below which the surroundings of a word count as quiet."""
    first, last = int((start - _CONTEXT) / HOP), int((end + _CONTEXT) / HOP)
    around = level[max(0, first) : max(1, last)]
    if not len(around):
        return -np.inf
    floor, loud = np.percentile(around, (5, 95))
    floor = max(float(floor), float(loud) - _RANGE)
    return floor + min(_CLIMB, _SHARE * (float(loud) - floor))


def _seek(
    level: NDArray[np.float32], edge: float, limit: float, quiet: float, step: int
) -> float | None:
    """Return where the first quiet outward of `edge` begins, None if none is before `limit`."""
    at = round(edge / HOP)
    stop = round(limit / HOP)
    while (at <= stop) if step > 0 else (at >= stop):
        first, last = (at, at + _QUIET) if step > 0 else (at - _QUIET, at)
        piece = level[max(0, first) : max(0, last)]
        if len(piece) < _QUIET or bool((piece < quiet).all()):
            return float(at * HOP)
        at += step
    return None
