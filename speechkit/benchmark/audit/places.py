"""Rank the places where the reference is probably wrong, and score with and without them.

A place is the surer the more systems write the same against the reference (good systems weigh
more), and the rarer such agreement is where the same word stands elsewhere: all systems leave out
"um", which says nothing about one "um".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt

import msgspec

from speechkit.benchmark.audit.votes import Place, best_alternative, places, sounds_alike
from speechkit.benchmark.errors import ErrorRate, align, count
from speechkit.benchmark.normalize import normalizer_for
from speechkit.benchmark.regions import scored_regions, words_within
from speechkit.benchmark.tokens import side_of, tokens_of
from speechkit.benchmark.types import Reference, ScoreOptions, System
from speechkit.core.errors import UsageError

FEWEST_SYSTEMS = 3
DOUBTFUL = 0.5  # sureness from which a place is left out in the second leaderboard
_ALIKE = 0.7  # of what sounds alike: endings, spellings
_SEEN = 3  # occurrences of a word from which its own rate is believed
_MOST = 0.7  # share of systems that agree
_CONVENTION = 12  # such places of a word at which its sureness is down by a third
_AROUND = 6  # tokens of context


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """A place where the reference is probably wrong. Texts are normalized tokens.

    `sureness` is between 0 and 1; `agreeing` of `num_systems` systems wrote `written`.
    """

    recording: str
    start: float | None
    end: float | None
    speaker: str
    said: str
    written: str
    before: str
    after: str
    agreeing: tuple[str, ...]
    num_systems: int
    sureness: float
    position: tuple[int, int]

    def __repr__(self) -> str:
        return f"Doubt({self.recording!r}, {self.position}, {self.sureness})"


class WithAndWithout(msgspec.Struct, frozen=True, kw_only=True):
    """A system's WER and rank on all of the reference, and without its doubtful places."""

    system: str
    wer: float | None
    rank: int
    wer_without: float | None
    rank_without: int


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """Doubts, the surest first, and the leaderboard with and without those that are doubtful."""

    doubts: tuple[Doubt, ...]
    systems: tuple[WithAndWithout, ...]
    num_doubtful: int
    num_words: int


