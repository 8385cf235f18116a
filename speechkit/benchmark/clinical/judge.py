"""Which clinical terms of the reference a hypothesis kept, lost or changed, and made up."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import msgspec

from speechkit.benchmark.clinical.mentions import WEIGHTS, Mention, mentions
from speechkit.benchmark.errors import Edit
from speechkit.benchmark.types import ClinicalCount

_SLACK = 3  # tokens a term may stand from where the alignment puts it: "has no" / "does not have"
_AROUND = 5  # tokens of context on either side of a miss


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """Counts by category; weighted errors and weight of all said; misses as (category, reference
    context, hypothesis context)."""

    counts: dict[str, ClinicalCount]
    weighted: tuple[float, float]
    misses: tuple[tuple[str, str, str], ...] = ()


def judge(
    said: Sequence[str],
    wrote: Sequence[str],
    edits: Sequence[Edit],
    reference: Sequence[Mention],
    *,
    contexts: bool = False,
) -> Judgement:
    """Compare the clinical terms of a hypothesis with those of the reference.

    Args:
        said: reference tokens.
        wrote: hypothesis tokens.
        edits: their alignment.
        reference: `mentions(said)`.
        contexts: keep the words around each miss. They are what patients said.
    """
    found = mentions(wrote)
    place = _Places(edits, len(wrote))
    used: set[int] = set()
    lost: list[Mention] = []
    for mention in reference:
        if mention.certain:
            match = _match(mention, found, place, used)
            if match is None:
                lost.append(mention)
            else:
                used.add(match)
    invented = [
        mention
        for index, mention in enumerate(found)
        if index not in used
        and mention.certain
        and not _is_replacement(mention, lost, place)
        and not _was_said(mention, reference, place)
    ]
    counts = {category: ClinicalCount() for category in WEIGHTS}
    for mention in reference:
        if mention.certain:
            counts[mention.category] += ClinicalCount(said=1)
    for mention in lost:
        counts[mention.category] += ClinicalCount(lost=1)
    for mention in invented:
        counts[mention.category] += ClinicalCount(invented=1)
    return Judgement(
        counts=counts,
        weighted=(
            sum(WEIGHTS[kind] * (count.lost + count.invented) for kind, count in counts.items()),
            sum(WEIGHTS[kind] * count.said for kind, count in counts.items()),
        ),
        misses=_misses(said, wrote, place, lost, invented) if contexts else (),
    )


class _Places:
    """Where reference positions stand in the hypothesis."""

    def __init__(self, edits: Sequence[Edit], num_wrote: int) -> None:
        self.edits = [edit for edit in edits if edit.reference_end > edit.reference_start]
        self.starts = [edit.reference_start for edit in self.edits]
        self.num_wrote = num_wrote

    def __getitem__(self, position: int) -> int:
        at = bisect_right(self.starts, position) - 1
        if at < 0 or position >= self.edits[at].reference_end:
            return self.num_wrote
        edit = self.edits[at]
        width = edit.hypothesis_end - edit.hypothesis_start
        return edit.hypothesis_start + min(position - edit.reference_start, width)

    def nearest(self, hypothesis_position: int, num_said: int) -> int:
        """Return the reference position that stands nearest to one of the hypothesis."""
        return min(range(num_said + 1), key=lambda i: abs(self[i] - hypothesis_position))


def _window(mention: Mention, place: _Places) -> tuple[int, int]:
    return place[mention.start] - _SLACK, place[mention.end - 1] + 1 + _SLACK


def _match(
    mention: Mention, found: Sequence[Mention], place: _Places, used: set[int]
) -> int | None:
    """Return the nearest unused mention of the same value within reach."""
    low, high = _window(mention, place)
    near = [
        (abs(other.start - place[mention.start]), index)
        for index, other in _between(found, low, high)
        if index not in used and (other.category, other.value) == (mention.category, mention.value)
    ]
    return min(near)[1] if near else None


def _between(found: Sequence[Mention], low: int, high: int) -> list[tuple[int, Mention]]:
    """Mentions that reach into [low, high); `found` is sorted."""
    first = bisect_right(found, low, key=lambda mention: mention.end)
    inside = []
    for index in range(first, len(found)):
        if found[index].start >= high:
            break
        inside.append((index, found[index]))
    return inside


def _is_replacement(mention: Mention, lost: Sequence[Mention], place: _Places) -> bool:
    """Say whether it stands where a term of its category was lost: one error, not two."""
    for other in lost:
        low, high = _window(other, place)
        if other.category == mention.category and low < mention.end and mention.start < high:
            return True
    return False


def _was_said(mention: Mention, reference: Sequence[Mention], place: _Places) -> bool:
    """Say whether the reference has the same term there: kept already, only said more often."""
    for other in reference:
        if (other.category, other.value) == (mention.category, mention.value):
            low, high = _window(other, place)
            if low < mention.end and mention.start < high:
                return True
    return False


def _misses(
    said: Sequence[str],
    wrote: Sequence[str],
    place: _Places,
    lost: Sequence[Mention],
    invented: Sequence[Mention],
) -> tuple[tuple[str, str, str], ...]:
    rows = []
    for mention in lost:
        here, there = place[mention.start], place[mention.end - 1] + 1
        rows.append(
            (
                mention.category,
                _around(said, mention.start, mention.end),
                _around(wrote, here, there),
            )
        )
    for mention in invented:
        at = place.nearest(mention.start, len(said))
        rows.append(
            (mention.category, _around(said, at, at), _around(wrote, mention.start, mention.end))
        )
    return tuple(rows)


def _around(tokens: Sequence[str], start: int, end: int) -> str:
    return " ".join(tokens[max(start - _AROUND, 0) : end + _AROUND])
