"""Reading at another rate in blocks equals reading it whole and resampling that."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile

from speechkit.audio import read
from speechkit.audio.decode import read_audio, resample, to_mono
from speechkit.audio.read import read_resampled


@pytest.mark.parametrize("sample_rate", [8_000, 16_000, 44_100])
@pytest.mark.parametrize("mono", [False, True])
def test_equals_one_shot(tmp_path: Path, sample_rate: int, mono: bool) -> None:
    samples = np.random.default_rng(1).uniform(-0.5, 0.5, (5 * sample_rate, 2))
    path = tmp_path / "noise.wav"
    soundfile.write(path, samples, sample_rate, subtype="PCM_16")
    whole, rate = read_audio(path)
    expected = resample(to_mono(whole)[None] if mono else whole, rate, 16_000)
    np.testing.assert_array_equal(read_resampled(path, 16_000, mono=mono), expected)


@pytest.mark.parametrize("suffix", ["wav", "flac", "mp3"])
def test_takes_no_more_memory_than_its_result(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"noise.{suffix}"
    soundfile.write(path, np.random.default_rng(1).uniform(-0.5, 0.5, (60 * 48_000, 2)), 48_000)
    read_resampled(path, 16_000, mono=False)  # imports are not what is measured
    tracemalloc.start()
    samples = read_resampled(path, 16_000, mono=False)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert samples.nbytes > 7e6
    assert peak < 1.3 * samples.nbytes


def test_a_header_that_promises_nothing_or_too_much_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "noise.wav"
    soundfile.write(path, np.random.default_rng(1).uniform(-0.5, 0.5, (20_000, 2)), 8_000)
    right = read_resampled(path, 16_000, mono=False)
    for promised in (0, 7, 10**12):
        monkeypatch.setattr(read, "expected", lambda *_, promised=promised: promised % 10**8)
        np.testing.assert_array_equal(read_resampled(path, 16_000, mono=False), right)
