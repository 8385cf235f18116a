"""Loudness, dropouts and crosstalk: against a reference implementation and signals made for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soxr

from speechkit.audio.decode import read_audio
from speechkit.audio.loudness import LoudnessMeter
from speechkit.audio.measure import measure

RATE = 16_000


def loudness(wave: np.ndarray, rate: int, blocks: int = 1) -> float | None:
    meter = LoudnessMeter(rate)
    for block in np.array_split(wave, blocks, axis=1):
        meter.add(block)
    return meter.loudness()


def noise(seconds: float, level_db: float, seed: int = 0) -> np.ndarray:
    size = int(seconds * RATE)
    return np.random.default_rng(seed).normal(0, 10 ** (level_db / 20), size).astype(np.float32)


def turns(seconds: float, level_db: float, *, odd: bool) -> np.ndarray:
    """A second of noise in four: two of these never speak at once, and pause between."""
    speaking = (np.arange(int(seconds * RATE)) // RATE) % 4 == 2 * odd
    return noise(seconds, level_db, seed=odd) * speaking


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000])
def test_a_full_scale_sine_reads_as_the_standard_says(rate: int) -> None:
    sine = np.sin(2 * np.pi * 997 * np.arange(5 * rate) / rate)[None]
    assert loudness(sine, rate) == pytest.approx(-3.01, abs=0.05)  # ITU-R BS.1770, annex 1
    assert loudness(sine / 10, rate, blocks=7) == pytest.approx(-23.01, abs=0.05)


def test_loudness_is_what_torchaudio_measures() -> None:
    rate = 48_000  # the standard's own
    torch = pytest.importorskip("torch")
    functional = pytest.importorskip("torchaudio.functional")
    random = np.random.default_rng(1)
    swell = np.abs(np.sin(np.arange(20 * rate) / rate)) ** 4
    wave = (0.1 * random.standard_normal((2, 20 * rate)) * swell).astype(np.float32)
    expected = float(functional.loudness(torch.from_numpy(wave), rate))
    assert loudness(wave, rate, blocks=13) == pytest.approx(expected, abs=0.1)


def test_loudness_does_not_depend_on_the_sample_rate(real_call: Path) -> None:
    samples, rate = read_audio(real_call)
    upsampled = soxr.resample(samples.T, rate, 48_000).T
    assert loudness(samples, rate) == pytest.approx(loudness(upsampled, 48_000), abs=0.1)


def test_what_is_too_short_or_too_quiet_has_no_loudness() -> None:
    assert measure(noise(0.3, -20)[None], RATE).loudness is None
    assert measure(np.zeros((1, 5 * RATE), np.float32), RATE).loudness is None


@pytest.mark.parametrize("milliseconds", [15, 40, 500])
def test_sound_that_breaks_off_is_a_dropout(milliseconds: int) -> None:
    wave = noise(20, -25)[None]
    assert "dropouts" not in measure(wave, RATE).flags
    broken = wave.copy()
    broken[:, 5 * RATE + 77 : 5 * RATE + 77 + milliseconds * RATE // 1000] = 0
    assert "dropouts" in measure(broken, RATE).flags


def test_a_gate_that_fades_and_a_long_pause_are_no_dropouts() -> None:
    wave = noise(20, -25)[None]
    fade = np.linspace(1, 0, RATE // 20, dtype=np.float32)
    faded = wave.copy()
    faded[:, 5 * RATE - len(fade) : 5 * RATE] *= fade
    faded[:, 5 * RATE : 5 * RATE + 800] = 0
    faded[:, 5 * RATE + 800 : 5 * RATE + 800 + len(fade)] *= fade[::-1]
    paused = wave.copy()
    paused[:, 5 * RATE : 8 * RATE] = 0
    assert "dropouts" not in measure(faded, RATE).flags
    assert "dropouts" not in measure(paused, RATE).flags


@pytest.mark.parametrize(("leak_db", "heard"), [(-12, True), (-30, True), (-60, False)])
def test_a_channel_that_holds_the_other_speaker_has_crosstalk(leak_db: float, heard: bool) -> None:
    doctor, patient = turns(20, -25, odd=False), turns(20, -25, odd=True)
    leak = 10 ** (leak_db / 20)
    both = np.stack([doctor + leak * patient, patient + leak * doctor])
    quality = measure(both + np.stack([noise(20, -75, 8), noise(20, -75, 9)]), RATE)
    assert ("crosstalk" in quality.flags) == heard
    assert "same-channels" not in quality.flags


def test_one_microphone_on_two_channels_is_told() -> None:
    mono = turns(10, -25, odd=False) + noise(10, -60, 3)
    quality = measure(np.stack([mono, mono]), RATE)
    assert "same-channels" in quality.flags
    assert "crosstalk" not in quality.flags
    assert "same-channels" not in measure(np.zeros((2, RATE), np.float32), RATE).flags
