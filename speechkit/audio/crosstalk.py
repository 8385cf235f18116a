"""Crosstalk: in how far one channel's speech is heard in another, from the power of their frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_APART = 4.0  # 6 dB: by so much a channel leads where its own speaker speaks
_ABOVE_FLOOR = 100.0  # 20 dB
_FLOOR = 1e-9  # −90 dB: below the rounding of 16 bits
_FEWEST = 50  # frames without which nothing is said


def leakage(powers: NDArray[np.floating]) -> float | None:
    """Return by how many dB the others' speech lifts a channel above its own noise floor: the worst.

    `powers`: shape (channels, frames). None for a single channel, or where no channel ever speaks
    alone. A channel's floor is the tenth percentile of its frames.

    >>> talk = np.where(np.arange(400) < 200, 1.0, 1e-6)
    >>> clean = np.stack([talk, np.full(400, 1e-6)])
    >>> leakage(clean)
    0.0
    >>> round(leakage(clean + [[0.0], [1e-3]] * talk))
    30
    """
    if powers.shape[0] < 2:
        return None
    floors = np.maximum(np.percentile(powers, 10, axis=1), _FLOOR)
    leader = powers.argmax(axis=0)
    loudest = powers.max(axis=0)
    speaks = loudest > _ABOVE_FLOOR * floors[leader]
    found = []
    for channel, power in enumerate(powers):
        others = speaks & (leader != channel) & (loudest >= _APART * power)
        if others.sum() >= _FEWEST:
            lifted = float(np.median(power[others])) / floors[channel]
            found.append(10 * np.log10(max(lifted, 1.0)))
    return float(max(found)) if found else None
