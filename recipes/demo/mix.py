"""Turns on a timeline: gaps, backchannels over the other's speech, a little overlap, room noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from speechkit.audio.decode import resample
from speechkit.core.engines import SAMPLE_RATE
from speechkit.core.time import round_ms

from .script import Script, ScriptTurn, Sentence, sentences

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .voices import Speak

    Samples = NDArray[np.float32]

_LEVEL = 0.06  # RMS of speech, full scale 1: about -24 dBFS
_ASIDE_GAIN = 0.7  # a backchannel is softer
_NOISE = 0.0006  # RMS of the room: 40 dB below speech
_FRAME = SAMPLE_RATE // 100
_LEAD = 0.6  # seconds of room before the first and after the last word
_SEED = 20


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence where it is heard: seconds from the start of the recording, no quiet edges."""

    start: float
    end: float
    role: str
    sentence: Sentence


def mix(script: Script, voices: dict[str, Speak]) -> tuple[Samples, tuple[Spoken, ...]]:
    """Speak the script; return mono samples (n,) at 16 kHz and its sentences in order of time."""
    placed: list[tuple[int, Samples]] = []
    spoken: list[Spoken] = []
    at = _samples(_LEAD)
    for index, turn in enumerate(script.turn):
        pause = script.default_pause if turn.pause is None else turn.pause
        at = max(0, at + (_samples(pause) if index else 0))
        end = _place_turn(script, turn, at, voices, placed, spoken)
        _place_asides(turn, at, end, voices, placed, spoken)
        at = end
    length = max(start + piece.size for start, piece in placed) + _samples(_LEAD)
    samples = room_noise(length)
    for start, piece in placed:
        samples[start : start + piece.size] += piece
    return samples, tuple(sorted(spoken, key=lambda s: (s.start, s.end)))


def room_noise(num_samples: int) -> Samples:
    """Seeded noise that falls 6 dB an octave above 200 Hz, as ventilation does."""
    white = np.random.default_rng(_SEED).standard_normal(num_samples)
    spectrum = np.fft.rfft(white)
    frequency = np.fft.rfftfreq(num_samples, 1 / SAMPLE_RATE)
    noise = np.fft.irfft(spectrum / (1 + frequency / 200), num_samples)
    scaled: Samples = (noise * (_NOISE / noise.std())).astype(np.float32)
    return scaled


def trim(samples: Samples) -> Samples:
    """Cut quiet edges: 10 ms frames more than 40 dB below the loudest one."""
    frames = samples[: samples.size // _FRAME * _FRAME].reshape(-1, _FRAME)
    level = np.sqrt((frames**2).mean(axis=1))
    loud = np.flatnonzero(level > level.max() / 100)
    return samples[loud[0] * _FRAME : (loud[-1] + 1) * _FRAME]


def _place_turn(
    script: Script,
    turn: ScriptTurn,
    at: int,
    voices: dict[str, Speak],
    placed: list[tuple[int, Samples]],
    spoken: list[Spoken],
) -> int:
    for sentence in sentences(turn):
        piece = _say(voices[turn.role], sentence.text)
        placed.append((at, piece))
        spoken.append(_spoken(at, piece, turn.role, sentence))
        end = at + piece.size
        at = end + _samples(script.sentence_pause)
    return end


def _place_asides(
    turn: ScriptTurn,
    start: int,
    end: int,
    voices: dict[str, Speak],
    placed: list[tuple[int, Samples]],
    spoken: list[Spoken],
) -> None:
    other = "patient" if turn.role == "doctor" else "doctor"
    for aside in turn.listener:
        piece = _say(voices[other], aside.text) * np.float32(_ASIDE_GAIN)
        at = start + int((end - start) * aside.at)
        placed.append((at, piece))
        sentence = Sentence(text=aside.text)
        spoken.append(_spoken(at, piece, other, sentence))


def _say(speak: Speak, text: str) -> Samples:
    samples, sample_rate = speak(text)
    piece = trim(resample(samples[np.newaxis], sample_rate, SAMPLE_RATE)[0])
    return piece * np.float32(_LEVEL / np.sqrt((piece**2).mean()))


def _spoken(at: int, piece: Samples, role: str, sentence: Sentence) -> Spoken:
    start, end = round_ms(at / SAMPLE_RATE), round_ms((at + piece.size) / SAMPLE_RATE)
    return Spoken(start=start, end=end, role=role, sentence=sentence)


def _samples(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE)
