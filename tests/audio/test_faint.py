"""Faint and covered speech is found and brought up; what is loud stays as it was, noise is no voice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from speechkit.audio.faint import audible, brought_up, find_voices
from speechkit.audio.read import read_resampled
from speechkit.core.engines import SAMPLE_RATE, DetectVoice, make_engine
from speechkit.core.stage import Resources
from speechkit.core.time import duration, overlap

RANDOM = np.random.default_rng(7)


@pytest.fixture(scope="module")
def detect() -> Iterator[DetectVoice]:
    with make_engine("voice-detector", "silero").open(Resources()) as opened:
        yield opened


@pytest.fixture(scope="module")
def voice(real_call: Path) -> np.ndarray:
    return read_resampled(real_call, SAMPLE_RATE, mono=True)[0][7 * SAMPLE_RATE : 17 * SAMPLE_RATE]


def in_16_bits(sound: np.ndarray) -> np.ndarray:
    return (np.round(sound * 32768) / 32768).astype(np.float32)


@pytest.mark.models
def test_speech_50_db_below_the_rest_is_found(detect: DetectVoice, voice: np.ndarray) -> None:
    loud = voice * np.float32(0.3 / np.abs(voice).max() * 3)
    sound = in_16_bits(np.concatenate([loud, loud * 10 ** (-50 / 20)]))
    found = find_voices(sound, detect)
    spoken = duration(find_voices(in_16_bits(loud), detect).all)
    softly = sum(overlap((start, end), (10.0, 20.0)) for start, end in found.all)
    assert softly > 0.9 * spoken
    assert all(start > 9.5 for start, _ in found.faint)


@pytest.mark.models
def test_speech_under_hum_is_found(detect: DetectVoice, voice: np.ndarray) -> None:
    t = np.arange(len(voice)) / SAMPLE_RATE
    hum = np.sum([np.sin(2 * np.pi * 50 * k * t) / k for k in range(1, 8)], axis=0)
    covered = in_16_bits(voice * 0.2 + 0.2 * hum)
    assert not detect(covered)
    assert duration(find_voices(covered, detect).faint) > 0.8 * duration(detect(voice))


@pytest.mark.models
@pytest.mark.parametrize("level", [-20, -50, -70])
def test_noise_is_no_voice(detect: DetectVoice, level: int) -> None:
    noise = RANDOM.normal(0, 10 ** (level / 20), 10 * SAMPLE_RATE).astype(np.float32)
    assert find_voices(in_16_bits(noise), detect).all == ()


def test_only_faint_stretches_are_changed() -> None:
    sound = RANDOM.normal(0, 1e-3, 10 * SAMPLE_RATE).astype(np.float32)
    heard = audible(sound, [(4.0, 5.0)])
    assert audible(sound, []) is sound
    assert np.array_equal(heard[: 3 * SAMPLE_RATE], sound[: 3 * SAMPLE_RATE])
    assert np.array_equal(heard[6 * SAMPLE_RATE :], sound[6 * SAMPLE_RATE :])
    assert not np.array_equal(heard[4 * SAMPLE_RATE : 5 * SAMPLE_RATE], sound[:SAMPLE_RATE])


def test_pieces_fit_together() -> None:
    sound = RANDOM.normal(0, 1e-2, 130 * SAMPLE_RATE).astype(np.float32)
    whole = brought_up(sound)
    part = slice(59 * SAMPLE_RATE, 62 * SAMPLE_RATE)
    assert len(whole) == len(sound)
    assert np.array_equal(whole[part], whole[:][part])
    assert len(brought_up(sound[:100])[:]) == 100 and not brought_up(sound[:0])[:].size
