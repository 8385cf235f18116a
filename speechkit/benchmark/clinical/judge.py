"""Which clinical terms of the reference a hypothesis kept, lost or changed, which it inserted, and
where it turned the meaning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import msgspec

from speechkit.benchmark.clinical.forms import plain_tokens
from speechkit.benchmark.clinical.meaning import Place, places, turned
from speechkit.benchmark.clinical.mentions import WEIGHTS, Mention, mentions
from speechkit.benchmark.errors import Edit
from speechkit.benchmark.results import ClinicalCount

_SLACK = 3  # tokens a term may stand from where the alignment puts it
_MOVED = 8  # the same for what says by itself what it is about: a drug, "twice a day"
_EXACT = frozenset(("side", "dose", "number", "negation"))
_REPEATED = 10  # tokens around in which the same term makes one more of it idle
_AROUND = 5  # tokens of context on either side of a miss
_SPLIT = 5  # letters of a term from which it is looked for across the spaces
_TURNED = ("negation", "answer", "opposite")  # what is read at places, not matched one by one
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
    found = mentions(wrote)
    windows = _windows(edits, reference, len(wrote))
    matched = _match(reference, windows, found)
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
            _is_repeated(i, reference, matched, said)
            and not _is_replaced(mention, windows[i], unmatched)
        )
        and not _is_there(mention, said, wrote, windows[i])
    ]
    unused = [
        m
        for m in unmatched
        if m.certain and m.category not in _TURNED and outside.reach(m.start, m.end)
    ]
    invented = _invented(unused, said, wrote, edits, reference, windows, lost) if unused else []
    rows = [
        _miss(reference[i], "lost", _around(said, reference[i]), _words(wrote, *windows[i]))
        for i in lost
    ]
    for mention in invented:
        at = _said_at(edits, mention.start)
        rows.append(_miss(mention, "invented", _words(said, at, at), _around(wrote, mention)))
    for place in differing:
        for turn in turned(said, wrote, place):
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
            for i in (
                range(place.start, place.end) if side == 0 else range(place.low, place.high)
            )
        }

    def reach(self, start: int, end: int) -> bool:
        return any(i in self.inside for i in range(start, end))


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
        slack = _SLACK if mention.category in _EXACT else _MOVED
        near = [(abs(found[j].start - low), j) for j in same if _reaches(found[j], low, high, slack)]
        if near:
            matched[i] = min(near)[1]
            free[mention.category, mention.value].remove(matched[i])
    return matched


def _reaches(mention: Mention, low: int, high: int, slack: int = _SLACK) -> bool:
    return low - slack < mention.end and mention.start < high + slack


def _is_repeated(
    at: int, reference: Sequence[Mention], matched: dict[int, int], said: Sequence[str]
) -> bool:
    """Say whether the same was said close by, and kept there: "both ankles, yes, both ankles"."""
    mention = reference[at]
    words = tuple(said[mention.start : mention.end])
    if tuple(said[mention.start - len(words) : mention.start]) == words:
        return True
    for step in (-1, 1):
        i = at + step
        while 0 <= i < len(reference):
            other = reference[i]
            if not _reaches(other, mention.start, mention.end, _REPEATED):
                break
            if i in matched and (other.category, other.value) == (mention.category, mention.value):
                return True
            i += step
    return False


def _is_replaced(
    mention: Mention, window: tuple[int, int], unmatched: Sequence[Mention]
) -> bool:
    """Say whether something else of its kind stands in its place."""
    return any(
        other.category == mention.category
        and other.value != mention.value
        and _reaches(other, *window, slack=1)
        for other in unmatched
    )


def _is_there(
    mention: Mention, here: Sequence[str], there: Sequence[str], window: tuple[int, int]
) -> bool:
    """Say whether a term stands on the other side after all, split or joined in another way."""
    term = "".join(plain_tokens(here[mention.start : mention.end]))
    if len(term) < _SPLIT or not term.isalpha():
        return False
    low, high = window
    return term in "".join(plain_tokens(there[max(low - _SLACK, 0) : high + _SLACK]))


def _invented(
    unused: Sequence[Mention],
    said: Sequence[str],
    wrote: Sequence[str],
    edits: Sequence[Edit],
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
            _reaches(mention, *w, _REPEATED)
            for w in said_at.get((mention.category, mention.value), ())
        )
        and not _is_there(mention, wrote, said, (_said_at(edits, mention.start),) * 2)
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


def _said_at(edits: Sequence[Edit], position: int) -> int:
    """Return the reference position that a hypothesis position stands beside."""
    for edit in edits:
        if edit.hypothesis_start <= position < edit.hypothesis_end:
            width = edit.reference_end - edit.reference_start
            return edit.reference_start + min(position - edit.hypothesis_start, width)
    return edits[-1].reference_end if edits else 0


def _around(tokens: Sequence[str], mention: Mention) -> str:
    return _words(tokens, mention.start, mention.end)


def _words(tokens: Sequence[str], start: int, end: int) -> str:
    return " ".join(tokens[max(start - _AROUND, 0) : end + _AROUND])
