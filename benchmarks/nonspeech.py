"""Thirty clips in which nobody speaks: silence, noise and music, made from a fixed seed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

SAMPLE_RATE = 16_000
SECONDS = 12
_C4 = 261.63
_CHORDS = ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14))  # C Am F G, in semitones above C4


def clips() -> Iterator[tuple[str, Samples]]:
    """Yield 30 (name, mono samples at 16 kHz) pairs; the same bytes every time."""
    random = np.random.default_rng(20)
    t = np.arange(SECONDS * SAMPLE_RATE) / SAMPLE_RATE
    yield "digital silence", _float(np.zeros_like(t))
    yield "one-bit dither", _float(random.choice([-1, 0, 1], t.size) / 32768)
    for level in (-70, -60, -50, -40, -30, -20):
        yield f"white noise {level} dB", _float(_at(random.standard_normal(t.size), level))
        yield f"pink noise {level} dB", _float(_at(_colored(random, t.size, 0.5), level))
    for level in (-50, -35, -20):
        yield f"brown noise {level} dB", _float(_at(_colored(random, t.size, 1.0), level))
    yield (
        "mains hum 50 Hz",
        _float(_at(sum(np.sin(2 * np.pi * 50 * k * t) / k for k in (1, 2, 3, 5)), -35)),
    )
    yield "tone 440 Hz", _float(_at(np.sin(2 * np.pi * 440 * t), -20))
    yield "tone 1 kHz", _float(_at(np.sin(2 * np.pi * 1000 * t), -30))
    yield "sweep", _float(_at(np.sin(2 * np.pi * (100 + 150 * t) * t), -25))
    yield "dial tone", _float(_at(np.sin(2 * np.pi * 350 * t) + np.sin(2 * np.pi * 440 * t), -20))
    ringing = (np.sin(2 * np.pi * 440 * t) + np.sin(2 * np.pi * 480 * t)) * (t % 6 < 2)
    yield "ringing", _float(_at(ringing, -20))
    yield "beeps", _float(_at(np.sin(2 * np.pi * 900 * t) * (t % 1 < 0.15), -20))
    yield "clicks", _float(_at((random.random(t.size) < 4 / SAMPLE_RATE) * 1.0, -40))
    yield "chords, sines", _float(_at(_chords(t, harmonics=1), -20))
    yield "chords, organ", _float(_at(_chords(t, harmonics=8), -20))
    yield "melody, plucked", _float(_at(_melody(t), -20))
    yield (
        "chords in pink noise",
        _float(_at(_chords(t, harmonics=6), -25) + _at(_colored(random, t.size, 0.5), -30)),
    )
    yield (
        "breathing noise",
        _float(
            _at(_colored(random, t.size, 0.5) * np.clip(np.sin(2 * np.pi * t / 4), 0, 1) ** 2, -30)
        ),
    )


def _at(wave: NDArray[np.float64], level: float) -> NDArray[np.float64]:
    """Scale to a mean power of `level` dB below full scale."""
    scaled: NDArray[np.float64] = wave * 10 ** (level / 20) / np.sqrt(np.mean(np.square(wave)))
    return scaled


def _colored(random: np.random.Generator, size: int, slope: float) -> NDArray[np.float64]:
    """Noise whose amplitude falls as frequency to the power of -slope."""
    spectrum = np.fft.rfft(random.standard_normal(size))
    spectrum /= np.maximum(np.arange(spectrum.size), 20) ** slope
    return np.fft.irfft(spectrum, size)


def _chords(t: NDArray[np.float64], harmonics: int) -> NDArray[np.float64]:
    out = np.zeros_like(t)
    for index, chord in enumerate(_CHORDS):
        playing = (t // 1.5).astype(int) % len(_CHORDS) == index
        for note in chord:
            pitch = _C4 * 2 ** (note / 12)
            for k in range(1, harmonics + 1):
                out += playing * np.sin(2 * np.pi * pitch * k * t) / k
    return out


def _melody(t: NDArray[np.float64]) -> NDArray[np.float64]:
    notes = np.array([0, 2, 4, 5, 7, 9, 11, 12, 11, 9, 7, 5, 4, 2])
    beat = 0.4
    pitch = _C4 * 2 ** (notes[(t // beat).astype(int) % notes.size] / 12)
    since = t % beat
    return np.exp(-6 * since) * sum(np.sin(2 * np.pi * pitch * k * since) / k for k in (1, 2, 3, 4))


def _float(wave: NDArray[np.float64]) -> Samples:
    return np.clip(wave, -1, 1).astype(np.float32)
