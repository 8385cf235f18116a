"""Keyed digits are found, whole, alone and under a voice; voices alone are no digits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from speechkit.audio.dtmf import find_keys
from speechkit.audio.read import read_resampled
from speechkit.core.engines import SAMPLE_RATE

KEYS = {"1": (697, 1209), "2": (697, 1336), "5": (770, 1336), "9": (852, 1477), "0": (941, 1336)}


def keyed(digits: str, *, length: float, pause: float, level: float) -> np.ndarray:
    t = np.arange(round(length * SAMPLE_RATE)) / SAMPLE_RATE
    quiet = np.zeros(round(pause * SAMPLE_RATE))
    parts = [sum(level * np.sin(2 * np.pi * f * t) for f in KEYS[digit]) for digit in digits]
    return np.concatenate([np.concatenate([part, quiet]) for part in parts]).astype(np.float32)


@pytest.mark.parametrize("level", [0.3, 0.003, 0.0003])
@pytest.mark.parametrize(("length", "pause"), [(0.05, 0.05), (0.2, 0.7)])
def test_a_number_is_found_whole(level: float, length: float, pause: float) -> None:
    number = keyed("2190295", length=length, pause=pause, level=level)
    ((start, end),) = find_keys(np.pad(number, SAMPLE_RATE))
    assert 0.8 < start < 1.0
    last = 1.0 + len(number) / SAMPLE_RATE - pause
    assert last < end < last + 0.2


def test_one_key_alone_is_found() -> None:
    assert len(find_keys(np.pad(keyed("5", length=0.1, pause=0, level=0.1), SAMPLE_RATE))) == 1


def test_keys_under_a_voice(real_call: Path) -> None:
    voice = read_resampled(real_call, SAMPLE_RATE, mono=True)[0][7 * SAMPLE_RATE :]
    number = keyed("219029", length=0.1, pause=0.1, level=float(voice.std()))
    both = voice.copy()
    both[3 * SAMPLE_RATE : 3 * SAMPLE_RATE + len(number)] += number
    ((start, end),) = find_keys(both)
    assert start < 3.0
    assert end > 3.0 + len(number) / SAMPLE_RATE - 0.1


def test_other_sounds_are_no_keys(real_call: Path) -> None:
    t = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    noise = np.random.default_rng(1).normal(0, 0.1, len(t)).astype(np.float32)
    ringing = (0.1 * (np.sin(2 * np.pi * 440 * t) + np.sin(2 * np.pi * 480 * t))).astype(np.float32)
    voice = read_resampled(real_call, SAMPLE_RATE, mono=True)[0]
    for sound in (noise, ringing, 0 * noise, noise[:100], voice):
        assert find_keys(sound) == ()
