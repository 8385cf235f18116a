"""Which parts of a recording are scored: the rest is left out of both sides.

Regions come from STM (`ignore_time_segment_in_scoring`, `inter_segment_gap`) and UEM files. As in
NIST's sclite, a word is where its middle is; words without times of their own lie evenly in their
segment. Segments without times cannot be placed, and stay.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from speechkit.core.text import evenly_timed_words
from speechkit.core.time import Interval, subtract, union
from speechkit.core.types import Segment, Turn

_END = 1e9  # s: later than any recording ends


def scored_regions(
    scored: Sequence[Interval] | None, unscored: Sequence[Interval]
) -> tuple[Interval, ...] | None:
    """Return the parts that are scored, None for all of it.

    >>> scored_regions([(0.0, 10.0)], [(2.0, 4.0)])
    ((0.0, 2.0), (4.0, 10.0))
    """
    if scored is None and not unscored:
        return None
    return subtract(union(scored if scored is not None else [(0.0, _END)]), unscored)


def words_within(
    segments: Sequence[Segment], regions: Sequence[Interval] | None
) -> tuple[Segment, ...]:
    """Return the segments with the words that lie in the regions."""
    if regions is None:
        return tuple(segments)
    kept = []
    for segment in segments:
        if segment.end <= segment.start:
            kept.append(segment)
            continue
        if any(start <= segment.start and segment.end <= end for start, end in regions):
            kept.append(segment)
            continue
        words = segment.words or evenly_timed_words(segment)
        inside = tuple(word for word in words if _contains(regions, (word.start + word.end) / 2))
        if inside:
            text = " ".join(word.text.strip() for word in inside)
            kept.append(
                msgspec.structs.replace(
                    segment,
                    text=text,
                    words=inside,
                    start=max(segment.start, inside[0].start),
                    end=min(segment.end, inside[-1].end),
                )
            )
    return tuple(kept)


def turns_within(turns: Sequence[Turn], regions: Sequence[Interval] | None) -> tuple[Turn, ...]:
    """Return the turns cut to the regions."""
    if regions is None:
        return tuple(turns)
    return tuple(
        msgspec.structs.replace(turn, start=max(turn.start, start), end=min(turn.end, end))
        for turn in turns
        for start, end in regions
        if min(turn.end, end) > max(turn.start, start)
    )


def _contains(regions: Sequence[Interval], moment: float) -> bool:
    return any(start <= moment < end for start, end in regions)
