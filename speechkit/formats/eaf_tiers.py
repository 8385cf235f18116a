"""Tiers of an ELAN file: times of all annotations, and which tier of a family holds the text."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from speechkit.core.errors import InputError
from speechkit.core.time import round_ms
from speechkit.formats.praat import Interval, Tier
from speechkit.formats.transcript import Notes

# Milliseconds that one unit of time lasts.
_UNITS = {
    "milliseconds": 1.0,
    "NTSC-frames": 1001 / 30,
    "PAL-frames": 40.0,
    "PAL-50-frames": 20.0,
}
_NUMBERED = re.compile(r"[^\W\d]{0,12}[-_.: ]?\d+(?:[-_.:]\d+)*")
_TEXT_TIER = re.compile(
    r"(?:^|[^a-z])(?:tx|txt|text|transcr|orth|utt|speech|words?)", re.IGNORECASE
)


class _Annotation(msgspec.Struct, kw_only=True):
    id: str
    text: str
    parent: str = ""
    before: str = ""  # the sibling it follows, where a parent is divided
    slots: tuple[str, str] | None = None
    start: float = -1.0  # milliseconds
    end: float = -1.0


class _Tier(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    parent: str
    speaker: str
    annotations: tuple[_Annotation, ...]

    def texts(self) -> list[str]:
        return [item.text for item in self.annotations if item.text]


def read_families(root: ET.Element, where: Path, notes: Notes) -> list[Tier]:
    """Return a tier for each family of tiers, and one for its words where it has one.

    Raises:
        InputError: for annotations without times, or of no tier.
    """
    tiers = [_read_tier(element) for element in root.iter("TIER")]
    _place(root, tiers, where)
    by_name = {tier.name: tier for tier in tiers}
    children: dict[str, list[_Tier]] = defaultdict(list)
    for tier in tiers:
        if tier.parent in by_name and tier.parent != tier.name:
            children[tier.parent].append(tier)
    families: list[Tier] = []
    reached: set[str] = set()
    for tier in tiers:
        if tier.parent and tier.parent in by_name and tier.parent != tier.name:
            continue
        dependent = _descendants(tier, children)
        reached |= {tier.name, *(each.name for each in dependent)}
        families += _family(tier, dependent, notes)
    if missed := [tier.name for tier in tiers if tier.name not in reached]:
        raise InputError(f"{where}: {len(missed)} tiers depend on each other in a circle")
    return families


def _read_tier(element: ET.Element) -> _Tier:
    name = element.get("TIER_ID") or ""
    participant = element.get("PARTICIPANT") or ""
    annotations = []
    for item in element.iter():
        if item.tag not in ("ALIGNABLE_ANNOTATION", "REF_ANNOTATION"):
            continue
        slots = (item.get("TIME_SLOT_REF1") or "", item.get("TIME_SLOT_REF2") or "")
        annotations.append(
            _Annotation(
                id=item.get("ANNOTATION_ID") or "",
                text=" ".join((item.findtext("ANNOTATION_VALUE") or "").split()),
                parent=item.get("ANNOTATION_REF") or "",
                before=item.get("PREVIOUS_ANNOTATION") or "",
                slots=slots if item.tag == "ALIGNABLE_ANNOTATION" else None,
            )
        )
    return _Tier(
        name=name,
        parent=element.get("PARENT_REF") or "",
        # A tier of ours without a speaker is called `speaker`.
        speaker=participant or ("" if name == "speaker" else name),
        annotations=tuple(annotations),
    )


# ---- times


def _place(root: ET.Element, tiers: Sequence[_Tier], where: Path) -> None:
    """Give every annotation its times."""
    header = root.find("HEADER")
    unit = _UNITS.get((header.get("TIME_UNITS") if header is not None else "") or "milliseconds")
    if unit is None:
        raise InputError(f"{where}: TIME_UNITS must be one of {', '.join(_UNITS)}")
    media = root.find("HEADER/MEDIA_DESCRIPTOR")
    origin = float((media.get("TIME_ORIGIN") if media is not None else None) or 0)
    given = {
        slot.get("TIME_SLOT_ID") or "": _time(slot, unit, where) for slot in root.iter("TIME_SLOT")
    }
    for tier in tiers:
        _align([item for item in tier.annotations if item.slots], given, where)
    placed = {item.id: item for tier in tiers for item in tier.annotations if item.start >= 0}
    waiting = [tier for tier in tiers if any(item.slots is None for item in tier.annotations)]
    while waiting:
        rest = [tier for tier in waiting if not _divide(tier, placed)]
        if len(rest) == len(waiting):
            raise InputError(
                f"{where}: annotations of {len(rest)} tiers depend on none in the file"
            )
        waiting = rest
    for tier in tiers:
        for item in tier.annotations:
            item.start += origin
            item.end += origin


def _time(slot: ET.Element, unit: float, where: Path) -> float | None:
    value = slot.get("TIME_VALUE")
    if value is None or value == "-1":
        return None
    if not value.isdigit():
        raise InputError(f"{where}: time slot {slot.get('TIME_SLOT_ID')} is not a time")
    return int(value) * unit


def _align(items: Sequence[_Annotation], given: Mapping[str, float | None], where: Path) -> None:
    """Times of annotations that point to time slots; slots without one lie evenly between others."""
    for item in items:
        if any(slot not in given for slot in item.slots or ()):
            raise InputError(f"{where}, annotation {item.id}: its times are not given")
    # Slots of the tier in order; the end of one and the start of the next may be the same moment.
    order: list[list[str]] = []
    for item in items:
        first, last = item.slots or ("", "")
        if order and given[order[-1][-1]] is None and given[first] is None:
            if first not in order[-1]:
                order[-1].append(first)
        elif not order or first != order[-1][-1]:
            order.append([first])
        order.append([last])
    times = [given[slots[0]] for slots in order]
    known = [index for index, time in enumerate(times) if time is not None]
    at: dict[str, float] = {slot: time for slot, time in given.items() if time is not None}
    for left, right in itertools.pairwise(known):
        start, end = times[left], times[right]
        for index in range(left + 1, right):
            assert start is not None
            assert end is not None
            moment = start + (end - start) * (index - left) / (right - left)
            at.update(dict.fromkeys(order[index], moment))
    for item in items:
        first, last = item.slots or ("", "")
        if first not in at or last not in at:
            raise InputError(f"{where}, annotation {item.id}: its times are not given")
        item.start, item.end = at[first], at[last]
        if item.end < item.start:
            raise InputError(f"{where}, annotation {item.id}: ends before it starts")


def _divide(tier: _Tier, placed: dict[str, _Annotation]) -> bool:
    """Share the time of parents evenly among what refers to them; say whether all are placed."""
    siblings: dict[str, list[_Annotation]] = defaultdict(list)
    for item in tier.annotations:
        if item.slots is None:
            if item.parent not in placed:
                return False
            siblings[item.parent].append(item)
    for name, items in siblings.items():
        parent = placed[name]
        divided = any(item.before for item in items)
        items = _chain(items) if divided else items
        step = (parent.end - parent.start) / (len(items) if divided else 1)
        for index, item in enumerate(items):
            item.start = parent.start + (index * step if divided else 0)
            item.end = item.start + step
    placed |= {item.id: item for item in tier.annotations}
    return True


def _chain(items: Sequence[_Annotation]) -> list[_Annotation]:
    after = {item.before: item for item in items}
    ordered: list[_Annotation] = []
    item = after.get("")
    while item is not None and len(ordered) < len(items):
        ordered.append(item)
        item = after.get(item.id)
    return ordered + [each for each in items if each not in ordered]


# ---- which tier of a family holds the text


def _descendants(tier: _Tier, children: Mapping[str, Sequence[_Tier]]) -> list[_Tier]:
    inside: list[_Tier] = []
    for child in children.get(tier.name, ()):
        inside += [child, *_descendants(child, children)]
    return inside


def _family(root: _Tier, dependent: Sequence[_Tier], notes: Notes) -> list[Tier]:
    texts = root.texts()
    chosen: _Tier | None = None
    holds_ids = len(set(texts)) == len(texts) and all(_NUMBERED.fullmatch(t) for t in texts)
    if not texts or holds_ids:
        full = [tier for tier in dependent if any(re.search(r"[^\W\d_]", t) for t in tier.texts())]
        named = [tier for tier in full if _TEXT_TIER.search(tier.name)]
        chosen = next(iter(named or full), None)
    if chosen is not None and texts:
        notes.add(0, "a number of an utterance, whose words stand on a tier below", len(texts))
    speech = _spoken(root, chosen)
    tiers = [speech]
    for tier in dependent:
        if tier is chosen and len(tier.annotations) == len(speech.intervals):
            continue
        words = Tier(
            name=tier.speaker, intervals=tuple(_interval(a, a.text) for a in tier.annotations)
        )
        if len(tiers) == 1 and _tokens(words.intervals) == _tokens(speech.intervals) != []:
            if len(words.intervals) > len(speech.intervals):
                tiers.append(words)
        elif tier is not chosen and tier.texts():
            notes.add(0, "an annotation on a tier that depends on another", len(tier.texts()))
    return tiers


def _spoken(root: _Tier, chosen: _Tier | None) -> Tier:
    """The root's annotations with their own text, or with that of the chosen tier."""
    if chosen is None:
        intervals = tuple(_interval(item, item.text) for item in root.annotations)
        return Tier(name=root.speaker, intervals=intervals)
    whole = sorted(root.annotations, key=lambda item: item.start)
    starts = [item.start for item in whole]
    texts: list[list[str]] = [[] for _ in whole]
    outside: list[Interval] = []
    for part in sorted(chosen.annotations, key=lambda item: item.start):
        middle = (part.start + part.end) / 2
        index = bisect_right(starts, middle) - 1
        if index >= 0 and middle <= whole[index].end:
            texts[index].append(part.text)
        else:
            outside.append(_interval(part, part.text))
    inside = [
        _interval(item, " ".join(filter(None, words)))
        for item, words in zip(whole, texts, strict=True)
    ]
    return Tier(name=root.speaker, intervals=tuple(inside + outside))


def _interval(item: _Annotation, text: str) -> Interval:
    return Interval(start=round_ms(item.start / 1000), end=round_ms(item.end / 1000), text=text)


def _tokens(intervals: Iterable[Interval]) -> list[str]:
    text = " ".join(item.text for item in intervals)
    return re.findall(r"[^\W_]+", text.casefold())
