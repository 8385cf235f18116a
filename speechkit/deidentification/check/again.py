"""Which parts of a copy have to be listened to again: those that changed since the last time.

A copy that was masked once more is the same, bit for bit, but for the new masks. What listeners
wrote of the rest stands; around a change they listen again, to a passage long enough to understand.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from math import inf
from typing import NamedTuple

import msgspec
import numpy as np

from speechkit.audio.intervals import stretches
from speechkit.audio.sound import blocks
from speechkit.core.engines import SAMPLE_RATE, Sound
from speechkit.core.text import join_words
from speechkit.core.time import Interval, union
from speechkit.core.types import Segment, Word

_BLOCK = SAMPLE_RATE // 10  # samples that are compared together
_CONTEXT = 4.0  # s on either side of a change that are played,
_KEPT = 1.5  # of which so much is believed,
_REPLACED = 1.0  # and so much is no more: words at the seam are kept twice rather than lost
_WINDOW = 30.0  # s: for a recognizer no passage is shorter than this
_WORTH = 0.7  # share of a recording above which all of it is listened to


class Passage(NamedTuple):
    """A changed interval and what is played of it, in seconds."""

    changed: Interval
    played: Interval


def fingerprint(sound: Sound) -> tuple[int, ...]:
    """Return a checksum for each tenth of a second of a sound at 16 kHz."""
    return tuple(zlib.crc32(block.tobytes()) for _, block in blocks(sound, _BLOCK))


def changes(before: Sequence[int], now: Sequence[int]) -> tuple[Interval, ...]:
    """Return where two fingerprints of equal length differ, in seconds.

    >>> changes([1, 2, 3, 4], [1, 9, 9, 4])
    ((0.1, 0.3),)
    """
    differ = np.array(before) != np.array(now)
    return tuple((start / 10, end / 10) for start, end in stretches(differ))


def passages(changed: Sequence[Interval], length: float) -> tuple[Passage, ...] | None:
    """Return what has to be played again of a sound of `length` seconds; None: all of it.

    >>> passages([(50.0, 51.0), (52.0, 53.0)], 300.0)
    (Passage(changed=(50.0, 53.0), played=(46.0, 57.0)),)
    >>> passages([(5.0, 6.0)], 30.0) is None
    True
    """
    found = [
        Passage((start, end), (max(0.0, start - _CONTEXT), min(length, end + _CONTEXT)))
        for start, end in union(changed, gap=2 * _CONTEXT)
    ]
    cost = sum(max(_WINDOW, passage.played[1] - passage.played[0]) for passage in found)
    return None if cost > _WORTH * length else tuple(found)


def spliced(
    before: Sequence[Segment], heard: Sequence[Segment], changed: Interval
) -> tuple[Segment, ...]:
    """Return what was heard before, with what was heard now in a changed interval, in order."""
    start, end = changed
    kept = [
        part
        for segment in before
        for interval in ((-inf, start - _REPLACED), (end + _REPLACED, inf))
        for part in _within(segment, interval)
    ]
    kept += [part for segment in heard for part in _within(segment, (start - _KEPT, end + _KEPT))]
    return tuple(sorted(kept, key=lambda one: (one.start, one.end)))


def _within(segment: Segment, interval: Interval) -> Iterator[Segment]:
    """Yield the part of a segment whose words lie in an interval, by their middle."""

    def wanted(item: Word | Segment) -> bool:
        return interval[0] < (item.start + item.end) / 2 <= interval[1]

    words = tuple(word for word in segment.words if wanted(word))
    if words and len(words) < len(segment.words):
        yield msgspec.structs.replace(
            segment,
            words=words,
            text=join_words([word.text for word in words], segment.language),
            start=words[0].start,
            end=max(word.end for word in words),
        )
    elif words or (not segment.words and wanted(segment)):
        yield segment
