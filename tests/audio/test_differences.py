"""One channel less another: what lies under a sound that both share comes out."""

from __future__ import annotations

import numpy as np
import pytest

from speechkit.audio.differences import difference, find_differences

RATE = 16_000
RANDOM = np.random.default_rng(7)
MUSIC = RANDOM.normal(0, 0.1, 10 * RATE).astype(np.float32)
VOICE = np.zeros_like(MUSIC)
VOICE[4 * RATE : 6 * RATE] = RANDOM.normal(0, 0.003, 2 * RATE)  # 30 dB below the music


@pytest.mark.parametrize("delay", [0, 1, 320, -320, 799])
@pytest.mark.parametrize("gain", [1.0, -1.0, 0.3])
def test_a_voice_under_what_both_share(delay: int, gain: float) -> None:
    """Whichever channel is late, loud or upside down."""
    channels = [MUSIC + VOICE, np.float32(gain) * np.roll(MUSIC, delay)]
    (found,) = find_differences(channels, [0, 1])
    assert (found.channel, found.other, found.delay) == (1, 0, delay)
    assert found.gain == pytest.approx(gain, rel=0.01)
    left = difference(channels, found)[RATE:-RATE]
    expected = -gain * np.roll(VOICE, delay)[RATE:-RATE]
    assert np.abs(left - expected).max() < 0.01 * abs(gain)
    assert np.corrcoef(left, expected)[0, 1] > 0.95


def test_slices_of_a_difference_are_those_of_the_whole() -> None:
    channels = [MUSIC + VOICE, np.roll(MUSIC, -100)]
    (found,) = find_differences(channels, [0, 1])
    sound = difference(channels, found)
    parts = [sound[at : at + 7_001] for at in range(0, len(sound), 7_001)]
    np.testing.assert_array_equal(np.concatenate(parts), sound[:])


def test_nothing_to_listen_to() -> None:
    """Copies, late, upside down or rounded, leave nothing; strangers share nothing; silence is silent."""
    stranger = RANDOM.normal(0, 0.1, len(MUSIC)).astype(np.float32)
    rounded = (np.round(np.roll(MUSIC, 320) * 2**15) / 2**15).astype(np.float32)
    for other in (rounded, -MUSIC, stranger, np.zeros_like(MUSIC)):
        assert find_differences([MUSIC, other], [0, 1]) == ()


def test_each_channel_with_the_one_that_it_shares_most_with() -> None:
    near = MUSIC + 5 * VOICE
    far = MUSIC + RANDOM.normal(0, 0.05, len(MUSIC)).astype(np.float32)
    found = find_differences([far, MUSIC, near], [0, 1, 2])
    assert [(one.channel, one.other) for one in found] == [(1, 0), (2, 1)]
