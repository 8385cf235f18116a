"""What is left of a channel when another one is subtracted from it: what an attacker does to a voice
that lies under something louder on both.

Two channels that share a loud sound hide under it what only one of them has. The other channel,
delayed and amplified so that as little as possible is left (least squares, one delay and one gain
for the whole recording), is taken away, and what is left is listened to like a channel.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
_FFT = 64 * _LATEST  # samples that are compared at once
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
    for shared, found in _shared(channels, among):
        if shared > best.get(found.channel, (_SHARED, found))[0]:
            best[found.channel] = shared, found
    scaled = (
        msgspec.structs.replace(found, gain=_gain(channels, found)) for _, found in best.values()
    )
    return tuple(found for found in scaled if _leaves_something(channels, found))


def difference(channels: Sequence[Sound], of: Difference) -> Sound:
    """Return one channel less the other one."""
    one, other = channels[of.channel], channels[of.other]
    gain = np.float32(of.gain)

    def read(start: int, end: int) -> Samples:
        left: Samples = one[start:end] - gain * _delayed(other, of.delay, start, end)
        return left

    return Lazy(len(one), read)


def _shared(channels: Sequence[Sound], among: Sequence[int]) -> Iterator[tuple[float, Difference]]:
    """Yield how much of its power (0 to 1) a channel shares with an earlier one, at which delay."""
    pairs = list(combinations(among, 2))
    products = np.zeros((len(pairs), _FFT // 2 + 1), dtype=np.complex128)
    energy = dict.fromkeys(among, 0.0)
    step = _FFT - 2 * _LATEST
    for start in range(0, len(channels[among[0]]), step) if pairs else ():
        alone, around = {}, {}
        for number in among:
            first = max(0, start - _LATEST)
            wide = np.zeros(_FFT)
            piece = channels[number][first : start + step + _LATEST]
            wide[first - start + _LATEST :][: len(piece)] = piece
            inner = wide[_LATEST : _LATEST + step]
            energy[number] += float(np.dot(inner, inner))
            around[number] = np.fft.rfft(wide)
            wide[:_LATEST] = wide[_LATEST + step :] = 0
            alone[number] = np.fft.rfft(wide)
        for index, (other, channel) in enumerate(pairs):
            products[index] += alone[channel] * np.conj(around[other])
    for product, (other, channel) in zip(products, pairs, strict=True):
        by_delay = np.fft.irfft(product)
        by_delay[_LATEST + 1 : -_LATEST] = 0
        at = int(np.abs(by_delay).argmax())
        both = energy[channel] * energy[other]
        delay = at if at <= _LATEST else at - _FFT
        found = Difference(channel=channel, other=other, delay=delay, gain=0.0)
        yield float(by_delay[at] ** 2 / both) if both else 0.0, found


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
