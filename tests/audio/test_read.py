"""Reading at another rate in blocks equals reading it whole and resampling that."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

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
