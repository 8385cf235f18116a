"""How far two people agree who corrected the same recording without seeing each other's work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import permutations
from statistics import median

import jiwer
import msgspec
from rapidfuzz.distance import Levenshtein
from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from speechkit.core.reviewed import ADJUDICATED
from speechkit.review.line import Line
from speechkit.review.schema import Task, User
from speechkit.review.tasks import lines_of_task

SLICE = 0.1  # seconds: a unit of what speaker, role and identifier are compared on
Tokens = Callable[[str], list[str]]
TokensOf = Callable[[str], Tokens]  # of a language


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """Two passes over one recording. Alpha is Krippendorff's, nominal; None where nothing varies.

    `wer` counts words of the second pass against the first, both ways the same but for length;
    `boundary` is the median distance in seconds from an edge of a line to the other's nearest.
    """

    recording: str
    first: str
    second: str
    words: int
    wer: float | None
    alpha_speaker: float | None
    alpha_role: float | None
    alpha_phi: float | None
    boundary: float | None


def agreements(db: Db, tokens_of: TokensOf = lambda _: str.split) -> tuple[Agreement, ...]:
    """Compare all pairs of passes that were handed over; people under their names.

    `tokens_of` gives, for a language, what splits its texts into words that are compared.
    """
    names = {user.id: user.name for user in db.scalars(select(User))}
    passes: dict[str, list[Task]] = {}
    for task in db.scalars(select(Task).order_by(Task.recording, Task.track)):
        if task.state != "open" and task.track != ADJUDICATED and not task.known:
            passes.setdefault(task.recording, []).append(task)
    found = []
    for recording, tasks in passes.items():
        for index, a in enumerate(tasks):
            for b in tasks[index + 1 :]:
                lines = lines_of_task(db, a.id), lines_of_task(db, b.id)
                roles = _roles(a), _roles(b)
                who = [names.get(task.assignee or 0, task.track) for task in (a, b)]
                found.append(_compare(recording, who, lines, roles, tokens_of(a.language)))
    return tuple(found)


def krippendorff_alpha(units: Iterable[Sequence[Hashable | None]]) -> float | None:
    """Return alpha for nominal values, None for missing ones; None if fewer than two values occur.

    Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, section C.

    >>> round(krippendorff_alpha(zip("0100000010", "1110010000")), 3)
    0.095
    """
    coincidences: Counter[tuple[Hashable, Hashable]] = Counter()
    for unit in units:
        values = [value for value in unit if value is not None]
        for pair in permutations(values, 2):
            coincidences[pair] += 1 / (len(values) - 1)  # type: ignore[assignment]
    totals: Counter[Hashable] = Counter()
    for (value, _), count in coincidences.items():
        totals[value] += count
    n = sum(totals.values())
    observed = sum(count for (a, b), count in coincidences.items() if a != b)
    expected = sum(totals[a] * totals[b] for a in totals for b in totals if a != b)
    return None if not expected else 1 - (n - 1) * observed / expected


def _compare(
    recording: str,
    who: Sequence[str],
    lines: tuple[Sequence[Line], Sequence[Line]],
    roles: tuple[dict[str, str], dict[str, str]],
    tokens: Tokens,
) -> Agreement:
    first, second = ([t for line in one for t in tokens(line.text)] for one in lines)
    end = max((line.end for one in lines for line in one), default=0.0)
    speakers = [_slices(one, end, lambda line: line.speaker or None) for one in lines]
    played = [
        _slices(one, end, lambda line, r=role: r.get(line.speaker) or None)  # type: ignore[misc]
        for one, role in zip(lines, roles, strict=True)
    ]
    return Agreement(
        recording=recording,
        first=who[0],
        second=who[1],
        words=len(first),
        wer=_rounded(jiwer.wer(" ".join(first), " ".join(second)) if first else None),
        alpha_speaker=_rounded(krippendorff_alpha(zip(*speakers, strict=True))),
        alpha_role=_rounded(krippendorff_alpha(zip(*played, strict=True))),
        alpha_phi=_rounded(krippendorff_alpha(_phi_units(*lines))),
        boundary=_rounded(_boundary(*lines)),
    )


def _slices(
    lines: Sequence[Line], end: float, value: Callable[[Line], str | None]
) -> list[str | None]:
    """Return what a pass says every tenth of a second; None where there is no speech."""
    found: list[str | None] = [None] * (int(end / SLICE) + 1)
    for line in lines:
        for at in range(int(line.start / SLICE), int(line.end / SLICE)):
            found[at] = value(line)
    return found


def _phi_units(first: Sequence[Line], second: Sequence[Line]) -> Iterable[tuple[str, str]]:
    """Say of each word of either pass, aligned, which identifier it belongs to: `-` for none."""
    a, b = _marked(first), _marked(second)
    for block in Levenshtein.opcodes([word for word, _ in a], [word for word, _ in b]):
        left, right = a[block.src_start : block.src_end], b[block.dest_start : block.dest_end]
        for (_, x), (_, y) in zip(left, right, strict=False):
            yield x, y


def _marked(lines: Sequence[Line]) -> list[tuple[str, str]]:
    found = []
    for line in lines:
        at = 0
        for word in line.text.split():
            start = line.text.index(word, at)
            at = start + len(word)
            hit = next((m for m in line.identifiers if m.start < at and m.end > start), None)
            found.append((word.casefold(), str(hit.identifier) if hit else "-"))
    return found


def _boundary(first: Sequence[Line], second: Sequence[Line]) -> float | None:
    edges = [sorted(t for line in one for t in (line.start, line.end)) for one in (first, second)]
    if not all(edges):
        return None
    pairs = ((edges[0], edges[1]), (edges[1], edges[0]))
    return median(min(abs(t - u) for u in others) for own, others in pairs for t in own)


def _roles(task: Task) -> dict[str, str]:
    return {label: who.get("role", "") for label, who in task.speakers.items()}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
