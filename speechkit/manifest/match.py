"""Which segments of two releases are the same one, and what about it is not the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from speechkit.core.time import overlap
from speechkit.manifest.schema import ReleasedSegment

Aspect = Literal["words", "speaker", "times", "phi"]
Removed: TypeAlias = tuple[float, float, str, int | None]  # start, end, identifier, channel
_MATCH = 0.3  # of the time that either covers, two segments share at least this much to be one


def match(
    old: Sequence[ReleasedSegment], new: Sequence[ReleasedSegment]
) -> list[tuple[ReleasedSegment, ReleasedSegment]]:
    """Pair segments that share most of their time; each is in one pair at most."""
    candidates = []
    begin = 0
    longest = max((s.end - s.start for s in new), default=0.0)
    for i, a in enumerate(old):
        while begin < len(new) and new[begin].start < a.start - longest:
            begin += 1
        for j in range(begin, len(new)):
            b = new[j]
            if b.start > a.end:
                break
            if a.channel == b.channel:
                candidates.append((-_shared(a, b), a.text != b.text, a.speaker != b.speaker, i, j))
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for share, _, _, i, j in sorted(candidates):
        if -share >= _MATCH and i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)
    return [(old[i], new[j]) for i, j in sorted(pairs.items())]


def _shared(a: ReleasedSegment, b: ReleasedSegment) -> float:
    if (a.start, a.end) == (b.start, b.end):
        return 1.0
    either = max(a.end, b.end) - min(a.start, b.start)
    return overlap((a.start, a.end), (b.start, b.end)) / either if either > 0 else 0.0


def changes(
    a: ReleasedSegment, b: ReleasedSegment, before: set[Removed], after: set[Removed]
) -> tuple[Aspect, ...]:
    what: list[Aspect] = []
    if a.text != b.text:
        what.append("words")
    if (a.speaker, a.role) != (b.speaker, b.role):
        what.append("speaker")
    if (a.start, a.end, _times(a)) != (b.start, b.end, _times(b)):
        what.append("times")
    if _inside(a, before) != _inside(b, after):
        what.append("phi")
    return tuple(what)


def _times(segment: ReleasedSegment) -> list[tuple[float, float]]:
    return [(word.start, word.end) for word in segment.words]


def _inside(segment: ReleasedSegment, removed: set[Removed]) -> set[Removed]:
    return {r for r in removed if r[0] < segment.end and r[1] > segment.start}
