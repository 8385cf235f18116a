"""cpWER: the words of each speaker joined in time, under the best pairing of speakers.

Source: Watanabe et al., CHiME-6 (2020). Speakers without a partner count as all deleted or all
inserted. meeteval is the oracle in the tests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations

from speechkit.benchmark.errors import ErrorRate, count_words

_FEW = 5  # speakers; up to here trying all pairings is quicker than importing scipy


def cpwer(
    reference: Mapping[str, Sequence[str]], hypothesis: Mapping[str, Sequence[str]]
) -> ErrorRate:
    """Count errors of the pairing of speakers that has the fewest.

    Args:
        reference: tokens by speaker.
        hypothesis: tokens by speaker, whatever their labels.

    >>> said = {"doctor": ["any", "pain"], "patient": ["no"]}
    >>> cpwer(said, {"1": ["no"], "2": ["any", "pain"]}).errors
    0
    """
    from rapidfuzz.distance import Levenshtein

    said = [reference[name] for name in sorted(reference)]
    wrote = [hypothesis[name] for name in sorted(hypothesis)]
    size = max(len(said), len(wrote))
    said += [()] * (size - len(said))
    wrote += [()] * (size - len(wrote))
    cost = [[Levenshtein.distance(a, b) for b in wrote] for a in said]
    pairs = (count_words(said[row], wrote[column]) for row, column in enumerate(_cheapest(cost)))
    return sum(pairs, ErrorRate.zero())


def _cheapest(cost: Sequence[Sequence[int]]) -> Sequence[int]:
    """Return which column each row takes, each column once, for the least sum."""
    if len(cost) <= _FEW:
        every = permutations(range(len(cost)))
        return min(every, key=lambda taken: sum(cost[i][j] for i, j in enumerate(taken)))
    from scipy.optimize import linear_sum_assignment

    columns: Sequence[int] = linear_sum_assignment(cost)[1].tolist()
    return columns
