"""How sure a figure is: bootstrap over clusters, the same draws for every system.

Words of one consultation go wrong together, so whole clusters (consultations, or speakers) are
drawn with replacement: Bisani & Ney, ICASSP 2004. Percentiles are widened for few clusters as
Hesterberg ("What Teachers Should Know about the Bootstrap", 2015, §3) expands them; without that,
95 % intervals from a dozen clusters cover about 90 %. A simulation in the tests checks coverage.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEVEL = 0.95
_NO_SPREAD = 1e-12  # rounding alone


def draw_weights(num_clusters: int, draws: int, seed: int) -> Floats:
    """Return how often each cluster is drawn: (draws, num_clusters), rows sum to the latter."""
    generator = np.random.Generator(np.random.PCG64(seed))
    if num_clusters == 0 or draws == 0:
        return np.zeros((0, num_clusters))
    share = np.full(num_clusters, 1 / num_clusters)
    return generator.multinomial(num_clusters, share, size=draws).astype(np.float64)


def rates(weights: Floats, errors: Floats, lengths: Floats) -> Floats:
    """Return the rate of each draw, NaN where a draw holds no words.

    Args:
        weights: (draws, clusters).
        errors: (clusters,) or (clusters, systems).
        lengths: as `errors`.
    """
    below = weights @ lengths
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, weights @ errors / below, np.nan)


def sum_by_cluster(index: Any, values: Any, num_clusters: int) -> Floats:
    """Add up values by the cluster each belongs to.

    >>> sum_by_cluster([0, 2, 0], [1, 5, 2], 3).tolist()
    [3.0, 0.0, 5.0]
    """
    return np.bincount(
        np.asarray(index, dtype=np.intp), np.asarray(values, dtype=np.float64), num_clusters
    ).astype(np.float64)


def interval(samples: Floats, num_clusters: int) -> tuple[float, float] | None:
    """Return the 95 % interval of bootstrap samples, None from fewer than two clusters.

    >>> interval(np.linspace(0, 1, 1001), 1000)
    (0.0248, 0.9752)
    """
    known = samples[~np.isnan(samples)]
    if num_clusters < 2 or known.size < 2:
        return None
    low, high = _ends(np.sort(known), _tail(num_clusters))
    return round(float(low), 4), round(float(high), 4)


def rank_intervals(samples: Floats, num_clusters: int) -> list[tuple[int, int] | None]:
    """Return for each system (column) between which ranks it lies in 95 % of the draws.

    Equal rates share the better rank.
    """
    if num_clusters < 2 or not samples.shape[0]:
        return [None] * samples.shape[1]
    filled = np.where(np.isnan(samples), np.inf, samples)
    ordered = np.sort(filled, axis=1)
    ranks = np.empty(filled.shape, dtype=np.int32)
    for draw in range(len(filled)):  # a draw at a time: all at once would grow with the square
        ranks[draw] = 1 + np.searchsorted(ordered[draw], filled[draw], side="left")
    ranks.sort(axis=0)
    first = math.floor(_tail(num_clusters) * (len(ranks) - 1))
    return [(int(a), int(b)) for a, b in zip(ranks[first], ranks[-1 - first], strict=True)]


def intervals(samples: Floats, num_clusters: int) -> list[tuple[float, float] | None]:
    """Return `interval` of each column at once; the columns may hold no NaN."""
    if num_clusters < 2 or samples.shape[0] < 2:
        return [None] * samples.shape[1]
    low, high = _ends(np.sort(samples, axis=0), _tail(num_clusters))
    return [(round(float(a), 4), round(float(b), 4)) for a, b in zip(low, high, strict=True)]


def p_value(difference: float, samples: Floats, num_clusters: int) -> float | None:
    """Return the two-sided p-value of a paired difference, Student's t on the bootstrap's spread.

    Counting draws beyond zero could not go below 2/draws, too coarse for many pairs.
    """
    known = samples[~np.isnan(samples)]
    if num_clusters < 2 or known.size < 2:
        return None
    return p_of_spread(difference, float(known.std()), num_clusters)


def p_of_spread(difference: float, spread: float, num_clusters: int) -> float:
    """Return the p-value of a difference whose bootstrap draws have that standard deviation."""
    # The bootstrap's variance is that of n clusters, not of n − 1.
    spread *= (num_clusters / (num_clusters - 1)) ** 0.5
    if spread <= _NO_SPREAD:
        return 1.0 if abs(difference) <= _NO_SPREAD else 0.0
    return max(0.0, 1 - inside(abs(difference) / spread, num_clusters - 1))


def inside(t: float, freedom: int) -> float:
    """Return the probability that Student's t with whole degrees of freedom lies within ±t.

    Source: Abramowitz & Stegun 26.7.3 and 26.7.4. (scipy.special has it, but takes longer to
    import than a small benchmark takes altogether.)

    >>> round(inside(12.706, 1), 4), round(inside(2.0, 10), 4)
    (0.95, 0.9266)
    """
    angle = math.atan(t / math.sqrt(freedom))
    sine, square = math.sin(angle), math.cos(angle) ** 2
    odd = freedom % 2
    total, term = 0.0, math.cos(angle) if odd else 1.0
    for step in range(1 + odd, freedom, 2):
        total += term
        term *= square * step / (step + 1)
    return 2 / math.pi * (angle + sine * total) if odd else sine * total


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Correct p-values for their number (Holm 1979), order kept; None stays None.

    >>> holm([0.01, 0.04, None, 0.03])
    [0.03, 0.06, None, 0.06]
    """
    known = sorted((p, index) for index, p in enumerate(p_values) if p is not None)
    corrected: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for place, (p, index) in enumerate(known):
        largest = max(largest, min(1.0, p * (len(known) - place)))
        corrected[index] = round(largest, 6)
    return corrected


def _ends(ordered: Floats, tail: float) -> tuple[Floats, Floats]:
    """Return the quantiles `tail` and 1 − `tail` of what is sorted along its first axis.

    As np.quantile interpolates; that one loads numpy.ma, which takes longer than all intervals.
    """
    place = tail * (len(ordered) - 1)
    below = math.floor(place)
    above, share = min(below + 1, len(ordered) - 1), place - below
    low = ordered[below] + share * (ordered[above] - ordered[below])
    high = ordered[-1 - below] - share * (ordered[-1 - below] - ordered[-1 - above])
    return low, high


@lru_cache(maxsize=256)
def _tail(num_clusters: int) -> float:
    """Return the share to cut off at either end: Φ(−t · √(n/(n−1)))."""
    low, high = 0.0, 1e6
    for _ in range(200):  # halving ends where floats do
        middle = (low + high) / 2
        low, high = (middle, high) if inside(middle, num_clusters - 1) < LEVEL else (low, middle)
    return 0.5 * math.erfc(low * math.sqrt(num_clusters / (num_clusters - 1) / 2))
