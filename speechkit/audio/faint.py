"""Faint and covered speech: what can be heard after removing noise and turning up the volume.

A voice detector and a recognizer expect usual levels: a sentence 50 dB softer than the one before,
or under steady hum, is silence to them and plain speech to an attacker with a free editor. So a
second version of each sound is looked at: steady noise taken away, and each stretch amplified to the
level of usual speech by itself. What speaks in that version only is played to the recognizers from
it; everything else stays as it was recorded, to the sample.

Source of the noise floor: Martin, "Noise power spectral density estimation based on optimal smoothing
and minimum statistics", IEEE Trans. Speech and Audio Processing 9 (2001); here a low percentile of
each frequency over a minute.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from speechkit.audio.sound import Lazy, blocks
from speechkit.core.engines import SAMPLE_RATE, DetectVoice, Sound
from speechkit.core.time import Interval, subtract, union

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

_TARGET = 10 ** (-28 / 20)  # root mean square that faint stretches are amplified to
_MOST_GAIN = 10 ** (66 / 20)
_ROUNDING = 10 ** (-88 / 20)  # the rounding of 16 bits is never turned up to a voice
_FRAME = SAMPLE_RATE // 100  # 10 ms
_SMOOTHING = 5  # frames over which a level is taken,
_NEARBY = 15  # and on either side of which the loudest counts: a loud word is never turned up

_PIECE = 60 * SAMPLE_RATE  # samples that are cleaned together
_CONTEXT = SAMPLE_RATE // 2  # samples on either side of them
_FFT = 512
_FLOOR_PERCENTILE = 20
_FLOOR_FACTOR = 2.5  # how far above its floor a frequency counts as noise still
_LEFT = 0.02  # what stays of noise: −34 dB
_LOWEST = 120.0  # Hz: below lie hum and rumble, no words

_SOFT = 10 ** (-48 / 20)  # root mean square below which speech is found and badly understood
_SHORTEST = 0.25  # s: a voice that is heard only here is looked at from this length on
_AROUND = 0.2  # s beside known speech, where its own tail is heard
_EDGE = 0.3  # s beside faint speech that are played from the same version


class Voices(msgspec.Struct, frozen=True, kw_only=True):
    """Where there is speech, in seconds: `plain`, loud enough as recorded; `faint`, so soft or so
    covered that noise has to be taken away and the volume turned up. Each sorted and disjoint."""

    plain: tuple[Interval, ...] = ()
    faint: tuple[Interval, ...] = ()

    @property
    def all(self) -> tuple[Interval, ...]:
        """Plain and faint speech together."""
        return union([*self.plain, *self.faint])


def find_voices(sound: Sound, detect: DetectVoice) -> Voices:
    """Return where there is speech in mono sound at 16 kHz, however soft."""
    plain = detect(sound)
    known = [(start - _AROUND, end + _AROUND) for start, end in plain]
    more = subtract(detect(brought_up(sound)), known)
    covered = [(start, end) for start, end in more if end - start >= _SHORTEST]
    soft = [interval for interval in plain if _level(sound, interval) < _SOFT]
    return Voices(plain=subtract(plain, soft), faint=union([*covered, *soft]))


def audible(sound: Sound, faint: Sequence[Interval]) -> Sound:
    """Return the sound with its faint speech (seconds) amplified; itself where there is none."""
    if not faint:
        return sound
    length = len(sound) / SAMPLE_RATE
    wide = union((max(0.0, start - _EDGE), min(length, end + _EDGE)) for start, end in faint)
    spans = [(round(start * SAMPLE_RATE), round(end * SAMPLE_RATE)) for start, end in wide]
    louder = brought_up(sound)

    def read(first: int, last: int) -> Samples:
        out = np.array(sound[first:last], dtype=np.float32)
        for start, end in spans:
            low, high = max(first, start), min(last, end)
            if low < high:
                out[low - first : high - first] = louder[low:high]
        return out

    return Lazy(len(sound), read)


def brought_up(sound: Sound) -> Sound:
    """Return mono sound at 16 kHz without its steady noise, soft stretches as loud as others."""
    clean = without_noise(sound)
    gains = _gains(clean)

    def read(first: int, last: int) -> Samples:
        at = np.arange(first, last, dtype=np.float64) / _FRAME - 0.5
        gain = np.interp(at, np.arange(len(gains)), gains)
        out: Samples = np.clip(clean[first:last] * gain, -1, 1).astype(np.float32)
        return out

    return Lazy(len(sound), read)


def without_noise(sound: Sound) -> Sound:
    """Return mono sound at 16 kHz with what sounds all the time taken away, minute by minute."""

    @lru_cache(maxsize=2)
    def piece(number: int) -> Samples:
        start = number * _PIECE
        low, high = max(0, start - _CONTEXT), min(len(sound), start + _PIECE + _CONTEXT)
        cleaned = _gated(np.asarray(sound[low:high], dtype=np.float32))
        return cleaned[start - low : start - low + _PIECE]

    def read(first: int, last: int) -> Samples:
        if last <= first:
            return np.zeros(0, dtype=np.float32)
        numbers = range(first // _PIECE, (last - 1) // _PIECE + 1)
        joined = np.concatenate([piece(number) for number in numbers])
        offset = first - numbers[0] * _PIECE
        return joined[offset : offset + last - first]

    return Lazy(len(sound), read)


def _gated(samples: Samples) -> Samples:
    from scipy.ndimage import uniform_filter1d
    from scipy.signal import istft, stft

    if len(samples) < _FFT:
        return samples
    frequencies, _, spectrum = stft(samples, SAMPLE_RATE, nperseg=_FFT)
    magnitude = np.abs(spectrum)
    sounding = magnitude.max(axis=0) > 0  # dead stretches say nothing about the noise
    if not sounding.any():
        return np.zeros_like(samples)
    floor = np.percentile(magnitude[:, sounding], _FLOOR_PERCENTILE, axis=1)[:, None]
    gain = np.clip(1 - _FLOOR_FACTOR * floor / np.maximum(magnitude, 1e-12), _LEFT, 1)
    gain = uniform_filter1d(gain, 3, axis=1)  # single frames that stick out chirp
    gain[frequencies < _LOWEST] = 0
    _, cleaned = istft(spectrum * gain, SAMPLE_RATE, nperseg=_FFT)
    out: Samples = cleaned[: len(samples)].astype(np.float32)
    return np.pad(out, (0, len(samples) - len(out)))


def _level(sound: Sound, interval: Interval) -> float:
    """Root mean square of an interval in seconds."""
    samples = sound[round(interval[0] * SAMPLE_RATE) : round(interval[1] * SAMPLE_RATE)]
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if len(samples) else 0.0


def _gains(sound: Sound) -> NDArray[np.float64]:
    """What each 10 ms is multiplied by, shape (frames,)."""
    from scipy.ndimage import maximum_filter1d, uniform_filter1d

    power = []
    for _, block in blocks(sound, 6_000 * _FRAME):
        padded = np.pad(block.astype(np.float64), (0, -len(block) % _FRAME))
        power.append((padded.reshape(-1, _FRAME) ** 2).mean(axis=1))
    if not power:
        return np.ones(1)
    level = np.sqrt(np.maximum(uniform_filter1d(np.concatenate(power), _SMOOTHING), 0.0))
    loudest = maximum_filter1d(level, 2 * _NEARBY + 1)
    gain = np.clip(_TARGET / np.maximum(loudest, _ROUNDING), 1.0, _MOST_GAIN)
    return np.asarray(np.where(loudest > _ROUNDING, gain, 1.0))
