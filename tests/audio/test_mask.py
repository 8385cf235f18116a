"""Masking removes all of a stretch and touches nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speechkit.audio.mask import FADE, Mask, mask, masked_share, residual, sample_spans

RATE = 8000
METHODS = ("silence", "tone", "noise")


def _speech(num_channels: int = 2, seconds: float = 4.0, seed: int = 1) -> np.ndarray:
    generator = np.random.default_rng(seed)
    shape = (num_channels, int(seconds * RATE))
    # Low-pass noise: a spectrum that white noise does not have.
    noise = generator.standard_normal(shape)
    smooth = np.apply_along_axis(lambda x: np.convolve(x, np.ones(16) / 16, "same"), 1, noise)
    return (0.2 * smooth).astype(np.float32)


@pytest.mark.parametrize("method", METHODS)
def test_everything_outside_masks_and_fades_is_bit_identical(method: str) -> None:
    samples = _speech()
    out = mask(samples, RATE, [Mask(1.0, 1.5, 0), Mask(2.0, 2.25)], method)
    assert out.shape == samples.shape and out.dtype == np.float32
    fade = round(FADE * RATE)
    for channel, spans in ((0, [(8000, 12000), (16000, 18000)]), (1, [(16000, 18000)])):
        outside = np.ones(samples.shape[1], bool)
        for start, end in spans:
            outside[start - fade : end + fade] = False
        np.testing.assert_array_equal(out[channel, outside], samples[channel, outside])
        assert np.abs(out[channel, ~outside] - samples[channel, ~outside]).max() > 0.01


def test_silence_is_zero_inside_and_fades_lie_outside() -> None:
    samples = np.ones((1, RATE), np.float32)
    out = mask(samples, RATE, [Mask(0.4, 0.6)])[0]
    fade = round(FADE * RATE)
    assert not out[3200:4800].any()
    assert 0 < out[3199] < 0.1 and 0 < out[4800] < 0.1, "the fade reaches down to the mask"
    before = out[3200 - fade : 3200]
    assert np.all(np.diff(before) < 0) and before[0] < 1
    assert out[3200 - fade - 1] == 1 and out[4800 + fade] == 1
    assert np.abs(np.diff(out)).max() < 0.1, "no click"


@pytest.mark.parametrize("method", METHODS)
def test_what_lies_under_a_mask_has_no_influence(method: str) -> None:
    samples = _speech()
    other = samples.copy()
    other[:, 8000:12000] = 0.9
    where = [Mask(1.0, 1.5)]
    np.testing.assert_array_equal(
        mask(samples, RATE, where, method), mask(other, RATE, where, method)
    )


@pytest.mark.parametrize("method", METHODS)
def test_masking_is_deterministic_and_residual_sees_leftovers(method: str) -> None:
    samples = _speech()
    where = [Mask(0.0, 0.3), Mask(1.0, 1.5, 1), Mask(3.9, 9.0)]
    out = mask(samples, RATE, where, method)
    np.testing.assert_array_equal(out, mask(samples, RATE, where, method))
    assert residual(out, RATE, where, method) < 1e-6
    leaky = out.copy()
    leaky[1, 9000:9100] = samples[1, 9000:9100]
    assert residual(leaky, RATE, where, method) > 0.01


@pytest.mark.parametrize("method", ["tone", "noise"])
def test_level_matches_the_surroundings(method: str) -> None:
    samples = _speech(1)
    out = mask(samples, RATE, [Mask(1.5, 2.5)], method)
    inside = np.sqrt(np.mean(out[0, 12000:20000] ** 2))
    around = np.sqrt(np.mean(samples[0, 4000:28000] ** 2))
    assert 0.8 < inside / around < 1.25


def test_tone_is_1_khz_and_noise_has_the_spectrum_around() -> None:
    samples = _speech(1)
    tone = mask(samples, RATE, [Mask(1.5, 2.5)], "tone")[0, 12000:20000]
    assert np.argmax(np.abs(np.fft.rfft(tone))) == 1000  # bins of 1 Hz

    def low_share(x: np.ndarray) -> float:
        power = np.abs(np.fft.rfft(x)) ** 2
        return float(power[: power.size // 8].sum() / power.sum())

    noise = mask(samples, RATE, [Mask(1.5, 2.5)], "noise")[0, 12000:20000]
    assert low_share(samples[0]) > 0.6, "the test signal is low-pass"
    assert abs(low_share(noise) - low_share(samples[0])) < 0.15


@pytest.mark.parametrize("method", METHODS)
def test_a_fully_masked_or_silent_recording(method: str) -> None:
    samples = _speech(1, 0.5)
    out = mask(samples, RATE, [Mask(-1, 5)], method)
    assert out.shape == samples.shape and np.isfinite(out).all()
    assert residual(out, RATE, [Mask(-1, 5)], method) < 1e-6
    silent = np.zeros((1, RATE), np.float32)
    assert not mask(silent, RATE, [Mask(0.2, 0.4)], method).any()


def test_no_masks_returns_an_equal_copy() -> None:
    samples = _speech()
    out = mask(samples, RATE, [])
    assert out is not samples
    np.testing.assert_array_equal(out, samples)


times = st.integers(-500, 2500).map(lambda ms: ms / 1000)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(times, times, st.sampled_from([None, 0, 1])), max_size=6),
    st.sampled_from([8000, 11025, 44100]),
)
def test_every_millisecond_asked_for_is_silent(
    asked: list[tuple[float, float, int | None]], rate: int
) -> None:
    samples = np.ones((2, rate * 2), np.float32)
    masks = [Mask(min(a, b), max(a, b), channel) for a, b, channel in asked]
    out = mask(samples, rate, masks)
    times_of_samples = np.arange(rate * 2) / rate
    for channel in (0, 1):
        inside = np.zeros(rate * 2, bool)
        for start, end, on in masks:
            if on in (None, channel):
                inside |= (times_of_samples >= start) & (times_of_samples < end)
        assert not out[channel, inside].any()


def test_ranges_and_shares() -> None:
    assert sample_spans([Mask(0.29, 0.57)], 0, 100, 1000) == ((29, 57),)
    assert sample_spans([Mask(2, 1), Mask(5, 5)], 0, 100, 1000) == ()
    assert masked_share([], 1, 10.0) == 0
    assert masked_share([Mask(0, 5, 0)], 2, 10.0) == 0.25
    assert masked_share([Mask(0, 5)], 0, 0.0) == 0
