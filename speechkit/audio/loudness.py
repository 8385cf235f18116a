"""Loudness as heard, over blocks: integrated loudness in LUFS.

Source: ITU-R BS.1770-5 (2023), annex 1: K-weighting, mean square of 400 ms windows that overlap by
three quarters, and two gates (−70 LUFS, and 10 LU below the mean of what is left). Channels weigh
the same: a consultation has no surround.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

_HOP = 0.1  # seconds: a quarter of a window
_HOPS = 4
_OFFSET = -0.691  # dB: a 997 Hz sine at full scale in one channel reads −3.01 LUFS
_ABSOLUTE_GATE = -70.0  # LUFS
_RELATIVE_GATE = -10.0  # LU
# The two filters as analogue prototypes, so that they fit any sample rate: (frequency in Hz, Q).
_SHELF, _SHELF_GAIN = (1681.974450955533, 0.7071752369554196), 3.999843853973347  # dB
_HIGH_PASS = (38.13547087602444, 0.5003270373238773)


class LoudnessMeter:
    """Adds up what is needed of each block; `loudness` makes one number of it."""

    def __init__(self, sample_rate: int) -> None:
        self._sections = _k_weighting(sample_rate)
        self._hop = max(1, round(_HOP * sample_rate))
        self._state: Any = None
        self._rest: Samples | None = None
        self._powers: list[NDArray[Any]] = []

    def add(self, block: Samples) -> None:
        """Take the next samples, of shape (channels, n)."""
        from scipy.signal import sosfilt

        if self._state is None:
            self._state = np.zeros((len(self._sections), block.shape[0], 2))
        joined = block if self._rest is None else np.concatenate([self._rest, block], axis=1)
        whole = joined.shape[1] // self._hop * self._hop
        self._rest = joined[:, whole:].copy()
        if not whole:
            return
        weighted, self._state = sosfilt(self._sections, joined[:, :whole], axis=1, zi=self._state)
        hops = weighted.reshape(len(block), -1, self._hop)
        self._powers.append(np.einsum("chn,chn->h", hops, hops) / self._hop)

    def loudness(self) -> float | None:
        """Return LUFS; None for what is shorter than a window or quieter than the gate."""
        hops = np.concatenate(self._powers) if self._powers else np.zeros(0)
        if len(hops) < _HOPS:
            return None
        windows = np.lib.stride_tricks.sliding_window_view(hops, _HOPS).mean(axis=1)
        loud = windows[windows > _power(_ABSOLUTE_GATE)]
        if not len(loud):
            return None
        gated = loud[loud > _power(_level(loud.mean()) + _RELATIVE_GATE)]
        return _level(gated.mean())


def _level(power: float) -> float:
    return float(_OFFSET + 10 * np.log10(power))


def _power(level: float) -> float:
    return float(10 ** ((level - _OFFSET) / 10))


def _k_weighting(sample_rate: int) -> NDArray[np.float64]:
    """Return the shelf and the high-pass as second-order sections, by the bilinear transform."""
    frequency, q = _SHELF
    k = np.tan(np.pi * min(frequency / sample_rate, 0.49))
    high = 10 ** (_SHELF_GAIN / 20)
    band = high**0.4996667741545416
    norm = 1 + k / q + k * k
    shelf = [
        (high + band * k / q + k * k) / norm,
        2 * (k * k - high) / norm,
        (high - band * k / q + k * k) / norm,
        1.0,
        2 * (k * k - 1) / norm,
        (1 - k / q + k * k) / norm,
    ]
    frequency, q = _HIGH_PASS
    k = np.tan(np.pi * frequency / sample_rate)
    norm = 1 + k / q + k * k
    high_pass = [1.0, -2.0, 1.0, 1.0, 2 * (k * k - 1) / norm, (1 - k / q + k * k) / norm]
    return np.array([shelf, high_pass])
