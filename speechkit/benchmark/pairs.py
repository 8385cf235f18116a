"""Which differences between systems hold: paired tests, corrected for their number."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from speechkit.benchmark.intervals import holm, interval, p_of_spread, p_value, rates
from speechkit.benchmark.results import Pair
from speechkit.benchmark.summary import Sample, word_counts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ALL_UP_TO = 20  # systems; beyond, only neighbors in rank and the best are compared
_LETTERS_UP_TO = 100  # systems
_ALPHA = 0.05


def pair_scores(sample: Sample, ordered: Sequence[str], *, every: bool = False) -> list[Pair]:
    """Compare systems on the recordings both have, best first.

    Args:
        sample: the counts and draws.
        ordered: the systems, best first.
        every: all pairs, however many there are; they grow with the square of the systems.
    """
    having = {name: frozenset(r.recording for r in sample.by_system[name]) for name in ordered}
    # Systems with the same recordings are compared together: few are without some.
    drawn: dict[tuple[str, frozenset[str]], tuple[float, Floats, int]] = {}

    def rate_on(name: str, both: frozenset[str]) -> tuple[float, Floats, int]:
        if (name, both) not in drawn:
            errors, lengths = sample.counts(name, word_counts, both)
            total = float(lengths.sum())
            drawn[name, both] = (
                float(errors.sum()) / total if total else math.nan,
                rates(sample.weights, errors, lengths),
                int((lengths > 0).sum()),
            )
        return drawn[name, both]

    found: list[Pair] = []
    for first, second in _which(ordered, every=every):
        both = having[first] & having[second]
        a, drawn_a, clusters = rate_on(first, both)
        b, drawn_b, _ = rate_on(second, both)
        if math.isnan(a):
            continue
        better, worse = (first, second) if b >= a else (second, first)
        spread = drawn_b - drawn_a if b >= a else drawn_a - drawn_b
        found.append(
            Pair(
                better=better,
                worse=worse,
                difference=round(abs(b - a), 6),
                interval=interval(spread, clusters),
                p_value=p_value(abs(b - a), spread, clusters),
                num_clusters=clusters,
            )
        )
    corrected = holm([pair.p_value for pair in found])
    return [
        msgspec.structs.replace(pair, p_value=p) for pair, p in zip(found, corrected, strict=True)
    ]


def _which(ordered: Sequence[str], *, every: bool) -> Iterable[tuple[str, str]]:
    if every or len(ordered) <= ALL_UP_TO:
        return combinations(ordered, 2)
    best = ((ordered[0], name) for name in ordered[1:])
    return dict.fromkeys([*best, *pairwise(ordered)])


def group_letters(sample: Sample, ordered: Sequence[str]) -> dict[str, str]:
    """Return letters for each system: two that share one do not differ at 5 % (Holm).

    The compact letter display of Piepho (2004), in the order of rank, on the recordings that all
    systems have. Systems beyond what letters can show get none.
    """
    if not 1 < len(ordered) <= _LETTERS_UP_TO:
        return {}
    shared = frozenset.intersection(
        *(frozenset(r.recording for r in sample.by_system[name]) for name in ordered)
    )
    columns = [sample.counts(name, word_counts, shared) for name in ordered]
    clusters = int((columns[0][1] > 0).sum()) if columns else 0
    totals = [(errors.sum(), lengths.sum()) for errors, lengths in columns]
    if clusters < 2 or not sample.weights.shape[0] or any(n == 0 for _, n in totals):
        return {}
    drawn = np.stack([rates(sample.weights, e, n) for e, n in columns], axis=1)
    drawn = drawn[~np.isnan(drawn).any(axis=1)]
    if len(drawn) < 2:
        return {}
    covariance = np.cov(drawn, rowvar=False, bias=True).reshape(len(ordered), len(ordered))
    variance = np.diag(covariance)
    wers = [e / n for e, n in totals]
    places = list(combinations(range(len(ordered)), 2))
    p_values = holm(
        [
            p_of_spread(
                wers[j] - wers[i],
                math.sqrt(max(variance[i] + variance[j] - 2 * covariance[i, j], 0.0)),
                clusters,
            )
            for i, j in places
        ]
    )
    apart = {pair for pair, p in zip(places, p_values, strict=True) if p is not None and p < _ALPHA}
    return _letters(ordered, apart)


def _letters(ordered: Sequence[str], apart: set[tuple[int, int]]) -> dict[str, str]:
    """Give a letter to each longest run of neighbors of which no two differ."""
    runs: list[tuple[int, int]] = []
    for first in range(len(ordered)):
        last = first
        while last + 1 < len(ordered) and all(
            (i, last + 1) not in apart for i in range(first, last + 1)
        ):
            last += 1
        if not runs or last > runs[-1][1]:
            runs.append((first, last))
    if len(runs) > 26:
        return {}
    letters = dict.fromkeys(ordered, "")
    for index, (first, last) in enumerate(runs):
        for place in range(first, last + 1):
            letters[ordered[place]] += chr(ord("a") + index)
    return letters
