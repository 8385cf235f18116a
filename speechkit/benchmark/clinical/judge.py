"""Which clinical terms of the reference a hypothesis kept, lost or changed, and which it inserted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import msgspec

from speechkit.benchmark.clinical.mentions import WEIGHTS, Mention, mentions
from speechkit.benchmark.errors import Edit
from speechkit.benchmark.results import ClinicalCount

_SLACK = 3  # tokens a term may stand from where the alignment puts it: "has no" / "does not have"
_AROUND = 5  # tokens of context on either side of a miss


class ClinicalMiss(msgspec.Struct, frozen=True, kw_only=True):
    """A term that was lost or invented, with the words around it on both sides."""

    category: str
    term: str
    kind: Literal["lost", "invented"]
    reference: str
    hypothesis: str


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """Counts by category; weighted errors and weight of all that was said; what was missed."""

    counts: dict[str, ClinicalCount]
    weighted: tuple[float, float]
    misses: tuple[ClinicalMiss, ...] = ()


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
    windows = _windows(edits, reference, len(wrote))
    matched = _match(reference, windows, found)
    lost = [i for i, mention in enumerate(reference) if mention.certain and i not in matched]
    used = set(matched.values())
    unused = [m for i, m in enumerate(found) if m.certain and i not in used]
    invented = _invented(unused, reference, windows, lost) if unused else []
    said_of = Counter([mention.category for mention in reference if mention.certain])
    lost_of = Counter([reference[i].category for i in lost])
    invented_of = Counter([mention.category for mention in invented])
    counts = {
        kind: ClinicalCount(said=said_of[kind], lost=lost_of[kind], invented=invented_of[kind])
        for kind in WEIGHTS
    }
    return Judgement(
        counts=counts,
        weighted=(
            sum(WEIGHTS[kind] * (count.lost + count.invented) for kind, count in counts.items()),
            sum(WEIGHTS[kind] * count.said for kind, count in counts.items()),
        ),
        misses=(
            _misses(
                said,
                wrote,
                edits,
                [(reference[i], windows[i]) for i in lost],
                invented,
            )
            if contexts
            else ()
        ),
    )


def _windows(
    edits: Sequence[Edit], reference: Sequence[Mention], num_wrote: int
) -> list[tuple[int, int]]:
    """Return where in the hypothesis each mention stands: [start, end), from the alignment."""
    kept = [edit for edit in edits if edit.reference_end > edit.reference_start]
    # An end that no mention reaches: positions beyond the alignment stand at its end.
    kept.append(Edit("equal", 1 << 60, 1 << 61, num_wrote, num_wrote))
    rows = iter(kept)
    edit = next(rows)
    windows = []
    for mention in reference:
        while edit.reference_end <= mention.start:
            edit = next(rows)
        low = edit.hypothesis_start + max(mention.start - edit.reference_start, 0)
        low = min(low, edit.hypothesis_end)
        last = mention.end - 1
        while edit.reference_end <= last:
            edit = next(rows)
        high = edit.hypothesis_start + max(last - edit.reference_start, 0)
        windows.append((low, min(high, edit.hypothesis_end) + 1))
    return windows


def _match(
    reference: Sequence[Mention], windows: Sequence[tuple[int, int]], found: Sequence[Mention]
) -> dict[int, int]:
    """Match mentions that are certain to the nearest of the same value, each one used once."""
    there = {(m.start, m.category, m.value): i for i, m in enumerate(found)}
    matched: dict[int, int] = {}
    loose = []
    for i, mention in enumerate(reference):
        if mention.certain:
            exact = there.get((windows[i][0], mention.category, mention.value))
            if exact is None:
                loose.append(i)
            else:
                matched[i] = exact
    if not loose:
        return matched
    used = set(matched.values())
    free: dict[tuple[str, str], list[int]] = {}
    for j, mention in enumerate(found):
        if j not in used:
            free.setdefault((mention.category, mention.value), []).append(j)
    for i in loose:
        mention, (low, high) = reference[i], windows[i]
        same = free.get((mention.category, mention.value), ())
        near = [(abs(found[j].start - low), j) for j in same if _reaches(found[j], low, high)]
        if near:
            matched[i] = min(near)[1]
            free[mention.category, mention.value].remove(matched[i])
    return matched


def _reaches(mention: Mention, low: int, high: int) -> bool:
    return low - _SLACK < mention.end and mention.start < high + _SLACK


def _invented(
    unused: Sequence[Mention],
    reference: Sequence[Mention],
    windows: Sequence[tuple[int, int]],
    lost: Sequence[int],
) -> list[Mention]:
    """Return what was inserted: it stands neither where a term of its category was lost (one error,
    not two), nor where the same was said (kept already, only said more often)."""
    lost_at: dict[str, list[tuple[int, int]]] = {}
    for i in lost:
        lost_at.setdefault(reference[i].category, []).append(windows[i])
    said_at: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for mention, window in zip(reference, windows, strict=True):
        said_at.setdefault((mention.category, mention.value), []).append(window)
    return [
        mention
        for mention in unused
        if not any(_reaches(mention, *w) for w in lost_at.get(mention.category, ()))
        and not any(
            _reaches(mention, *w) for w in said_at.get((mention.category, mention.value), ())
        )
    ]


def _misses(
    said: Sequence[str],
    wrote: Sequence[str],
    edits: Sequence[Edit],
    lost: Sequence[tuple[Mention, tuple[int, int]]],
    invented: Sequence[Mention],
) -> tuple[ClinicalMiss, ...]:
    rows = [
        ClinicalMiss(
            category=mention.category,
            term=mention.value,
            kind="lost",
            reference=_around(said, mention.start, mention.end),
            hypothesis=_around(wrote, *window),
        )
        for mention, window in lost
    ]
    for mention in invented:
        at = _said_at(edits, mention.start)
        rows.append(
            ClinicalMiss(
                category=mention.category,
                term=mention.value,
                kind="invented",
                reference=_around(said, at, at),
                hypothesis=_around(wrote, mention.start, mention.end),
            )
        )
    return tuple(rows)


def _said_at(edits: Sequence[Edit], position: int) -> int:
    """Return the reference position that a hypothesis position stands beside."""
    for edit in edits:
        if edit.hypothesis_start <= position < edit.hypothesis_end:
            width = edit.reference_end - edit.reference_start
            return edit.reference_start + min(position - edit.hypothesis_start, width)
    return edits[-1].reference_end if edits else 0


def _around(tokens: Sequence[str], start: int, end: int) -> str:
    return " ".join(tokens[max(start - _AROUND, 0) : end + _AROUND])
