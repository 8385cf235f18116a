"""What is left of a channel when another one is subtracted from it: what an attacker does to a voice
that lies under something louder on both.

Two channels that share a loud sound hide under it what only one of them has. The other channel,
delayed and amplified so that as little as possible is left (least squares, one delay and one gain
for the whole recording), is taken away, and what is left is listened to like a channel.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from speechkit.audio.channels import is_nothing
from speechkit.audio.sound import Lazy, blocks
from speechkit.core.engines import SAMPLE_RATE, Sound

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

_LATEST = SAMPLE_RATE // 20  # samples, 50 ms: how far one channel may be behind the other
_FFT = 8 * _LATEST
_SHARED = 0.5  # of the power: less than 3 dB of it gone tells nobody anything new
_BLOCK = 120 * SAMPLE_RATE


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """`channel` less `gain` times `other`, which is delayed by `delay` samples at 16 kHz."""

    channel: int
    other: int
    delay: int
    gain: float


def find_differences(channels: Sequence[Sound], among: Sequence[int]) -> tuple[Difference, ...]:
    """Return what is worth listening to: for each channel, less the one that it shares most with.

    Left out are channels that share less than half of their power, and differences in which nothing
    is left.

    Args:
        channels: of equal length, at 16 kHz.
        among: the numbers of those that are not the same sound.

    >>> talk, music = np.random.default_rng(1).normal(0, 0.1, (2, 32000)).astype(np.float32)
    >>> (found,) = find_differences([music + talk / 9, music, talk], [0, 1, 2])
    >>> found.channel, found.other, found.delay, round(found.gain, 1)
    (1, 0, 0, 1.0)
    >>> find_differences([music, np.roll(music, 320)], [0])
    ()
    """
    best: dict[int, tuple[float, Difference]] = {}
    for other, channel in combinations(among, 2):
        shared, found = _closest(channels, channel, other)
        if shared > best.get(channel, (0.0, found))[0]:
            best[channel] = shared, found
    return tuple(found for _, found in best.values() if _leaves_something(channels, found))


def difference(channels: Sequence[Sound], of: Difference) -> Sound:
    """Return one channel less the other one."""
    one, other = channels[of.channel], channels[of.other]
    gain = np.float32(of.gain)

    def read(start: int, end: int) -> Samples:
        left: Samples = one[start:end] - gain * _delayed(other, of.delay, start, end)
        return left

    return Lazy(len(one), read)


def _closest(channels: Sequence[Sound], channel: int, other: int) -> tuple[float, Difference]:
    """How much of the power is shared (0 to 1), at the best delay and gain."""
    product = np.zeros(_FFT // 2 + 1, dtype=np.complex128)
    energy = energy_other = 0.0
    step = _FFT - 2 * _LATEST
    for start, _ in blocks(channels[channel], step):
        x = np.zeros(_FFT)
        piece = channels[channel][start : start + step]
        x[_LATEST : _LATEST + len(piece)] = piece
        y = np.zeros(_FFT)
        first = max(0, start - _LATEST)
        around = channels[other][first : start + step + _LATEST]
        y[first - start + _LATEST :][: len(around)] = around
        product += np.fft.rfft(x) * np.conj(np.fft.rfft(y))
        energy += float(np.dot(piece, piece))
        own = channels[other][start : start + step]
        energy_other += float(np.dot(own, own))
    by_delay = np.fft.irfft(product)
    by_delay[_LATEST + 1 : -_LATEST] = 0
    at = int(np.abs(by_delay).argmax())
    shared = by_delay[at] ** 2 / (energy * energy_other) if energy and energy_other else 0.0
    unscaled = Difference(
        channel=channel, other=other, delay=at if at <= _LATEST else at - _FFT, gain=0.0
    )
    if shared < _SHARED:
        return 0.0, unscaled
    return float(shared), msgspec.structs.replace(unscaled, gain=_gain(channels, unscaled))


def _gain(channels: Sequence[Sound], of: Difference) -> float:
    """By what the delayed other channel is multiplied so that least is left."""
    together = energy = 0.0
    for start, block in blocks(channels[of.channel], _BLOCK):
        taken = _delayed(channels[of.other], of.delay, start, start + len(block))
        together += float(np.dot(block, taken))
        energy += float(np.dot(taken, taken))
    return together / energy if energy else 0.0


def _delayed(sound: Sound, delay: int, start: int, end: int) -> Samples:
    """Samples `start` to `end` of a sound that begins `delay` samples later; silence around it."""
    out = np.zeros(end - start, dtype=np.float32)
    piece = sound[max(0, start - delay) : max(0, min(end - delay, len(sound)))]
    at = max(0, delay - start)
    out[at : at + len(piece)] = piece
    return out


def _leaves_something(channels: Sequence[Sound], of: Difference) -> bool:
    left, one = difference(channels, of), channels[of.channel]
    # The first and the last moment have nothing to be compared with where one channel is late.
    edge = abs(of.delay)
    for start, block in blocks(left, _BLOCK):
        first, last = max(start, edge), min(start + len(block), len(one) - edge)
        if first < last and not is_nothing(
            block[first - start : last - start].astype(np.float64), one[first:last], of.gain
        ):
            return True
    return False
