"""cpWER: the words of each speaker joined in time, under the best pairing of speakers.

Source: Watanabe et al., CHiME-6 (2020). Speakers without a partner count as all deleted or all
inserted. meeteval is the oracle in the tests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from speechkit.benchmark.errors import ErrorRate, count_words


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
    from scipy.optimize import linear_sum_assignment

    said = [reference[name] for name in sorted(reference)]
    wrote = [hypothesis[name] for name in sorted(hypothesis)]
    size = max(len(said), len(wrote))
    said += [()] * (size - len(said))
    wrote += [()] * (size - len(wrote))
    cost = [[Levenshtein.distance(list(a), list(b)) for b in wrote] for a in said]
    rows, columns = linear_sum_assignment(cost) if size else ((), ())
    pairs = (
        count_words(said[row], wrote[column]) for row, column in zip(rows, columns, strict=True)
    )
    return sum(pairs, ErrorRate.zero())
