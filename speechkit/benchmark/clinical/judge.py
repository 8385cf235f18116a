"""Which clinical terms of the reference a hypothesis kept, lost or changed, which it inserted, and
where it turned the meaning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import msgspec

from speechkit.benchmark.clinical.matching import (
    REPEATED,
    beside,
    is_known,
    is_repeated,
    is_replaced,
    is_respelled,
    is_there,
    match,
    reaches,
    windows_of,
)
from speechkit.benchmark.clinical.meaning import Place, places, turned
from speechkit.benchmark.clinical.mentions import WEIGHTS, Mention, mentions_of_copy
from speechkit.benchmark.errors import Edit
from speechkit.benchmark.results import ClinicalCount

_AROUND = 5  # tokens of context on either side of a miss
_TURNED = ("negation", "answer", "opposite")  # what is read at places, not matched one by one
_TERMS = frozenset(("drug", "condition", "symptom", "body", "care"))
_SEVERITY = {
    "drug": 2, "dose": 2, "side": 2, "frequency": 2, "condition": 2, "symptom": 2, "number": 1,
    "body": 1, "care": 1,
}  # fmt: skip


class ClinicalMiss(msgspec.Struct, frozen=True, kw_only=True):
    """A term that was lost or invented, or a meaning that was turned, with the words around it on
    both sides. Severity is 1 (little) or 2 (may change what is understood or done). `start` and
    `end` are tokens of the side it stands on."""

    category: str
    term: str
    kind: Literal["lost", "invented"]
    severity: int
    reference: str
    hypothesis: str
    start: int
    end: int


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """Counts by category; weighted errors and weight of all that was said; how many of severity 1
    and 2; what was missed."""

    counts: dict[str, ClinicalCount]
    weighted: tuple[float, float]
    severities: tuple[int, int] = (0, 0)
    misses: tuple[ClinicalMiss, ...] = ()


def judge(
    said: Sequence[str],
    wrote: Sequence[str],
    edits: Sequence[Edit],
    reference: Sequence[Mention],
    *,
    contexts: bool = False,
) -> Judgement:
    """Compare what a hypothesis says with the reference, clinically.

    Args:
        said: reference tokens.
        wrote: hypothesis tokens.
        edits: their alignment.
        reference: `mentions(said)`.
        contexts: keep the words around each miss. They are what patients said.
    """
    differing = places(edits, said, wrote)
    misses = _misses(said, wrote, edits, reference, differing) if differing else []
    said_of = Counter([mention.category for mention in reference if mention.certain])
    lost_of = Counter([miss.category for miss in misses if miss.kind == "lost"])
    invented_of = Counter([miss.category for miss in misses if miss.kind == "invented"])
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
        severities=(
            sum(miss.severity == 1 for miss in misses),
            sum(miss.severity == 2 for miss in misses),
        ),
        misses=tuple(misses) if contexts else (),
    )


def _misses(
    said: Sequence[str],
    wrote: Sequence[str],
    edits: Sequence[Edit],
    reference: Sequence[Mention],
    differing: Sequence[Place],
) -> list[ClinicalMiss]:
    found = mentions_of_copy(wrote, edits, reference)
    windows = windows_of(edits, reference, len(wrote))
    matched = match(reference, windows, found)
    taken = set(matched.values())
    unmatched = [mention for j, mention in enumerate(found) if j not in taken]
    inside, outside = _Spans(differing, 0), _Spans(differing, 2)
    lost = [
        i
        for i, mention in enumerate(reference)
        if mention.certain
        and mention.category not in _TURNED
        and i not in matched
        and inside.reach(mention.start, mention.end)
        and not (
            is_repeated(i, reference, matched, said)
            and not is_replaced(mention, windows[i], unmatched)
        )
        and not is_there(mention, said, wrote, windows[i])
        and not is_respelled(mention, said, wrote, windows[i])
    ]
    unused = [
        m
        for m in unmatched
        if m.certain and m.category not in _TURNED and outside.reach(m.start, m.end)
    ]
    invented = _invented(unused, reference, windows, lost) if unused else []
    rows = [
        _miss(reference[i], "lost", _around(said, reference[i]), _words(wrote, *windows[i]))
        for i in lost
    ]
    for mention in invented:
        at = beside(edits, mention.start)
        if is_there(mention, wrote, said, (at, at)) or is_known(
            mention, said, wrote, at, reference
        ):
            continue
        rows.append(_miss(mention, "invented", _words(said, at, at), _around(wrote, mention)))
    terms = [(m.start, m.end) for m in reference if m.category in _TERMS]
    for place in differing:
        for turn in turned(said, wrote, place, terms):
            here = (place.start, place.end) if turn.kind == "lost" else (place.low, place.high)
            rows.append(
                ClinicalMiss(
                    category=turn.category,
                    term=turn.value,
                    kind="lost" if turn.kind == "lost" else "invented",
                    severity=turn.severity,
                    reference=_words(said, place.start, place.end),
                    hypothesis=_words(wrote, place.low, place.high),
                    start=here[0],
                    end=here[1],
                )
            )
    return rows


class _Spans:
    """Tells whether a stretch touches one of the places, on the reference's or the other side."""

    def __init__(self, differing: Sequence[Place], side: Literal[0, 2]) -> None:
        self.inside = {
            i
            for place in differing
            for i in (range(place.start, place.end) if side == 0 else range(place.low, place.high))
        }

    def reach(self, start: int, end: int) -> bool:
        return any(i in self.inside for i in range(start, end))


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
    kept_at: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for mention, window in zip(reference, windows, strict=True):
        kept_at.setdefault((mention.category, mention.value), []).append(window)
    return [
        mention
        for mention in unused
        if not any(reaches(mention, *w) for w in lost_at.get(mention.category, ()))
        and not any(
            reaches(mention, *w, REPEATED)
            for w in kept_at.get((mention.category, mention.value), ())
        )
    ]


def _miss(
    mention: Mention, kind: Literal["lost", "invented"], reference: str, hypothesis: str
) -> ClinicalMiss:
    severity = _SEVERITY[mention.category]
    if mention.category == "number" and " " in mention.value:
        severity = 2  # a span of time
    return ClinicalMiss(
        category=mention.category,
        term=mention.value,
        kind=kind,
        severity=severity,
        reference=reference,
        hypothesis=hypothesis,
        start=mention.start,
        end=mention.end,
    )


def _around(tokens: Sequence[str], mention: Mention) -> str:
    return _words(tokens, mention.start, mention.end)


def _words(tokens: Sequence[str], start: int, end: int) -> str:
    return " ".join(tokens[max(start - _AROUND, 0) : end + _AROUND])
