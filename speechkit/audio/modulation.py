"""Whether a sound rises and falls as speech does, for sounds in which no voice was found.

Source: Houtgast and Steeneken, "A review of the MTF concept", J. Acoust. Soc. Am. 77 (1985): the
envelope of speech moves mostly two to eight times a second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from speechkit.audio.faint import without_noise
from speechkit.audio.sound import blocks
from speechkit.core.engines import SAMPLE_RATE, Sound

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FRAME = SAMPLE_RATE // 100  # 10 ms
_WINDOW = 200  # frames: 2 s, in which a few syllables are said
_AUDIBLE = 1e-8  # power: −80 dB, what can be turned up
_DEPTH = 8.0  # dB by which the level moves from one part of a syllable to the next


def rises_and_falls(sound: Sound) -> bool:
    """Say whether mono sound at 16 kHz moves at the rate of syllables for 2 s anywhere.

    >>> t = np.arange(4 * SAMPLE_RATE) / SAMPLE_RATE
    >>> hum = 0.1 * np.sin(2 * np.pi * 300 * t)
    >>> rises_and_falls(hum), rises_and_falls(hum * np.sin(2 * np.pi * 2 * t) ** 4)
    (False, True)
    """
    from scipy.ndimage import uniform_filter1d

    power = _power(without_noise(sound))
    if len(power) < _WINDOW or power.max() < _AUDIBLE:
        return False
    level = 10 * np.log10(uniform_filter1d(np.maximum(power, _AUDIBLE / 10), 5))
    slow = uniform_filter1d(level, 50)
    moves = np.sqrt(uniform_filter1d(np.square(level - slow), _WINDOW))
    loud = uniform_filter1d(power, _WINDOW) > _AUDIBLE
    return bool((loud & (moves > _DEPTH / 2)).any())


def _power(sound: Sound) -> NDArray[np.float64]:
    power = []
    for _, block in blocks(sound, 6_000 * _FRAME):
        padded = np.pad(block.astype(np.float64), (0, -len(block) % _FRAME))
        power.append((padded.reshape(-1, _FRAME) ** 2).mean(axis=1))
    return np.concatenate(power) if power else np.zeros(0)