class _Read(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    said: Sequence[str]
    wrote: Mapping[str, Sequence[str]]
    times: Sequence[tuple[float | None, float | None, str]]


def audit_references(
    references: Mapping[str, Reference],
    systems: Sequence[System],
    options: ScoreOptions,
    *,
    limit: int = 300,
) -> Audit:
    """Find places where most systems agree against the reference.

    Args:
        references: by recording.
        systems: three at least; better ones, and ones that differ in kind, tell more.
        options: language and normalizer.
        limit: how many places to return.

    Raises:
        UsageError: with fewer than three systems.
    """
    if len(systems) < FEWEST_SYSTEMS:
        raise UsageError(
            f"auditing a reference takes {FEWEST_SYSTEMS} systems or more, not {len(systems)}: "
            "one or two cannot outvote it"
        )
    read = [_read(name, references[name], systems, options) for name in sorted(references)]
    totals = {system.name: ErrorRate.zero() for system in systems}
    for one in read:
        for system, words in one.wrote.items():
            totals[system] += count(align(one.said, words))
    weights = _weights(totals)
    doubts = _ranked(read, weights)
    doubtful = [doubt for doubt in doubts if doubt.sureness >= DOUBTFUL]
    return Audit(
        doubts=tuple(doubts[:limit]),
        systems=tuple(_with_and_without(read, totals, doubtful)),
        num_doubtful=len(doubtful),
        num_words=sum(len(one.said) for one in read),
    )


def _weights(totals: Mapping[str, ErrorRate]) -> dict[str, float]:
    """Return how much each system's word counts: nothing much where it errs twice as often as the
    middle one, so that a weak system's own errors do not hide that the others agree."""
    rates = {name: total.rate or 0.0 for name, total in totals.items()}
    middle = sorted(rates.values())[len(rates) // 2] or 1.0
    return {name: max(1.0 - rate / (2 * middle), 0.02) for name, rate in rates.items()}


def _read(
    name: str, reference: Reference, systems: Sequence[System], options: ScoreOptions
) -> _Read:
    normalizer = normalizer_for(reference.language or options.language, options.normalizer)
    regions = scored_regions(reference.scored, reference.unscored)
    segments = words_within(reference.segments, regions)
    side = side_of(tokens_of(segments, normalizer), segments, normalizer)
    times: list[tuple[float | None, float | None, str]] = []
    for owner in side.owners:
        segment = side.segments[owner] if owner >= 0 else None
        timed = segment is not None and segment.end > segment.start
        times.append(
            (
                segment.start if segment and timed else None,
                segment.end if segment and timed else None,
                segment.speaker if segment else "",
            )
        )
    return _Read(
        name=name,
        said=side.tokens,
        wrote={
            system.name: tokens_of(
                words_within(system.hypotheses[name].segments, regions), normalizer
            )
            for system in systems
            if name in system.hypotheses
        },
        times=times,
    )


def _ranked(read: Sequence[_Read], weights: Mapping[str, float]) -> list[Doubt]:
    found: list[tuple[_Read, Place, str, float, float, tuple[str, ...]]] = []
    agreed: dict[tuple[str, bool], list[float]] = {}
    occurrences: dict[str, int] = {}
    for one in read:
        for word in one.said:
            occurrences[word] = occurrences.get(word, 0) + 1
    for one in read:
        if len(one.wrote) < FEWEST_SYSTEMS:
            continue
        for place in places(one.said, one.wrote):
            written, share, against, who = best_alternative(place, weights)
            found.append((one, place, written, share, against, who))
            # What is lost or added tells of the word; what is exchanged, of the pair of words.
            agreed.setdefault(_habit(place, written), []).append(share)
    conventions = _conventions(found)
    doubts = []
    for one, place, written, share, against, who in found:
        sureness = _sureness(place, written, share, against, agreed, occurrences)
        often = max(conventions.get((place.said, written), 0) - 1, 0)
        sureness = round(sureness / sqrt(1 + often / _CONVENTION), 4)
        doubts.append(_doubt(one, place, written, sureness, who))
    return sorted(doubts, key=lambda doubt: (-doubt.sureness, doubt.recording, doubt.position))


def _conventions(
    found: Sequence[tuple[_Read, Place, str, float, float, tuple[str, ...]]],
) -> dict[tuple[str, str], int]:
    """Count where most systems leave out or add a word: the more often, the more it is a habit of
    whoever wrote the reference ("ok", "a", what is said twice), and no slip."""
    counts: dict[tuple[str, str], int] = {}
    for _, place, written, share, _, _ in found:
        if share >= _MOST and not (written and place.said):
            key = (place.said, written)
            counts[key] = counts.get(key, 0) + 1
    return counts


def _habit(place: Place, written: str) -> tuple[str, bool]:
    if not written:
        return place.said, False
    return (f"{place.said}>{written}", True)


def _sureness(
    place: Place,
    written: str,
    share: float,
    against: float,
    agreed: Mapping[tuple[str, bool], Sequence[float]],
    occurrences: Mapping[str, int],
) -> float:
    """Return how sure it is that the systems are right: agreement, less what is their habit."""
    seen = agreed[_habit(place, written)]
    others = sum(seen) - share
    habit = 0.0
    if written and place.said:
        # The same pair again and again is a convention of spelling, not a slip.
        habit = min(1.0, others / _SEEN)
    elif place.said:
        times = max(min(occurrences.get(word, 1) for word in place.said.split()), 1)
        habit = others / max(times - 1, 1) if times > 1 else 0.0
    else:
        habit = min(1.0, others / (4 * _SEEN))
    alike = written and place.said and sounds_alike(place.said, written)
    length = max(len(place.said.split()), len(written.split()), 1)
    return round(
        max(0.0, share - against)
        * (1.0 - min(habit, 1.0))
        / sqrt(length)  # a passage differs where people talk at once
        * (_ALIKE if alike else 1.0),
        4,
    )


def _doubt(one: _Read, place: Place, written: str, sureness: float, who: tuple[str, ...]) -> Doubt:
    first = one.times[min(place.start, len(one.times) - 1)] if one.times else (None, None, "")
    last = (
        one.times[min(max(place.end - 1, place.start), len(one.times) - 1)] if one.times else first
    )
    return Doubt(
        recording=one.name,
        start=first[0],
        end=last[1],
        speaker=first[2],
        said=place.said,
        written=written,
        before=" ".join(one.said[max(place.start - _AROUND, 0) : place.start]),
        after=" ".join(one.said[place.end : place.end + _AROUND]),
        agreeing=who,
        num_systems=len(place.written),
        sureness=sureness,
        position=(place.start, place.end),
    )


def _with_and_without(
    read: Sequence[_Read], totals: Mapping[str, ErrorRate], doubtful: Sequence[Doubt]
) -> list[WithAndWithout]:
    spans: dict[str, list[tuple[int, int]]] = {}
    for doubt in doubtful:
        spans.setdefault(doubt.recording, []).append(doubt.position)
    without = {name: [0, 0] for name in totals}
    for one in read:
        own = spans.get(one.name, [])
        inside = {i for start, end in own for i in range(start, end)}
        gaps = {edge for start, end in own for edge in (start, end)}
        for system, words in one.wrote.items():
            errors = 0
            for edit in align(one.said, words):
                if edit.kind == "insert":
                    if edit.reference_start not in gaps:
                        errors += edit.hypothesis_end - edit.hypothesis_start
                elif edit.kind != "equal":
                    errors += sum(
                        i not in inside for i in range(edit.reference_start, edit.reference_end)
                    )
            without[system][0] += errors
            without[system][1] += len(one.said) - len(inside)
    wers = {name: total.rate for name, total in totals.items()}
    rates = {name: errors / words if words else None for name, (errors, words) in without.items()}
    ranks, ranks_without = _ranks(wers), _ranks(rates)
    return [
        WithAndWithout(
            system=name,
            wer=_round(wers[name]),
            rank=ranks[name],
            wer_without=_round(rates[name]),
            rank_without=ranks_without[name],
        )
        for name in sorted(totals, key=lambda name: ranks[name])
    ]


def _ranks(rates: Mapping[str, float | None]) -> dict[str, int]:
    ordered = sorted(rates, key=lambda name: (rates[name] is None, rates[name] or 0.0, name))
    return {name: place for place, name in enumerate(ordered, 1)}


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
