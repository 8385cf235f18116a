"""Who is in the corpus, beside who should be: a benchmark speaks only for those it heard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from speechkit.benchmark.results import Coverage
from speechkit.benchmark.slices import NOT_GIVEN

Unit = tuple[str, str]  # a recording and one who speaks in it


def coverage(
    words: Mapping[Unit, int],
    fields: Mapping[Unit, Mapping[str, str]],
    names: Iterable[str],
    targets: Mapping[str, Mapping[str, float]],
) -> list[Coverage]:
    """Return how many people, recordings and words have each value of each field.

    Args:
        words: reference words of who speaks in a recording.
        fields: their fields; people are distinguished by `participant`, otherwise by recording.
        names: fields to count by.
        targets: field → value → share of the people that should have it. Values that no person has
            get a row too.
    """
    rows: list[Coverage] = []
    for name in dict.fromkeys([*names, *targets]):
        wanted = targets.get(name, {})
        units: dict[str, list[Unit]] = {value: [] for value in wanted}
        for unit in words:
            units.setdefault(fields[unit].get(name) or NOT_GIVEN, []).append(unit)
        people = {value: _people(own, fields) for value, own in units.items()}
        everybody = sum(map(len, people.values()))
        for value in sorted(units, key=lambda v: (v == NOT_GIVEN, v)):
            share = len(people[value]) / everybody if everybody else 0.0
            target = wanted.get(value)
            rows.append(
                Coverage(
                    field=name,
                    value=value,
                    num_people=len(people[value]),
                    num_recordings=len({recording for recording, _ in units[value]}),
                    num_words=sum(words[unit] for unit in units[value]),
                    share=round(share, 6),
                    target=target,
                    # How much of what is wanted is there: 1 is enough, 0 is none.
                    reached=round(min(1.0, share / target), 6) if target else None,
                )
            )
    return rows


def _people(units: Sequence[Unit], fields: Mapping[Unit, Mapping[str, str]]) -> set[str]:
    return {fields[unit].get("participant") or "\0".join(unit) for unit in units}
