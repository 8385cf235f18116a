"""Turns on a timeline: gaps, backchannels over the other's speech, a little overlap, room noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from speechkit.audio.decode import resample
from speechkit.core.engines import SAMPLE_RATE
from speechkit.core.time import round_ms
from speechkit.core.types import Word

from .script import Script, ScriptTurn, Sentence, sentences

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from .voices import Speak

    Samples = NDArray[np.float32]

_LEVEL = 0.06  # RMS of speech, full scale 1: about -24 dBFS
_ASIDE_GAIN = 0.7  # a backchannel is softer
NOISE = 0.0006  # RMS of the room: 40 dB below speech
_FRAME = SAMPLE_RATE // 100
_LEAD = 0.6  # seconds of room before the first and after the last word
_SEED = 20
_PAUSE = 0.05  # seconds; less is the closure of a consonant


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence where it is heard: seconds from the start of the recording, no quiet edges.

    `words` is empty where the voice does not tell when it says them.
    """

    start: float
    end: float
    role: str
    sentence: Sentence
    words: tuple[Word, ...] = ()


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """Samples (n,) at 16 kHz, and where they begin."""

    start: int
    role: str
    samples: Samples


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """What everybody says when; pieces in the order of the script, `spoken` in order of time."""

    pieces: tuple[Piece, ...]
    spoken: tuple[Spoken, ...]
    num_samples: int


def mix(script: Script, voices: Mapping[str, Speak]) -> tuple[Samples, tuple[Spoken, ...]]:
    """Speak the script; return mono samples (n,) at 16 kHz and its sentences in order of time."""
    timeline = place(script, voices)
    samples = room_noise(timeline.num_samples)
    for piece in timeline.pieces:
        samples[piece.start : piece.start + piece.samples.size] += piece.samples
    return samples, timeline.spoken


def place(script: Script, voices: Mapping[str, Speak]) -> Timeline:
    """Speak the script; lay its sentences out in time."""
    pieces: list[Piece] = []
    spoken: list[Spoken] = []
    at = _samples(_LEAD)
    for index, turn in enumerate(script.turn):
        pause = script.default_pause if turn.pause is None else turn.pause
        at = max(0, at + (_samples(pause) if index else 0))
        end = _place_turn(script, turn, at, voices, pieces, spoken)
        _place_asides(turn, at, end, voices, pieces, spoken)
        at = end
    length = max(piece.start + piece.samples.size for piece in pieces) + _samples(_LEAD)
    in_order = tuple(sorted(spoken, key=lambda s: (s.start, s.end)))
    return Timeline(pieces=tuple(pieces), spoken=in_order, num_samples=length)


def room_noise(num_samples: int, level: float = NOISE, seed: int = _SEED) -> Samples:
    """Seeded noise of RMS `level` that falls 6 dB an octave above 200 Hz, as ventilation does."""
    white = np.random.default_rng(seed).standard_normal(num_samples)
    spectrum = np.fft.rfft(white)
    frequency = np.fft.rfftfreq(num_samples, 1 / SAMPLE_RATE)
    noise = np.fft.irfft(spectrum / (1 + frequency / 200), num_samples)
    scaled: Samples = (noise * (level / noise.std())).astype(np.float32)
    return scaled


def loud_part(samples: Samples) -> slice:
    """Return the part without quiet edges: 10 ms frames more than 40 dB below the loudest one."""
    frames = samples[: samples.size // _FRAME * _FRAME].reshape(-1, _FRAME)
    level = np.sqrt((frames**2).mean(axis=1))
    loud = np.flatnonzero(level > level.max() / 100)
    return slice(int(loud[0]) * _FRAME, (int(loud[-1]) + 1) * _FRAME)


def _place_turn(
    script: Script,
    turn: ScriptTurn,
    at: int,
    voices: Mapping[str, Speak],
    pieces: list[Piece],
    spoken: list[Spoken],
) -> int:
    for sentence in sentences(turn):
        end = _say(voices[turn.role], turn.role, sentence, at, 1.0, pieces, spoken)
        at = end + _samples(script.sentence_pause)
    return end


def _place_asides(
    turn: ScriptTurn,
    start: int,
    end: int,
    voices: Mapping[str, Speak],
    pieces: list[Piece],
    spoken: list[Spoken],
) -> None:
    other = "patient" if turn.role == "doctor" else "doctor"
    for aside in turn.listener:
        at = start + int((end - start) * aside.at)
        sentence = Sentence(text=aside.text)
        _say(voices[other], other, sentence, at, _ASIDE_GAIN, pieces, spoken)


def _say(
    speak: Speak,
    role: str,
    sentence: Sentence,
    at: int,
    gain: float,
    pieces: list[Piece],
    spoken: list[Spoken],
) -> int:
    """Say a sentence from sample `at` on; return the sample at which it ends."""
    speech = speak(sentence.text)
    whole = resample(speech.samples[np.newaxis], speech.sample_rate, SAMPLE_RATE)[0]
    part = loud_part(whole)
    samples = whole[part]
    samples = samples * np.float32(_LEVEL / np.sqrt((samples**2).mean()))
    pieces.append(Piece(start=at, role=role, samples=samples * np.float32(gain)))
    end = at + samples.size
    shift = (at - part.start) / SAMPLE_RATE
    first, last = round_ms(at / SAMPLE_RATE), round_ms(end / SAMPLE_RATE)
    words = []
    texts = sentence.text.split() if speech.words else []
    for text, (start, stop) in zip(texts, speech.words, strict=True):
        heard = _heard_until(whole, start, stop) + shift
        begun = min(max(round_ms(start + shift), first), last)
        words.append(Word(text=text, start=begun, end=min(max(round_ms(heard), begun), last)))
    spoken.append(Spoken(start=first, end=last, role=role, sentence=sentence, words=tuple(words)))
    return end


def _heard_until(samples: Samples, start: float, end: float) -> float:
    """Return when a word falls silent: voices count the pause after it as part of it."""
    part = samples[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)]
    frames = part[: part.size // _FRAME * _FRAME].reshape(-1, _FRAME)
    level = np.abs(frames).max(axis=1, initial=0)
    loud = np.flatnonzero(level > np.abs(samples).max() / 100)
    if not loud.size:
        return end
    heard = start + (int(loud[-1]) + 1) * _FRAME / SAMPLE_RATE
    return heard if end - heard >= _PAUSE else end


def _samples(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE)
