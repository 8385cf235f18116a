"""Is the new run worse than the old one? A gate for regressions, by metric and by slice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, get_args
from xml.sax.saxutils import quoteattr

import msgspec
import numpy as np

from speechkit.benchmark.intervals import draw_weights, interval, rates, sum_by_cluster
from speechkit.benchmark.results import SCHEMA, RecordingScore, Scores
from speechkit.core.errors import UsageError, did_you_mean

Metric = Literal["wer", "cer", "cpwer", "der", "clinical"]
METRICS: tuple[str, ...] = get_args(Metric)
_Counts = dict[str, tuple[str, float, float]]  # recording → cluster, errors, length


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """When a system counts as worse: `metric` rose by more than `tolerance` (a fraction), and not by
    chance; within each value of the fields `by`, too."""

    metric: Metric = "wer"
    tolerance: float = 0.0
    by: tuple[str, ...] = ()


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """One system before and after. `difference` is after − before, over the same recordings;
    `part` is a slice ("accent=Scottish"), empty for all."""

    before: str
    after: str
    metric: str = "wer"
    part: str = ""
    rate_before: float
    rate_after: float
    difference: float
    interval: tuple[float, float] | None
    num_recordings: int
    worse: bool


DEFAULT = Gate()


def compare_scores(before: Scores, after: Scores, gate: Gate = DEFAULT) -> list[Comparison]:
    """Compare systems of the same name, or the only one of either side.

    A system is worse if its error rate rose by more than the gate's tolerance on the recordings both
    sides have and the 95 % interval of the paired difference lies above 0; from a single cluster,
    if it rose by more than that at all.

    Raises:
        UsageError: if no system or no recording is in both, if normalizers or references differ, or
            if there is no such metric or field.
    """
    if gate.metric not in METRICS:
        raise UsageError(f"no metric {gate.metric!r}; {did_you_mean(gate.metric, METRICS)}")
    _check_same(before, after)
    found = []
    for old, new in _pairs(before, after):
        _check_normalizers(before, after, old, new)
        for part, keep in _parts(after, gate.by):
            first = _counts(before, old, gate.metric, keep)
            second = _counts(after, new, gate.metric, keep)
            row = _compare(first, second, after, gate)
            if row is not None:
                found.append(msgspec.structs.replace(row, before=old, after=new, part=part))
            elif not part:
                raise UsageError(f"{new}: no recording in both files has a {gate.metric}")
    return found


compare = compare_scores


def _check_same(before: Scores, after: Scores) -> None:
    for scores, which in ((before, "first"), (after, "second")):
        if scores.schema != SCHEMA:
            raise UsageError(
                f"the {which} file was written by another version of speechkit ({scores.schema}); "
                "score again"
            )
    if before.reference_digest != after.reference_digest:
        raise UsageError(
            f"the references differ ({before.reference_digest[:12]}, {after.reference_digest[:12]}): "
            "score both against the same reference"
        )


def _check_normalizers(before: Scores, after: Scores, old: str, new: str) -> None:
    rules = {
        row.normalizer
        for scores, name in ((before, old), (after, new))
        for row in scores.systems
        if row.system == name
    }
    if len(rules) > 1:
        raise UsageError(
            f"{new}: scored with different normalizers ({', '.join(sorted(rules))}); "
            "score both again with the same --normalizer"
        )


def _pairs(before: Scores, after: Scores) -> list[tuple[str, str]]:
    old = [row.system for row in before.systems]
    new = [row.system for row in after.systems]
    if len(old) == len(new) == 1:
        return [(old[0], new[0])]
    both = [name for name in old if name in new]
    if not both:
        raise UsageError(
            f"no system is in both: {', '.join(sorted(old))} before, {', '.join(sorted(new))} after"
        )
    return [(name, name) for name in both]


def _parts(
    scores: Scores, by: Sequence[str]
) -> Iterator[tuple[str, frozenset[tuple[str, str]] | None]]:
    """Yield each slice's name and the (recording, speaker) in it; first all of it."""
    yield "", None
    known = {name for unit in scores.units for name in unit.fields}
    for field in by:
        if field not in known:
            raise UsageError(f"nothing to slice by {field!r}; {did_you_mean(field, known)}")
        units: dict[str, set[tuple[str, str]]] = {}
        for unit in scores.units:
            if value := unit.fields.get(field):
                units.setdefault(value, set()).add((unit.recording, unit.speaker))
        for value in sorted(units):
            yield f"{field}={value}", frozenset(units[value])


