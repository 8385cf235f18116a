"""Which channels are the same sound, and a mix in which nothing cancels or drowns."""

from __future__ import annotations

import numpy as np
import pytest

from speechkit.audio.channels import is_same_sound, mixed_evenly, same_sounds
from speechkit.core.engines import SAMPLE_RATE

RANDOM = np.random.default_rng(5)
SOUND = RANDOM.normal(0, 0.1, 3 * SAMPLE_RATE).astype(np.float32)


def rounded(sound: np.ndarray) -> np.ndarray:
    return (np.round(sound * 32768) / 32768).astype(np.float32)


@pytest.mark.parametrize("gain", [1.0, 0.5, 2.0, 0.01])
def test_another_gain_is_the_same_sound(gain: float) -> None:
    assert is_same_sound(rounded(SOUND), rounded(SOUND * gain))
    assert is_same_sound(rounded(SOUND * gain), rounded(SOUND))


def with_whisper(level: float) -> np.ndarray:
    """The same, and for half a second something else at a level relative to it."""
    other = SOUND.copy()
    other[SAMPLE_RATE : SAMPLE_RATE + 8000] += level * RANDOM.normal(0, 0.1, 8000).astype(
        np.float32
    )
    return other


@pytest.mark.parametrize(
    "other",
    [
        -SOUND,
        np.roll(SOUND, 320),
        np.roll(SOUND, 1),
        with_whisper(10 ** (-50 / 20)),
        0 * SOUND,
        RANDOM.normal(0, 0.1, len(SOUND)).astype(np.float32),
    ],
    ids=["anti-phase", "20 ms later", "a sample later", "50 dB under it", "silent", "another"],
)
def test_what_is_not_the_same_sound(other: np.ndarray) -> None:
    assert not is_same_sound(SOUND, other)
    assert not is_same_sound(other, SOUND)


def test_a_soft_word_in_a_pause_of_both_is_seen() -> None:
    quiet = SOUND.copy()
    quiet[SAMPLE_RATE:] = 0
    other = quiet.copy()
    other[2 * SAMPLE_RATE :] = 1e-3 * SOUND[2 * SAMPLE_RATE :]
    assert not is_same_sound(quiet, other)


def test_silent_channels_are_one_sound_and_the_loudest_stands_for_all() -> None:
    silent = 0 * SOUND
    eight = [silent, SOUND / 4, SOUND, silent, -SOUND, silent, SOUND / 2, silent]
    assert same_sounds(eight) == ((0, 3, 5, 7), (2, 6, 1), (4,))


@pytest.mark.parametrize("other", [-SOUND, 0.01 * SOUND[::-1], 0 * SOUND], ids=str)
def test_an_even_mix_loses_nobody(other: np.ndarray) -> None:
    mix = mixed_evenly([SOUND, other])[:]
    assert np.corrcoef(mix, SOUND)[0, 1] > 0.6
    if other.any():
        assert abs(np.corrcoef(mix, other)[0, 1]) > 0.6
