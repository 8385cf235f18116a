"""Measures against signals whose truth is known by construction."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from speechkit.audio.decode import open_audio, read_audio
from speechkit.audio.measure import measure, measure_blocks

RATE = 16_000


def noise(seconds: float, level_db: float, rate: int = RATE, seed: int = 0) -> np.ndarray:
    """White noise of a given RMS level."""
    size = int(seconds * rate)
    return np.random.default_rng(seed).normal(0, 10 ** (level_db / 20), size).astype(np.float32)


def bursts(seconds: float, level_db: float, rate: int = RATE, duty: float = 0.5) -> np.ndarray:
    """A 1 kHz sine of a given RMS level while it sounds, `duty` of each second."""
    at = np.arange(int(seconds * rate)) / rate
    sine = np.sqrt(2) * 10 ** (level_db / 20) * np.sin(2 * np.pi * 1000 * at)
    return (sine * (at % 1 < duty)).astype(np.float32)


def low_passed(cutoff: float, rate: int, seconds: float = 4) -> np.ndarray:
    """White noise with nothing above `cutoff`, by cutting its spectrum."""
    wave = noise(seconds, -25, rate)
    spectrum = np.fft.rfft(wave)
    spectrum[np.fft.rfftfreq(len(wave), 1 / rate) > cutoff] = 0
    return np.fft.irfft(spectrum, len(wave)).astype(np.float32)


@pytest.mark.parametrize("rate", [8_000, 16_000, 48_000])
@pytest.mark.parametrize("snr", [5, 10, 20, 30, 45])
def test_snr_of_bursts_in_noise(snr: float, rate: int) -> None:
    wave = bursts(10, -20, rate) + noise(10, -20 - snr, rate)
    quality = measure(wave[None], rate)
    assert quality.snr == pytest.approx(snr, abs=1.5)
    assert ("noisy" in quality.flags) == (quality.snr < 10)


def test_noise_alone_is_noisy_and_silence_has_no_snr() -> None:
    assert "noisy" in measure(noise(5, -30)[None], RATE).flags
    silent = measure(np.zeros((1, 3 * RATE), np.float32), RATE)
    assert (silent.snr, silent.silence, silent.bandwidth, silent.peak) == (0, 1, 0, 0)
    assert set(silent.flags) >= {"mostly-silent", "quiet"}
    assert "noisy" not in silent.flags


@pytest.mark.parametrize("duty", [0.1, 0.3, 0.5, 0.8])
@pytest.mark.parametrize("floor", [-100, -50])
def test_share_of_silence(duty: float, floor: float) -> None:
    wave = bursts(20, -20, duty=duty) + noise(20, floor)
    quality = measure(wave[None], RATE)
    assert quality.silence == pytest.approx(1 - duty, abs=0.03)
    assert ("mostly-silent" in quality.flags) == (duty == 0.1)


def test_an_even_sound_is_no_silence_and_an_even_hush_is() -> None:
    assert measure(bursts(5, -20, duty=1)[None], RATE).silence == 0
    assert measure(noise(5, -70)[None], RATE).silence == 1


@pytest.mark.parametrize(
    ("cutoff", "rate"),
    [(3_400, 16_000), (3_400, 48_000), (7_000, 16_000), (7_000, 44_100), (15_000, 48_000)],
)
def test_bandwidth_of_low_passed_noise(cutoff: float, rate: int) -> None:
    quality = measure(low_passed(cutoff, rate)[None], rate)
    assert quality.bandwidth == pytest.approx(cutoff, abs=150)
    assert ("narrow-band" in quality.flags) == (cutoff < 4_200)


def test_eight_kilohertz_is_narrow_and_sixteen_is_not() -> None:
    assert "narrow-band" in measure(noise(2, -30, 8_000)[None], 8_000).flags
    assert "narrow-band" not in measure(noise(2, -30)[None], RATE).flags


@pytest.mark.parametrize("scale", [1.0, 0.4])
def test_share_of_clipped_samples(scale: float) -> None:
    # A sine of amplitude 2 cut at 1 lies beyond ±1 for 2/3 of the time: |sin| > 1/2.
    at = np.arange(4 * RATE) / RATE
    wave = np.clip(2 * np.sin(2 * np.pi * 100 * at), -1, 1) * scale
    quality = measure(np.round(wave[None] * 32767).astype(np.float32) / 32768, RATE)
    assert quality.clipping == pytest.approx(2 / 3, abs=0.05)
    assert "clipped" in quality.flags


def test_a_loud_sine_is_not_clipped() -> None:
    at = np.arange(4 * RATE) / RATE
    wave = np.round(0.98 * np.sin(2 * np.pi * 200 * at) * 32767) / 32768
    quality = measure(wave[None].astype(np.float32), RATE)
    assert quality.clipping == 0
    assert quality.peak == pytest.approx(0.98, abs=1e-3)


def test_offset_level_and_length() -> None:
    shifted = measure(np.stack([bursts(3, -20), bursts(3, -20) + 0.05]), RATE)
    assert "dc-offset" in shifted.flags  # in one channel of two
    assert "dc-offset" not in measure(bursts(3, -20)[None], RATE).flags
    assert shifted.silence == pytest.approx(0.5, abs=0.03)  # an offset is no sound
    faint = measure((bursts(3, -55) + noise(3, -85))[None], RATE)
    assert "quiet" in faint.flags
    assert "quiet" not in measure((bursts(3, -35) + noise(3, -85))[None], RATE).flags
    assert "short" in measure(bursts(0.9, -20)[None], RATE).flags
    assert "short" not in measure(bursts(1.0, -20)[None], RATE).flags
    assert "truncated" in measure(bursts(3, -20)[None], RATE, truncated=True).flags


@pytest.mark.parametrize("num_samples", [1, 100, 319, 321])
def test_very_few_samples_are_measured_without_complaint(num_samples: int) -> None:
    assert "short" in measure(np.full((2, num_samples), 0.1, np.float32), RATE).flags


def test_blocks_make_no_difference() -> None:
    wave = np.stack([bursts(7, -20) + noise(7, -40), noise(7, -30, seed=1)])
    whole = measure(wave, RATE)
    cuts = np.random.default_rng(0).integers(0, wave.shape[1], 50)
    blocks = np.split(wave, np.sort(cuts), axis=1)
    assert measure_blocks(blocks, RATE) == whole


def test_an_hour_takes_seconds() -> None:
    minute = (bursts(60, -20) + noise(60, -50))[None]
    start = time.process_time()
    quality = measure_blocks((minute for _ in range(60)), RATE)
    assert time.process_time() - start < 20  # about 2 s on an idle core
    assert quality.snr == pytest.approx(30, abs=1.5)


def test_a_real_call_is_telephone_band(real_call: Path) -> None:
    samples, rate = read_audio(real_call)
    quality = measure(samples, rate)
    assert rate == 16_000
    assert "narrow-band" in quality.flags  # sampled up from 8 kHz
    with open_audio(real_call) as stream:
        assert measure_blocks(stream, rate) == quality


@pytest.mark.data
def test_a_recording_without_speech_is_noisy(shared_data: Path) -> None:
    samples, rate = read_audio(shared_data / "picovoice_8lang" / "empty.wav")
    assert "noisy" in measure(samples, rate).flags
