"""From clean voices to a recording: a room with one microphone, a telephone, a headset each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from speechkit.audio.decode import resample
from speechkit.core.engines import SAMPLE_RATE

from .mix import NOISE, Timeline, room_noise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

Condition = Literal["room", "phone", "headset"]
CONDITIONS: tuple[Condition, ...] = ("room", "phone", "headset")
_PHONE_RATE = 8000  # Hz
_PHONE_BAND = (300.0, 3400.0)  # Hz, ITU-T G.712
_MU = 255.0  # ITU-T G.711
_ROOM_SECONDS = (0.25, 0.5)  # reverberation time, of a small to a middling office
_ROOM_NOISE = (3.0, 8.0)  # times the quiet room's: 30 to 22 dB below speech
_REVERB_LEVEL = 0.35  # of the reverberant part to the direct sound, RMS


def record(timeline: Timeline, condition: Condition, seed: int) -> tuple[Samples, int]:
    """Return samples (channels, n) and their rate; nothing is moved in time.

    `headset` has a channel each, the doctor's first; the others have one channel.
    """
    dice = np.random.default_rng(seed)
    tracks = {role: _track(timeline, role) for role in ("doctor", "patient")}
    if condition == "headset":
        noise = [room_noise(timeline.num_samples, NOISE, seed + n) for n in range(2)]
        return np.stack([tracks["doctor"] + noise[0], tracks["patient"] + noise[1]]), SAMPLE_RATE
    if condition == "phone":
        mixed = tracks["doctor"] + tracks["patient"]
        noisy = mixed + room_noise(timeline.num_samples, 2 * NOISE, seed)
        narrow = resample(_band(noisy)[np.newaxis], SAMPLE_RATE, _PHONE_RATE)[0]
        return _companded(narrow)[np.newaxis], _PHONE_RATE
    seconds = dice.uniform(*_ROOM_SECONDS)
    mixed = sum(
        (_in_room(track, seconds, dice) for track in tracks.values()),
        start=np.zeros(timeline.num_samples, np.float32),
    )
    level = NOISE * dice.uniform(*_ROOM_NOISE)
    noisy = mixed + room_noise(timeline.num_samples, level, seed)
    return noisy.astype(np.float32)[np.newaxis], SAMPLE_RATE


def _track(timeline: Timeline, role: str) -> Samples:
    track = np.zeros(timeline.num_samples, np.float32)
    for piece in timeline.pieces:
        if piece.role == role:
            track[piece.start : piece.start + piece.samples.size] += piece.samples
    return track


def _in_room(track: Samples, seconds: float, dice: np.random.Generator) -> Samples:
    """Add reverberation: noise that decays by 60 dB in `seconds`, after the direct sound."""
    length = round(seconds * SAMPLE_RATE)
    decay = 10 ** (-3 * np.arange(length) / length)
    tail = dice.standard_normal(length) * decay
    tail[: SAMPLE_RATE // 200] = 0  # the first reflection comes 5 ms later
    tail *= _REVERB_LEVEL / np.sqrt((tail**2).sum())
    tail[0] = 1.0
    size = track.size + length - 1
    wet = np.fft.irfft(np.fft.rfft(track, size) * np.fft.rfft(tail, size), size)
    samples: Samples = wet[: track.size].astype(np.float32)
    return samples


def _band(samples: Samples) -> Samples:
    spectrum = np.fft.rfft(samples)
    frequency = np.fft.rfftfreq(samples.size, 1 / SAMPLE_RATE)
    low, high = _PHONE_BAND
    # Slopes of an octave, so that the filter does not ring.
    gain = np.clip((frequency - low / 2) / (low / 2), 0, 1)
    gain *= np.clip((high * 1.15 - frequency) / (high * 0.15), 0, 1)
    filtered: Samples = np.fft.irfft(spectrum * gain, samples.size).astype(np.float32)
    return filtered


def _companded(samples: Samples) -> Samples:
    """Through 8 bits of mu-law and back."""
    loud = np.clip(samples, -1, 1)
    pressed = np.sign(loud) * np.log1p(_MU * np.abs(loud)) / np.log1p(_MU)
    coded = np.round(pressed * 127) / 127
    back: Samples = (np.sign(coded) * np.expm1(np.abs(coded) * np.log1p(_MU)) / _MU).astype(
        np.float32
    )
    return back
