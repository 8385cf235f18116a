"""Digits keyed on a telephone: tones that carry numbers as plainly as a voice.

Source: ITU-T Q.23 (1988): each key is one of four low and one of four high tones, held together;
Q.24: at least 40 ms of them, the two within 8 dB of each other, 1.8 % off at most. Measured as
Goertzel does: the power at eight frequencies, frame by frame. Keys pressed during speech are
found too; a voice that rings like a key for a moment may be taken for one, and then loses that moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from speechkit.audio.intervals import stretches
from speechkit.audio.sound import blocks
from speechkit.core.engines import SAMPLE_RATE, Sound
from speechkit.core.time import Interval, round_ms, union

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

_LOW = (697.0, 770.0, 852.0, 941.0)  # Hz
_HIGH = (1209.0, 1336.0, 1477.0, 1633.0)
_STEP = SAMPLE_RATE // 100  # 10 ms
_FRAME = 4 * _STEP  # 40 ms: the tones lie 70 Hz apart
_BLOCK = 6_000 * _STEP
_LEADS = 4.0  # 6 dB by which a tone exceeds the others of its group
_TWIST = 20.0  # 13 dB between the two: telephones and codecs add to the 8 of the standard
_SHARE = 0.15  # of the power of the frame: a voice may be as loud as 7 dB above the keys
_ALONE = 0.6  # of the power: keys and nothing else, then one is enough
_FEWEST = 3  # frames in a row with the same key
_STEADY = 5  # frames, where a voice is in between
_ROUNDING = 1e-9  # power of the rounding of 16 bits
_RUN = 1.5  # s from one key to the next of a number
_TOGETHER = 4  # keys that make a number, where a voice is in between
_EDGE = 0.05  # s on either side: what a frame may not see of a tone
_NEXT = 1.0  # s beside a number in which less is enough for a key
_COVERED = 0.4  # s beside a number under a voice, where the voice may cover one more key


def find_keys(sound: Sound) -> tuple[Interval, ...]:
    """Return where telephone keys sound in mono sound at 16 kHz: numbers whole, in seconds.

    >>> t = np.arange(8000) / 16000
    >>> key = 0.1 * (np.sin(2 * np.pi * 770 * t) + np.sin(2 * np.pi * 1336 * t))
    >>> find_keys(np.concatenate([np.zeros(16000), key, np.zeros(8000)]).astype(np.float32))
    ((0.93, 1.57),)
    """
    keys, alone = _keys(sound)
    found: list[tuple[Interval, bool, bool]] = []
    for key in range(16):
        for start, end in stretches(keys == key):
            if end - start >= _FEWEST:
                seconds = (start * 0.01 - _EDGE, end * 0.01 + 0.03 + _EDGE)
                pure = bool(alone[start:end].mean() >= 0.5)
                found.append((seconds, pure, pure or end - start >= _STEADY))
    numbers = [
        run
        for run in union((seconds for seconds, _, steady in found if steady), gap=_RUN)
        if _is_number([one for one in found if run[0] <= one[0][0] and one[0][1] <= run[1]])
    ]
    beside = [
        seconds
        for seconds, _, _ in found
        if any(seconds[0] < end + _NEXT and start - _NEXT < seconds[1] for start, end in numbers)
    ]
    voiced = [seconds for seconds, pure, _ in found if not pure and seconds in beside]
    edges = [(start - _COVERED, end + _COVERED) for start, end in voiced]
    length = len(sound) / SAMPLE_RATE
    return tuple(
        (round_ms(max(0.0, start)), round_ms(min(length, end)))
        for start, end in union([*numbers, *beside, *edges], gap=_NEXT)
    )


def _is_number(keys: Sequence[tuple[Interval, bool, bool]]) -> bool:
    steady = sum(steady for _, _, steady in keys)
    return any(pure for _, pure, _ in keys) or steady >= _TOGETHER


def _keys(sound: Sound) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    """The key that sounds in each frame (−1: none), and whether little else does; (frames,)."""
    at = np.arange(_FRAME) / SAMPLE_RATE
    taper = np.hamming(_FRAME)
    waves = np.exp(-2j * np.pi * np.outer(at, (*_LOW, *_HIGH))) * taper[:, None]
    scale = 2 / (taper.sum() ** 2)  # a tone's amplitude squared over two: its power
    keys, alone = [], []
    overlap = np.zeros(0, dtype=np.float32)
    for _, block in blocks(sound, _BLOCK):
        joined = np.concatenate([overlap, block])
        if len(joined) < _FRAME:
            overlap = joined
            continue
        frames = np.lib.stride_tricks.sliding_window_view(joined, _FRAME)[::_STEP]
        overlap = joined[len(frames) * _STEP :]
        tones = np.abs(frames @ waves) ** 2 * scale
        power = np.maximum(np.square(frames, dtype=np.float64).mean(axis=1), _ROUNDING)
        low, high = tones[:, :4], tones[:, 4:]
        low_two, high_two = np.sort(low, axis=1)[:, -2:], np.sort(high, axis=1)[:, -2:]
        both = low_two[:, 1] + high_two[:, 1]
        is_key = (
            (low_two[:, 1] > _LEADS * low_two[:, 0])
            & (high_two[:, 1] > _LEADS * high_two[:, 0])
            & (low_two[:, 1] < _TWIST * high_two[:, 1])
            & (high_two[:, 1] < _TWIST * low_two[:, 1])
            & (both > _SHARE * power)
            & (power > 2 * _ROUNDING)
        )
        number = 4 * low.argmax(axis=1) + high.argmax(axis=1)
        keys.append(np.where(is_key, number, -1).astype(np.int8))
        alone.append(is_key & (both > _ALONE * power))
    if not keys:
        return np.full(0, -1, dtype=np.int8), np.zeros(0, dtype=np.bool_)
    return np.concatenate(keys), np.concatenate(alone)
