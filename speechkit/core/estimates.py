"""Between which counts a count lies whose mean is estimated and varies."""

from __future__ import annotations

import math


def count_interval(mean: float, spread: float, share: float = 0.9) -> tuple[int, int]:
    """Return the counts between which `share` of a negative binomial distribution lies: of a Poisson
    count whose mean varies as a gamma distribution with the shape `spread`, which may be infinite.

    >>> count_interval(0.0, 2.0)
    (0, 0)
    >>> low, high = count_interval(28.0, 10.0)
    >>> low < 28 < high
    True
    """
    if mean <= 0:
        return 0, 0
    tail = (1 - share) / 2
    success = spread / (spread + mean) if math.isfinite(spread) else 1.0
    chance = success**spread if math.isfinite(spread) else math.exp(-mean)
    below, count, low = chance, 0, -1
    while below < 1 - tail and count < 100 * (mean + 1) + 1_000:
        if low < 0 and below > tail:
            low = count
        count += 1
        if math.isfinite(spread):
            chance *= (count - 1 + spread) / count * (1 - success)
        else:
            chance *= mean / count
        below += chance
    return (count if low < 0 else low), count
