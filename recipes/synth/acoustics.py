"""From clean voices to a recording: a room with one microphone, near or far, a telephone, a headset
each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec
import numpy as np

from speechkit.audio.decode import resample
from speechkit.core.engines import SAMPLE_RATE

from .mix import NOISE, Timeline, room_noise
from .script import ROLES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

Condition = Literal["room", "phone", "headset", "far"]
CONDITIONS: tuple[Condition, ...] = ("room", "phone", "headset", "far")
DRAWN: tuple[Condition, ...] = ("room", "phone", "headset")  # unless one is asked for
_PHONE_RATE = 8000  # Hz
_PHONE_BAND = (300.0, 3400.0)  # Hz, ITU-T G.712
_MU = 255.0  # ITU-T G.711


class Room(msgspec.Struct, frozen=True):
    """A room and where its microphone stands; ranges to draw from.

    Attributes:
        seconds: reverberation time.
        noise: times the quiet room's.
        reverb: of the reverberant part to the direct sound, RMS.
        loudness: how loud a speaker arrives, of full loudness; each at a distance of their own.
    """

    seconds: tuple[float, float]
    noise: tuple[float, float]
    reverb: float
    loudness: tuple[float, float] = (1.0, 1.0)


_ROOMS = {
    # A small to a middling office, noise 30 to 22 dB below speech; on the desk.
    "room": Room((0.25, 0.5), (3.0, 8.0), 0.35),
    # A bare surgery or a ward, noise 24 to 16 dB below speech; on a shelf, beyond the distance at
    # which the room is as loud as the voice.
    "far": Room((0.4, 0.8), (6.0, 16.0), 1.2, (0.35, 1.0)),
}


def record(timeline: Timeline, condition: Condition, seed: int) -> tuple[Samples, int]:
    """Return samples (channels, n) and their rate; nothing is moved in time.

    `headset` has a channel each, in the order of `ROLES`; the others have one channel.
    """
    dice = np.random.default_rng(seed)
    present = {"doctor", "patient"} | {piece.role for piece in timeline.pieces}
    tracks = [_track(timeline, role) for role in ROLES if role in present]
    if condition == "headset":
        channels = [
            track + room_noise(timeline.num_samples, NOISE, seed + n)
            for n, track in enumerate(tracks)
        ]
        return np.stack(channels), SAMPLE_RATE
    if condition == "phone":
        mixed = sum(tracks[1:], start=tracks[0])
        noisy = mixed + room_noise(timeline.num_samples, 2 * NOISE, seed)
        narrow = resample(_band(noisy)[np.newaxis], SAMPLE_RATE, _PHONE_RATE)[0]
        return _companded(narrow)[np.newaxis], _PHONE_RATE
    room = _ROOMS[condition]
    seconds = dice.uniform(*room.seconds)
    mixed = np.zeros(timeline.num_samples, np.float32)
    for track in tracks:
        mixed = mixed + _in_room(track, room, seconds, dice)
    level = NOISE * dice.uniform(*room.noise)
    noisy = mixed + room_noise(timeline.num_samples, level, seed)
    return noisy.astype(np.float32)[np.newaxis], SAMPLE_RATE


def _track(timeline: Timeline, role: str) -> Samples:
    track = np.zeros(timeline.num_samples, np.float32)
    for piece in timeline.pieces:
        if piece.role == role:
            track[piece.start : piece.start + piece.samples.size] += piece.samples
    return track


def _in_room(track: Samples, room: Room, seconds: float, dice: np.random.Generator) -> Samples:
    """Add reverberation: noise that decays by 60 dB in `seconds`, after the direct sound."""
    length = round(seconds * SAMPLE_RATE)
    decay = 10 ** (-3 * np.arange(length) / length)
    tail = dice.standard_normal(length) * decay
    tail[: SAMPLE_RATE // 200] = 0  # the first reflection comes 5 ms later
    tail *= room.reverb / np.sqrt((tail**2).sum())
    tail[0] = 1.0
    low, high = room.loudness
    if low < high:
        tail *= dice.uniform(low, high)
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
