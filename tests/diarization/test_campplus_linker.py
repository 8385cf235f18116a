"""People of several parts of a recording, known by their voices: a real call, cut in three."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from speechkit.audio.read import read_resampled
from speechkit.core.engines import Speakers, Voice, make_engine
from speechkit.core.errors import UsageError
from speechkit.core.stage import Resources
from speechkit.formats import read_turns
from tests.weights import need_weights

EDGES = (6.0, 14.45, 21.7, 30.0)  # seconds: both speakers are in each part


@pytest.mark.models
@pytest.mark.parametrize("speakers", [Speakers(), Speakers(exactly=2)], ids=["unknown", "two"])
def test_speakers_of_three_parts_of_a_real_call_are_two_people(
    real_call: Path, speakers: Speakers
) -> None:
    need_weights("campplus")
    call = read_resampled(real_call, 16_000, mono=True)[0]
    (turns,) = read_turns(real_call.with_suffix(".rttm")).values()
    voices, people = [], []
    for part, (start, end) in enumerate(pairwise(EDGES)):
        here = [turn for turn in turns if start <= (turn.start + turn.end) / 2 < end]
        for who in sorted({turn.speaker for turn in here}, reverse=part % 2 == 1):
            speech = tuple((t.start, t.end) for t in here if t.speaker == who)
            voices.append(Voice(part=part, samples=call, speech=speech))
            people.append(who)
    assert len(voices) == 6
    with make_engine("voice-linker", "campplus").open(Resources(threads=1)) as link:
        found = link(voices, speakers)
    assert len(set(found)) == 2
    assert len(set(zip(found, people, strict=True))) == 2


def test_a_threshold_that_is_no_distance_is_refused() -> None:
    with pytest.raises(UsageError, match="threshold"):
        make_engine("voice-linker", "campplus", {"threshold": "3"})
