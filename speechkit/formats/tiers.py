"""Tiers of annotation files: which hold utterances, which their words, which their phones.

Forced aligners write a tier of words and one of phones beside the utterances; counted as speech,
everything is said twice. Three signs, from sure to likely: the words of one tier are those of
another in the same order; one tier cuts the intervals of another exactly; its name says so.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from speechkit.core.types import Segment, Word
from speechkit.formats.praat import Interval, Tier
from speechkit.formats.transcript import Notes

_PHONES = re.compile(
    r"(?:^|.*[\s._-])(?:phones?|phonemes?|segments?|mau|syll(?:ables?|s)?)$", re.IGNORECASE
)
_WORDS = re.compile(r"(?P<speaker>.*?)(?:^|[\s._-]+)(?:words?|wrd|ort-mau|tokens?)$", re.IGNORECASE)
_MORE = 1.2  # a tier of parts has this many times the intervals of what it divides
_NEAR = 0.0015  # seconds between boundaries that are one
_GAP = 0.5  # seconds without a word that end an utterance, where words are all there is
_PAUSES = frozenset({"", "sil", "sp", "spn", "<sil>", "<p:>", "<eps>", "#", "<p>"})


def read_speech(tiers: Sequence[Tier], notes: Notes) -> list[Segment]:
    """Return the segments of all tiers that hold utterances, with word times where a tier has them.

    A tier's name is its speaker; notes name tiers by number, as a name may be a patient's.
    """
    speech: list[Segment] = []
    numbers = {id(tier): number for number, tier in enumerate(tiers, start=1)}
    filled = [tier for tier in tiers if any(item.text for item in tier.intervals)]
    for tier in tiers:
        if tier.points:
            notes.add(0, f"a point of tier {numbers[id(tier)]}", tier.points)
    parts = {id(t): _whole_of(t, filled) for t in filled}
    for tier in filled:
        if parts[id(tier)] is not None:
            continue
        if _is_phones(tier, filled):
            notes.add(0, f"a sound of tier {numbers[id(tier)]}", _filled(tier))
            continue
        alone = _WORDS.fullmatch(tier.name)
        if alone and _is_words(tier):
            speech += _joined(tier, alone["speaker"])
            continue
        inner = next((t for t in filled if parts[id(t)] is tier and _same_words(t, tier)), None)
        speech += [_utterance(item, tier.name, inner) for item in tier.intervals if item.text]
    for tier in filled:
        whole = parts[id(tier)]
        if whole is not None and not _same_words(tier, whole):
            what = f"a part of tier {numbers[id(tier)]}, which divides tier {numbers[id(whole)]}"
            notes.add(0, what, _filled(tier))
    return speech


def _whole_of(part: Tier, tiers: Sequence[Tier]) -> Tier | None:
    """Return the tier that this one divides, if there is one: the coarsest."""
    wholes = [
        tier
        for tier in tiers
        if tier is not part
        and _filled(part) >= _MORE * _filled(tier)
        and (_same_words(part, tier) or _divides(part, tier))
    ]
    return min(wholes, key=_filled, default=None)


def _same_words(part: Tier, whole: Tier) -> bool:
    return _tokens(part) == _tokens(whole) and _filled(part) > _filled(whole)


def _divides(part: Tier, whole: Tier) -> bool:
    """Say whether each interval of `part` lies in one of `whole`, and starts and ends there too."""
    outer = [item for item in whole.intervals if item.text]
    inner = [item for item in part.intervals if item.text and item.text.casefold() not in _PAUSES]
    if len(outer) < 2 or not inner:
        return False
    starts = [item.start for item in outer]
    begun, ended = set(), set()
    for item in inner:
        index = bisect_right(starts, item.start + _NEAR) - 1
        if index < 0 or item.end > outer[index].end + _NEAR:
            return False
        if abs(item.start - outer[index].start) <= _NEAR:
            begun.add(index)
        if abs(item.end - outer[index].end) <= _NEAR:
            ended.add(index)
    return len(begun) == len(ended) == len(outer)


def _is_phones(tier: Tier, tiers: Sequence[Tier]) -> bool:
    return bool(_PHONES.fullmatch(tier.name)) and len(tiers) > 1


def _is_words(tier: Tier) -> bool:
    filled = [item for item in tier.intervals if item.text]
    return sum(len(item.text.split()) == 1 for item in filled) >= 0.9 * len(filled)


def _joined(tier: Tier, speaker: str) -> list[Segment]:
    """Join words to utterances at pauses."""
    groups: list[list[Interval]] = []
    for item in tier.intervals:
        if item.text.casefold() in _PAUSES:
            continue
        if groups and item.start - groups[-1][-1].end < _GAP:
            groups[-1].append(item)
        else:
            groups.append([item])
    return [
        Segment(
            id="",
            start=group[0].start,
            end=group[-1].end,
            text=" ".join(item.text for item in group),
            words=tuple(Word(text=i.text, start=i.start, end=i.end) for i in group),
            speaker=speaker,
        )
        for group in groups
    ]


def _utterance(item: Interval, speaker: str, inner: Tier | None) -> Segment:
    inside = (
        [
            Word(text=part.text, start=part.start, end=part.end)
            for part in inner.intervals
            if part.text and item.start - _NEAR <= part.start and part.end <= item.end + _NEAR
        ]
        if inner
        else []
    )
    fits = [word.text for word in inside] == item.text.split()
    return Segment(
        id="",
        start=item.start,
        end=item.end,
        text=item.text,
        words=tuple(inside) if fits else (),
        speaker=speaker,
    )


def _filled(tier: Tier) -> int:
    return sum(item.text.casefold() not in _PAUSES for item in tier.intervals)


def _tokens(tier: Tier) -> list[str]:
    text = " ".join(i.text for i in tier.intervals if i.text.casefold() not in _PAUSES)
    return re.findall(r"[^\W_]+", text.casefold())
