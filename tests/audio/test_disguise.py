"""Disguised voices: moved by what was asked, as long as before, the same in whatever slices."""

from __future__ import annotations

from pathlib import Path

import librosa
import numpy as np
import pytest

from speechkit.audio.decode import read_audio
from speechkit.audio.disguise import Piece, disguised, shift_of

RATE = 16_000


def voice(hertz: float, seconds: float) -> np.ndarray:
    """A buzz with the harmonics of a voice of that pitch."""
    at = np.arange(int(seconds * RATE)) / RATE
    return sum(0.2 / k * np.sin(2 * np.pi * hertz * k * at) for k in range(1, 12)).astype(
        np.float32
    )


def pitch(samples: np.ndarray) -> float:
    return float(np.median(librosa.yin(samples, fmin=60, fmax=500, sr=RATE)))


def test_each_piece_moves_by_its_own_amount_and_the_length_stays() -> None:
    sound = np.concatenate([voice(120, 2), voice(220, 2)])
    moved = disguised(sound, RATE, [Piece(0, 2 * RATE, 4), Piece(2 * RATE, 4 * RATE, -4)])
    assert len(moved) == len(sound)
    heard = moved[:]
    assert len(heard) == len(sound)
    assert pitch(heard[8000:24000]) == pytest.approx(120 * 2 ** (4 / 12), rel=0.02)
    assert pitch(heard[40000:56000]) == pytest.approx(220 * 2 ** (-4 / 12), rel=0.02)
    assert np.abs(np.diff(heard)).max() < 2 * np.abs(np.diff(sound)).max()  # no click between


def test_slices_are_the_whole(real_call: Path) -> None:
    samples, rate = read_audio(real_call)
    pieces = [Piece(0, 7 * rate, 3.5), Piece(7 * rate, samples.shape[1], -4.0)]
    whole = disguised(samples[0], rate, pieces)[:]
    again = disguised(samples[0], rate, pieces)
    parts = [again[at : at + 100_003] for at in range(0, len(whole), 100_003)]
    assert np.array_equal(np.concatenate(parts), whole)
    assert not np.allclose(whole, samples[0], atol=0.01)


def test_low_voices_go_up_and_high_ones_down() -> None:
    assert shift_of(voice(110, 3), RATE, 0.0) == 3.0
    assert shift_of(voice(230, 3), RATE, 1.0) == -5.0
    assert shift_of(np.zeros(RATE, np.float32), RATE, 0.5) == 4.0


def test_silence_stays_silent() -> None:
    assert not disguised(np.zeros(RATE, np.float32), RATE, [Piece(0, RATE, 4)])[:].any()
