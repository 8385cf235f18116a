"""Peaks are the extremes of the samples they stand for, whatever the blocks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from speechkit.audio.encode import write_audio
from speechkit.audio.peaks import read_peaks


@pytest.mark.parametrize("sample_rate", [8000, 11025, 44100])
@pytest.mark.parametrize("channels", [1, 2])
def test_peaks(tmp_path: Path, sample_rate: int, channels: int) -> None:
    samples = np.random.default_rng(0).uniform(-1, 1, (channels, int(sample_rate * 3.27)))
    samples *= np.linspace(0, 1, samples.shape[1])
    path = tmp_path / "x.wav"
    write_audio(path, samples.astype(np.float32), sample_rate, bits=16)
    found = read_peaks(path)
    assert found.shape == (channels, 164, 2)  # 163 whole fiftieths and a rest
    for pair in (0, 50, 120, 163):
        start = pair * sample_rate // 50
        part = samples[:, start : (pair + 1) * sample_rate // 50]
        expected = np.stack([part.min(axis=1), part.max(axis=1)], axis=-1) * 127
        assert np.abs(found[:, pair] - expected).max() <= 0.51