def _of(row: RecordingScore, metric: str) -> tuple[float, float] | None:
    """Return errors and length of one recording, None where it has no such figure."""
    if metric == "wer":
        return row.errors, row.words
    if metric == "cer":
        return row.character_errors, row.num_characters
    if metric == "cpwer" and row.speakers is not None:
        return row.speakers.errors, row.speakers.length
    if metric == "der" and row.diarization is not None:
        turns = row.diarization
        return turns.missed + turns.false_alarm + turns.confusion, turns.total
    if metric == "clinical" and row.clinical:
        kinds = row.clinical.values()
        return sum(k.lost + k.invented for k in kinds), sum(k.said for k in kinds)
    return None


def _counts(
    scores: Scores, system: str, metric: str, keep: frozenset[tuple[str, str]] | None
) -> _Counts:
    found: _Counts = {}
    for row in scores.recordings:
        if row.system != system:
            continue
        pair = _of(row, metric)
        if keep is not None:
            if metric == "wer":
                own = [c for s, c in row.by_speaker.items() if (row.recording, s) in keep]
                pair = (sum(c.errors for c in own), sum(c.length for c in own)) if own else None
            elif (row.recording, "") not in keep:
                pair = None
        if pair is not None:
            found[row.recording] = (row.cluster, *pair)
    return found


def _compare(first: _Counts, second: _Counts, after: Scores, gate: Gate) -> Comparison | None:
    shared = sorted(first.keys() & second.keys())
    labels = sorted({first[name][0] for name in shared})
    index = [labels.index(first[name][0]) for name in shared]

    def summed(
        rows: Mapping[str, tuple[str, float, float]], place: int
    ) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return sum_by_cluster(index, [rows[name][place] for name in shared], len(labels))

    if not shared:
        return None
    e0, n0 = summed(first, 1), summed(first, 2)
    e1, n1 = summed(second, 1), summed(second, 2)
    if not n0.sum() or not n1.sum():
        return None
    weights = draw_weights(len(labels), after.options.draws or 1000, after.options.seed)
    difference = float(e1.sum() / n1.sum() - e0.sum() / n0.sum())
    found = interval(rates(weights, e1, n1) - rates(weights, e0, n0), len(labels))
    return Comparison(
        before="",
        after="",
        metric=gate.metric,
        rate_before=round(float(e0.sum() / n0.sum()), 6),
        rate_after=round(float(e1.sum() / n1.sum()), 6),
        difference=round(difference, 6),
        interval=found,
        num_recordings=len(shared),
        worse=difference > gate.tolerance and (found is None or found[0] > 0),
    )


# ---- for machines that build and for people who review


def as_junit(rows: Sequence[Comparison]) -> str:
    """Return the comparisons as JUnit XML: a test case a system and slice, failed where worse."""
    failed = sum(row.worse for row in rows)
    cases = []
    for row in rows:
        name = quoteattr(f"{row.after} {row.part}".strip())
        body = f"    <testcase classname={quoteattr(row.metric)} name={name}"
        cases.append(
            f"{body}>\n      <failure message={quoteattr(_sentence(row))}/>\n    </testcase>"
            if row.worse
            else f"{body}/>"
        )
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<testsuites>\n  <testsuite name="speechkit bench compare" tests="{len(rows)}" '
            f'failures="{failed}">',
            *cases,
            "  </testsuite>\n</testsuites>\n",
        ]
    )


def as_markdown(rows: Sequence[Comparison]) -> str:
    """Return the comparisons as a Markdown table."""
    head = "| system | part | metric | before % | after % | difference | 95 % | |\n"
    rule = "|---|---|---|---:|---:|---:|---:|---|\n"
    return (
        head
        + rule
        + "".join(
            f"| {row.after} | {row.part} | {row.metric} | {100 * row.rate_before:.2f} | "
            f"{100 * row.rate_after:.2f} | {100 * row.difference:+.2f} | "
            + (
                f"{100 * row.interval[0]:+.2f} to {100 * row.interval[1]:+.2f}"
                if row.interval
                else ""
            )
            + f" | {'worse' if row.worse else ''} |\n"
            for row in rows
        )
    )


def _sentence(row: Comparison) -> str:
    return (
        f"{row.metric} rose from {100 * row.rate_before:.2f} % to {100 * row.rate_after:.2f} % "
        f"on {row.num_recordings} recordings"
    )
