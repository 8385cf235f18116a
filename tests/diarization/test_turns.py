"""Turns: names, the exclusive view, numbers of speakers that cannot be."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechkit.core.engines import Speakers
from speechkit.core.errors import UsageError
from speechkit.core.time import duration
from speechkit.diarization.turns import check_speakers, turns_of

stretches = st.lists(
    st.tuples(
        st.floats(0, 50, allow_nan=False), st.floats(0.01, 9), st.sampled_from(["x", "y", "z"])
    ).map(lambda s: (s[0], s[0] + s[1], s[2])),
    max_size=12,
)


@given(stretches)
def test_both_views_cover_the_same_time_and_the_exclusive_one_never_overlaps(
    given_stretches: list[tuple[float, float, str]],
) -> None:
    turns = turns_of(given_stretches, None, length=40.0)
    alone = [(t.start, t.end) for t in turns if t.exclusive]
    every = [(t.start, t.end) for t in turns if not t.exclusive]
    assert all(a[1] <= b[0] for a, b in pairwise(alone))
    assert duration(alone) == pytest.approx(duration(every), abs=1e-6)
    assert all(0 <= t.start < t.end <= 40.0 for t in turns)
    assert list(turns) == sorted(turns, key=lambda t: (t.exclusive, t.start, t.end, t.speaker))


@given(stretches)
def test_speakers_are_numbered_as_they_first_speak(
    given_stretches: list[tuple[float, float, str]],
) -> None:
    seen: list[str] = []
    for turn in turns_of(given_stretches, None, length=100.0):
        if turn.speaker not in seen:
            seen.append(turn.speaker)
    assert seen == [f"SPEAKER_{index:02d}" for index in range(len(seen))]


@pytest.mark.parametrize(
    "speakers",
    [
        Speakers(exactly=0),
        Speakers(at_least=3, at_most=2),
        Speakers(exactly=2, at_least=3),
        Speakers(exactly=4, at_most=3),
    ],
)
def test_numbers_that_contradict_each_other_are_refused(speakers: Speakers) -> None:
    with pytest.raises(UsageError):
        check_speakers(speakers)
