"""Is the new run worse than the old one? A gate for regressions."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np

from speechkit.benchmark.intervals import draw_weights, interval, rates, sum_by_cluster
from speechkit.benchmark.results import RecordingScore, Scores
from speechkit.core.errors import UsageError


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """One system before and after. `difference` is after − before, over the same recordings."""

    before: str
    after: str
    wer_before: float
    wer_after: float
    difference: float
    interval: tuple[float, float] | None
    num_recordings: int
    worse: bool


def compare(before: Scores, after: Scores) -> list[Comparison]:
    """Compare systems of the same name, or the only one of either side.

    A system is worse if its WER rose on the recordings both sides have and the 95 % interval of
    the paired difference lies above 0; from a single cluster, if it rose at all.

    Raises:
        UsageError: if no system or no recording is in both, or the normalizers differ.
    """
    pairs = _pairs(before, after)
    return [_compare(before, after, old, new) for old, new in pairs]


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


def _compare(before: Scores, after: Scores, old: str, new: str) -> Comparison:
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
    first, second = _counts(before, old), _counts(after, new)
    shared = sorted(first.keys() & second.keys())
    if not shared:
        raise UsageError(f"{new}: no recording is in both files")
    labels = sorted({first[name].cluster for name in shared})
    index = [labels.index(first[name].cluster) for name in shared]

    def summed(
        rows: Mapping[str, RecordingScore], field: str
    ) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return sum_by_cluster(index, [getattr(rows[name], field) for name in shared], len(labels))

    e0, n0 = summed(first, "errors"), summed(first, "words")
    e1, n1 = summed(second, "errors"), summed(second, "words")
    if not n0.sum() or not n1.sum():
        raise UsageError(f"{new}: the recordings in both files hold no words")
    weights = draw_weights(len(labels), after.options.draws or 1000, after.options.seed)
    difference = float(e1.sum() / n1.sum() - e0.sum() / n0.sum())
    found = interval(rates(weights, e1, n1) - rates(weights, e0, n0), len(labels))
    return Comparison(
        before=old,
        after=new,
        wer_before=round(float(e0.sum() / n0.sum()), 6),
        wer_after=round(float(e1.sum() / n1.sum()), 6),
        difference=round(difference, 6),
        interval=found,
        num_recordings=len(shared),
        worse=difference > 0 and (found is None or found[0] > 0),
    )


def _counts(scores: Scores, system: str) -> dict[str, RecordingScore]:
    return {row.recording: row for row in scores.recordings if row.system == system}
