"""Two-speaker conversations spliced from real utterances, with exact times of who speaks when.

Each speaker's recordings are cut at pauses into phrases of a few seconds; the phrases of two
speakers of the same collection (so that no microphone gives them away) are laid out in turns, with
pauses, some overlap and backchannels. The reference is where a phrase stands out from the quiet. Speakers are divided into halves: one to choose settings on, the other to
report on. Everything follows from the seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, sosfiltfilt

from speechkit.audio.decode import read_audio, resample, to_mono

RATE = 16_000
Samples = NDArray[np.float32]
Phrase = tuple[Samples, list[tuple[int, int]]]  # sound, and where in it somebody speaks
Half = Literal["tune", "report"]
CONDITIONS = ("clean", "room", "telephone")
_FRAME = RATE // 100
_PAUSE = 0.3  # seconds of quiet at which a recording is cut
_SHORT = 0.9  # seconds that a backchannel lasts at most


@dataclass(frozen=True)
class Conversation:
    """Samples (n,) at 16 kHz and who speaks when, as (start, end, speaker) in seconds."""

    name: str
    condition: str
    samples: Samples
    reference: tuple[tuple[float, float, str], ...]


def conversations(data: Path, half: Half, *, length: float = 30.0) -> Iterator[Conversation]:
    """Yield a conversation per pair of speakers and condition."""
    for collection, speakers in _collections(data).items():
        mine = sorted(speakers)[0 if half == "tune" else 1 :: 2]
        for a, b in combinations(mine, 2):
            for condition in CONDITIONS:
                seed = [ord(c) for c in f"{collection}/{a}/{b}/{condition}"]
                rng = np.random.default_rng(seed)
                phrases = {name: _phrases(collection, speakers[name], rng) for name in (a, b)}
                yield _spliced(f"{collection}/{a}+{b}", condition, phrases, length, rng)


def activity(samples: Samples) -> list[tuple[int, int]]:
    """Return (start, end) in samples of what stands out from the quiet, cut at pauses of 0.3 s."""
    frames = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME)
    level = 10 * np.log10((frames.astype(np.float64) ** 2).mean(axis=1) + 1e-10)
    floor, peak = np.percentile(level, [5, 98])
    loud = np.flatnonzero(level > max(peak - 32, floor + 8))
    runs: list[tuple[int, int]] = []
    for index in loud:
        if runs and index - runs[-1][1] < _PAUSE * 100:
            runs[-1] = (runs[-1][0], int(index) + 1)
        else:
            runs.append((int(index), int(index) + 1))
    return [(start * _FRAME, end * _FRAME) for start, end in runs if end - start >= 12]


def _collections(data: Path) -> dict[str, dict[str, list[Path]]]:
    """Return collection → speaker → files. The same woman speaks English and Spanish Asterisk."""
    found: dict[str, dict[str, list[Path]]] = {"alnum": {}, "digits": {}, "prompts": {}}
    for path in sorted((data / "alnum_phi_accents").glob("*.flac")):
        found["alnum"].setdefault(path.stem.split("_R_")[1], []).append(path)
    for path in sorted((data / "fsdd_digits_accents").glob("*.wav")):
        found["digits"].setdefault(path.stem.split("_")[1], []).append(path)
    voices = {"en": "allison", "fr": "june", "it": "carlo", "ru": "maxim"}
    for language, voice in voices.items():
        files = sorted((data / "asterisk_prompts_5lang" / language).glob("*.wav"))
        found["prompts"][voice] = files
    return found


def _phrases(collection: str, files: list[Path], rng: np.random.Generator) -> list[Phrase]:
    """Cut a speaker's files into phrases of one to five seconds, all equally loud."""
    phrases: list[Phrase] = []
    words: list[Samples] = []
    for index in rng.permutation(len(files)):
        samples, sample_rate = read_audio(files[index])
        mono = resample(to_mono(samples)[None], sample_rate, RATE)[0]
        if collection == "digits":  # one word a file, cut close already
            words.append(mono)
            continue
        group: list[tuple[int, int]] = []
        longest = rng.uniform(1, 5) * RATE
        for run in activity(mono):
            if group and run[1] - group[0][0] > longest:
                phrases.append(_phrase(mono, group))
                group, longest = [], rng.uniform(1, 5) * RATE
            group.append(run)
        if group:
            phrases.append(_phrase(mono, group))
    if words:
        phrases = [(number, [(0, len(number))]) for number in _numbers(words, rng)]
    return [(sound * (0.05 / (np.sqrt(np.mean(sound**2)) + 1e-6)), runs) for sound, runs in phrases]


