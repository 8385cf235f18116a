"""How much of whom: minutes, recordings and people by group, and what is missing to a target."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import UNSET

from speechkit.core.errors import InputError, did_you_mean
from speechkit.core.time import round_ms
from speechkit.core.types import Recording
from speechkit.formats import read_text
from speechkit.formats.fields import seconds
from speechkit.manifest.lines import read_lines
from speechkit.manifest.schema import RECORDINGS, SPLITS, Split

FIELDS = (
    "split", "language", "role", "accent", "sex", "age_band", "specialty", "reason", "modality",
    "site", "device",
)  # fmt: skip
TAG = "tag:"  # before a tag's name: a field like the others, as `tag:region`
_UNITS = ("minutes", "recordings", "people")


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """How much there is where `field` is `value`; value `""` where it is not known."""

    field: str
    value: str
    recordings: int
    minutes: float
    people: int


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a collection plan: how much more is needed to reach the target."""

    field: str
    value: str
    unit: str
    target: float
    have: float
    missing: float


def release_stats(path: Path) -> tuple[Group, ...]:
    """Count a release by each of `FIELDS` and each tag; a recording counts for each value it has."""
    split_of = {row.recording: row.split for row in read_lines(path, SPLITS, Split)}
    recordings: dict[tuple[str, str], int] = defaultdict(int)
    minutes: dict[tuple[str, str], float] = defaultdict(float)
    people: dict[tuple[str, str], set[str]] = defaultdict(set)
    for recording in read_lines(path, RECORDINGS, Recording):
        for key, who in _values(recording, split_of.get(recording.id, "")):
            recordings[key] += 1
            minutes[key] += recording.duration / 60
            people[key] |= who
    tags = sorted({field for field, _ in recordings if field.startswith(TAG)})
    order = {field: index for index, field in enumerate((*FIELDS, *tags))}
    return tuple(
        Group(
            field=field,
            value=value,
            recordings=recordings[field, value],
            minutes=round_ms(minutes[field, value]),
            people=len(people[field, value]),
        )
        for field, value in sorted(recordings, key=lambda key: (order[key[0]], key[1]))
    )


def coverage(path: Path, targets: Path) -> tuple[Missing, ...]:
    """Return what a release misses to a table of targets: the collection plan, most missing first.

    The table is CSV with the columns field, value, and one or more of minutes, recordings, people.

    Raises:
        InputError: with file, line and reason.
    """
    have = {(group.field, group.value): group for group in release_stats(path)}
    plan = []
    rows = csv.DictReader(read_text(targets).splitlines())
    if not {"field", "value"} <= set(rows.fieldnames or ()) or not set(_UNITS) & set(
        rows.fieldnames or ()
    ):
        raise InputError(f"{targets}, line 1: the columns are field, value, {', '.join(_UNITS)}")
    for number, row in enumerate(rows, start=2):
        field, value = (row["field"] or "").strip(), (row["value"] or "").strip()
        if field not in FIELDS and not field.startswith(TAG):
            hint = did_you_mean(field, FIELDS)
            raise InputError(f"{targets}, line {number}: no field {field!r}; {hint}")
        group = have.get((field, value))
        for unit in _UNITS:
            if not (said := (row.get(unit) or "").strip()):
                continue
            target = seconds(said, targets, number)
            there = float(getattr(group, unit)) if group is not None else 0.0
            if there < target:
                plan.append(
                    Missing(
                        field=field,
                        value=value,
                        unit=unit,
                        target=target,
                        have=there,
                        missing=round_ms(target - there),
                    )
                )
    return tuple(
        sorted(plan, key=lambda line: (-line.missing / line.target, line.field, line.value))
    )


def _values(recording: Recording, split: str) -> Iterator[tuple[tuple[str, str], frozenset[str]]]:
    """Yield each (field, value) of a recording with the people it is about."""
    everybody = frozenset(person.id for person in recording.participants if person.id)
    context = recording.context
    of_recording = {
        "split": {split},
        "language": set(context.languages) or {""},
        "specialty": {context.specialty.code if context.specialty else ""},
        "reason": {"" if context.reason is UNSET else context.reason.code},
        "modality": {str(context.modality)},
        "site": {context.site},
        "device": {context.device},
        **{f"{TAG}{name}": {value} for name, value in context.tags.items()},
    }
    for field, values in of_recording.items():
        for value in values:
            yield (field, value), everybody
    for field in ("role", "accent", "sex", "age_band"):
        people: dict[str, set[str]] = defaultdict(set)
        for person in recording.participants:
            people[getattr(person, field)].add(person.id)
        for value, who in (people or {"": set()}).items():
            yield (field, value), frozenset(who)
