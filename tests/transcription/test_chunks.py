"""Chunks cover all speech, cut in pauses only, and stay short."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from speechkit.core.time import duration, subtract
from speechkit.transcription import chunks
from speechkit.transcription.language_detection import windows

RATE = 16_000
GAPS = st.lists(st.tuples(st.floats(0.1, 40), st.floats(0.1, 20)), min_size=1, max_size=60)


def timeline(gaps: list[tuple[float, float]]) -> tuple[list[tuple[float, float]], float]:
    speech, at = [], 0.0
    for silence, length in gaps:
        speech.append((round(at + silence, 3), round(at + silence + length, 3)))
        at = speech[-1][1]
    return speech, at + 1


def silence(seconds: float) -> np.ndarray:
    # One value for all samples: an hour must not take memory here.
    return np.broadcast_to(np.float32(0), (round(seconds * RATE),))


@given(GAPS)
def test_every_interval_of_speech_lies_within_one_chunk(gaps: list[tuple[float, float]]) -> None:
    speech, total = timeline(gaps)
    planned = chunks.plan(speech, silence(total))
    for start, end in speech:
        assert sum(low <= start and end <= high for low, high in planned) == 1
    assert all(high - low <= chunks.MAX_CHUNK + 2 * chunks.PAD + 0.001 for low, high in planned)
    assert all(a[1] <= b[0] for a, b in pairwise(planned))
    assert planned[0][0] >= 0
    assert planned[-1][1] <= total


def test_long_pauses_end_a_chunk_and_short_ones_do_not() -> None:
    planned = chunks.plan([(1, 2), (3.9, 5), (7.1, 8)], silence(9))
    assert planned == ((0.6, 5.4), (6.7, 8.4))


def test_long_speech_is_cut_in_its_longest_pause() -> None:
    speech = [(float(i), i + (0.2 if i == 170 else 0.9)) for i in range(400)]
    (_, end), (start, _) = chunks.plan(speech, silence(400))
    assert end == start or 170.2 <= end <= start <= 171


def test_sound_without_pause_is_cut_where_it_is_quietest() -> None:
    samples = np.full(400 * RATE, 0.1, dtype=np.float32)
    samples[190 * RATE : 190 * RATE + 1600] = 0.001
    (_, end), (start, _) = chunks.plan([(0.0, 400.0)], samples)
    assert end == start
    assert 190.0 <= end <= 190.1


@given(GAPS)
def test_language_windows_hold_speech_only(gaps: list[tuple[float, float]]) -> None:
    speech, _ = timeline(gaps)
    found = windows(speech)
    assert 1 <= len(found) <= 5
    assert all(sum(end - start for start, end in window) <= 30.001 for window in found)
    assert duration(subtract([part for window in found for part in window], speech)) < 1e-6
    # all of it, where it fits
    spoken = sum(end - start for start, end in speech)
    if spoken <= 149:
        assert abs(sum(e - s for window in found for s, e in window) - spoken) < 1e-6
