"""Dropouts, over blocks: sound that breaks off into nothing and comes back.

A lost packet or a full buffer leaves equal samples near zero with sound right before and right after;
a pause that a gate or a codec made fades. Only what lasts 10 ms to 1 s counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from speechkit.audio.intervals import stretches

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

_FRAME = 0.005  # seconds
_SHORTEST, _LONGEST = 1, 200  # frames that are dead throughout; a gap of 10 ms holds at least one
_NEARBY = 2  # frames on either side, of which one must sound
_AROUND = 6  # frames on either side: right beside a dropout it is at least half as loud
_DEAD = 1e-3  # −60 dB: an offset may be left
_SOUND = 1e-2  # −40 dB


class DropoutCounter:
    """Adds up what is needed of each block; `count` says how often the sound broke off."""

    def __init__(self, sample_rate: int) -> None:
        self._size = max(2, round(_FRAME * sample_rate))
        self._rest: Samples | None = None
        self._peaks: list[NDArray[np.float32]] = []
        self._flat: list[NDArray[np.bool_]] = []

    def add(self, block: Samples) -> None:
        """Take the next samples, of shape (channels, n)."""
        joined = block if self._rest is None else np.concatenate([self._rest, block], axis=1)
        whole = joined.shape[1] // self._size * self._size
        self._rest = joined[:, whole:].copy()
        if not whole:
            return
        frames = joined[:, :whole].reshape(joined.shape[0], -1, self._size)
        high, low = frames.max(axis=2), frames.min(axis=2)
        peak = np.maximum(high, -low)
        self._peaks.append(peak)
        self._flat.append((high == low) & (peak < _DEAD))

    def count(self) -> int:
        """Return the number of dropouts in all channels."""
        if not self._peaks:
            return 0
        peaks = np.concatenate(self._peaks, axis=1)
        flat = np.concatenate(self._flat, axis=1)
        return sum(_count(p, f) for p, f in zip(peaks, flat, strict=True))


def _count(peaks: NDArray[np.float32], flat: NDArray[np.bool_]) -> int:
    found = 0
    for start, end in stretches(flat):
        if _SHORTEST <= end - start <= _LONGEST:
            found += _breaks_off(peaks[:start][::-1]) and _breaks_off(peaks[end:])
    return found


def _breaks_off(away: NDArray[np.float32]) -> bool:
    """Tell whether there is sound at once, in frames going away from the gap."""
    if not len(away):
        return False
    beside = away[:_NEARBY].max()
    return bool(beside >= _SOUND and beside >= away[:_AROUND].max() / 2)
