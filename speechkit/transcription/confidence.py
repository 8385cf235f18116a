"""How likely a word is right: the engine's word probability, calibrated for a segment."""

from __future__ import annotations

import math
from collections.abc import Sequence

from speechkit.core.engines import Calibration
from speechkit.core.types import Word

_AS_IT_IS = Calibration(intercept=0.0, slope=1.0)


def of_segment(words: Sequence[Word], calibration: Calibration | None) -> float | None:
    """Return the calibrated chance that a word of the segment is right, None without words."""
    sure = [word.confidence for word in words if word.confidence is not None]
    if not sure:
        return None
    calibration = calibration or _AS_IT_IS
    return calibrate(sum(sure) / len(sure), calibration.intercept, calibration.slope)


def calibrate(probability: float, intercept: float, slope: float) -> float:
    """Map a mean word probability to a chance of being right; monotone, 4 decimals.

    >>> calibrate(0.9, 0.0, 1.0)
    0.9
    """
    odds = logit(probability)
    chance = 1 / (1 + math.exp(-(intercept + slope * odds)))
    return round(min(max(chance, 0.0001), 0.9999), 4)


def logit(probability: float) -> float:
    """Return ln(p / (1 - p)), with p kept a thousandth away from 0 and 1."""
    kept = min(max(probability, 0.001), 0.999)
    return math.log(kept / (1 - kept))
