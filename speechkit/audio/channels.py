"""Which channels of a recording are the same sound, and a mix that loses no speaker.

Two channels are the same sound if one is the other times a positive gain, with no delay, in every
window: then listening to one is listening to both. A channel turned upside down is not the
same (their mean is silence), nor is a delayed copy, nor one that adds as little as a whisper.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from speechkit.audio.sound import Lazy, blocks
from speechkit.core.engines import SAMPLE_RATE, Sound

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

_WINDOW = (
    SAMPLE_RATE // 2
)  # samples at 16 kHz: half a second, so that no long loud part hides a short one
_BLOCK = 120 * _WINDOW
# What one channel may hold beside the other, relative to the window: −60 dB, 10 dB below the faintest
# speech that is listened for. And the rounding of 16 bits, twice: −90 dB of full scale.
_DIFFERENCE = 1e-6
_ROUNDING = 1e-9
_UNEVEN = 16.0  # 12 dB of power: by as much a channel may lead before a mix drowns the other


def same_sounds(channels: Sequence[Sound]) -> tuple[tuple[int, ...], ...]:
    """Group the numbers of channels that are the same sound; the loudest of each group comes first.

    Args:
        channels: of equal length, at 16 kHz.

    >>> tone = np.sin(np.arange(16000) / 9).astype(np.float32)
    >>> same_sounds([tone / 2, tone, -tone, np.roll(tone, 320)])
    ((1, 0), (2,), (3,))
    """
    groups: list[list[int]] = []
    for number, channel in enumerate(channels):
        for group in groups:
            if is_same_sound(channels[group[0]], channel):
                group.append(number)
                break
        else:
            groups.append([number])
    power = [_power(channel) for channel in channels] if len(groups) < len(channels) else []
    return tuple(
        tuple(sorted(group, key=lambda number: (-power[number], number)) if power else group)
        for group in groups
    )


def is_same_sound(a: Sound, b: Sound) -> bool:
    """Say whether two channels of equal length at 16 kHz are one sound at two levels."""
    energy_a = energy_b = shared = 0.0
    for start, x in blocks(a, _BLOCK):
        y = b[start : start + len(x)].astype(np.float64)
        energy_a += float(np.dot(x.astype(np.float64), x))
        energy_b += float(np.dot(y, y))
        shared += float(np.dot(x, y))
    if energy_a == 0 or energy_b == 0:
        return energy_a == energy_b
    if shared <= 0:
        return False
    gain = shared / energy_a  # b ≈ gain · a
    for start, x in blocks(a, _BLOCK):
        left = b[start : start + len(x)] - np.float64(gain) * x
        if not is_nothing(left, b[start : start + len(x)], gain):
            return False
    return True


def mixed_evenly(channels: Sequence[Sound]) -> Sound:
    """Return one sound in which everybody of every channel is heard.

    The mean, but a channel that is much weaker than the loudest is amplified to its level, and one that
    is the first upside down is turned, so that nothing cancels or drowns.
    """
    kept = [channels[group[0]] for group in same_sounds(channels)]
    kept = [
        channel for channel, power in zip(kept, map(_power, kept), strict=True) if power
    ] or kept[:1]
    if len(kept) == 1:
        return kept[0]
    powers = [_power(channel) for channel in kept]
    loudest = max(powers)
    gains = [
        np.float32(
            (np.sqrt(loudest / power) if loudest > _UNEVEN * power else 1.0)
            * _sign(kept[0], channel)
        )
        for channel, power in zip(kept, powers, strict=True)
    ]

    def read(start: int, end: int) -> Samples:
        together = np.stack([g * c[start:end] for g, c in zip(gains, kept, strict=True)])
        mean: Samples = together.mean(axis=0, dtype=np.float32)
        return mean

    return Lazy(len(kept[0]), read)


def is_nothing(left: NDArray[np.float64], of: Samples, gain: float) -> bool:
    """Say whether what is left is rounding, or far below the sound, in each window."""
    num = -(-len(left) // _WINDOW) * _WINDOW
    power = _windows(left, num)
    allowed = np.maximum(_DIFFERENCE * _windows(of, num), _ROUNDING * max(1.0, gain**2))
    return bool((power <= allowed).all())


def _windows(samples: NDArray[np.floating], num: int) -> NDArray[np.float64]:
    padded = np.pad(samples.astype(np.float64), (0, num - len(samples)))
    return np.asarray((padded.reshape(-1, _WINDOW) ** 2).mean(axis=1))


def _power(channel: Sound) -> float:
    energy = sum(float(np.square(block, dtype=np.float64).sum()) for _, block in blocks(channel))
    return energy / max(1, len(channel))


def _sign(a: Sound, b: Sound) -> float:
    """−1 where two channels are mostly the same turned upside down, else 1."""
    shared = energy_a = energy_b = 0.0
    for start, x in blocks(a):
        y = b[start : start + len(x)]
        shared += float(np.dot(x, y))
        energy_a += float(np.dot(x, x))
        energy_b += float(np.dot(y, y))
    return -1.0 if shared < -0.5 * np.sqrt(energy_a * energy_b) else 1.0