def _phrase(mono: Samples, runs: list[tuple[int, int]]) -> Phrase:
    first = runs[0][0]
    return mono[first : runs[-1][1]], [(start - first, end - first) for start, end in runs]


def _numbers(digits: list[Samples], rng: np.random.Generator) -> Iterator[Samples]:
    """Say one to seven digits after another, as in a telephone number."""
    at = 0
    while at < len(digits):
        count = int(rng.integers(1, 8))
        gap = np.zeros(int(rng.uniform(0.02, 0.12) * RATE), dtype=np.float32)
        parts = [part for digit in digits[at : at + count] for part in (digit, gap)]
        yield np.concatenate(parts[:-1])
        at += count


def _spliced(
    name: str,
    condition: str,
    phrases: dict[str, list[Phrase]],
    length: float,
    rng: np.random.Generator,
) -> Conversation:
    tracks = {speaker: np.zeros(int((length + 40) * RATE), np.float32) for speaker in phrases}
    reference: list[tuple[float, float, str]] = []
    left = {speaker: list(stock) for speaker, stock in phrases.items()}
    order = list(phrases)
    at = float(rng.uniform(0.2, 1.0))

    def say(speaker: str, phrase: Phrase, start: float) -> float:
        first, (sound, runs) = int(start * RATE), phrase
        tracks[speaker][first : first + len(sound)] += sound
        reference.extend(((first + a) / RATE, (first + b) / RATE, speaker) for a, b in runs)
        return (first + len(sound)) / RATE

    turn = int(rng.integers(2))
    while at < length and all(left.values()):
        speaker, other = order[turn % 2], order[(turn + 1) % 2]
        begin = at
        for _ in range(int(rng.integers(1, 3))):
            if left[speaker] and at < length:
                at = say(speaker, left[speaker].pop(), at) + float(rng.uniform(0.05, 0.5))
        short = [i for i, phrase in enumerate(left[other]) if len(phrase[0]) < _SHORT * RATE]
        if short and at - begin > 2.5 and rng.random() < 0.3:
            say(other, left[other].pop(short[0]), float(rng.uniform(begin + 0.8, at - 1.2)))
        at += float(rng.uniform(-0.9, -0.3) if rng.random() < 0.25 else rng.uniform(0.0, 0.7))
        turn += 1
    end = int((max(r[1] for r in reference) + 0.5) * RATE)
    heard = _heard({speaker: track[:end] for speaker, track in tracks.items()}, condition, rng)
    return Conversation(name, condition, heard, tuple(sorted(reference)))


def _heard(tracks: dict[str, Samples], condition: str, rng: np.random.Generator) -> Samples:
    """Mix the speakers as a close microphone, a table microphone or a telephone hears them."""
    gains = {speaker: 10 ** (rng.uniform(-4, 4) / 20) for speaker in tracks}
    voices = [track * gains[speaker] for speaker, track in tracks.items()]
    if condition == "room":
        voices = [fftconvolve(voice, _room(rng))[: len(voice)] for voice in voices]
    mix = np.sum(voices, axis=0)
    noise_db = {"clean": -45, "room": -25, "telephone": -30}[condition]
    level = np.sqrt(np.mean(mix**2))
    mix = mix + rng.normal(0, level * 10 ** (noise_db / 20), len(mix))
    if condition == "telephone":
        mix = sosfiltfilt(butter(4, (300, 3400), "bandpass", fs=RATE, output="sos"), mix)
        mix = _mu_law(mix / (np.abs(mix).max() + 1e-9)) * 0.5
    return np.ascontiguousarray(mix / max(1.0, np.abs(mix).max()), dtype=np.float32)


def _room(rng: np.random.Generator) -> Samples:
    """A direct path, then noise that decays by 60 dB within 0.3 to 0.6 s."""
    decay = rng.uniform(0.3, 0.6)
    times = np.arange(int(decay * RATE)) / RATE
    tail = rng.normal(0, 1, len(times)) * 10 ** (-3 * times / decay)
    tail *= np.sqrt(10 ** (-rng.uniform(0, 6) / 10) / np.sum(tail**2))
    tail[: int(0.003 * RATE)] = 0
    tail[0] = 1
    return tail.astype(np.float32)


def _mu_law(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round to G.711's 8 bits."""
    coded = np.round(np.sign(samples) * np.log1p(255 * np.abs(samples)) / np.log(256) * 127) / 127
    return np.asarray(np.sign(coded) * (256 ** np.abs(coded) - 1) / 255)
