"""Long recordings in blocks: borders in quiet places, speakers linked by voice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from speechkit.audio.read import read_resampled
from speechkit.core.engines import Sound, Speakers, make_engine
from speechkit.core.stage import Resources
from speechkit.diarization import blockwise as long
from speechkit.diarization.blockwise import Diarization, borders, diarize_in_blocks, link

RATE = 16_000
ANN, BOB = np.array([0.8, 0.0]), np.array([0.1, 0.7])


@pytest.fixture
def minutes(monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """Three minutes of noise, blocks of one, and 0.7 s of quiet somewhat beside each border."""
    monkeypatch.setattr(long, "LONGEST", 60)
    sound = np.random.default_rng(5).normal(0, 0.1, 180 * RATE).astype(np.float32)
    for quiet in (51.0, 133.0):
        sound[round(quiet * RATE) : round((quiet + 0.7) * RATE)] = 0
    return sound


def test_blocks_end_where_it_is_quiet(minutes: np.ndarray) -> None:
    first, second, third, last = borders(minutes)
    assert (first, last) == (0, len(minutes))
    assert 51.2 <= second / RATE <= 51.5 and 133.2 <= third / RATE <= 133.5
    assert borders(minutes[: 60 * RATE]) == [0, 60 * RATE]


def test_speakers_of_blocks_are_linked_by_voice_not_by_name(minutes: np.ndarray) -> None:
    asked: list[Speakers] = []

    def listen(mono: Sound, speakers: Speakers) -> Diarization:
        asked.append(speakers)
        a, b = [("SPEAKER_00", "SPEAKER_01"), ("SPEAKER_01", "SPEAKER_00")][len(asked) % 2]
        return Diarization(
            overlapping=[(1.0, 3.0, a), (2.0, 4.0, b)],
            exclusive=[(1.0, 3.0, a), (3.0, 4.0, b)],
            voices={a: ANN, b: BOB},
        )

    heard = diarize_in_blocks(minutes, Speakers(exactly=2), listen, 0.6, 0.4)
    assert asked == [Speakers(at_most=2)] * 3, "one of them may be silent in a block"
    assert heard.exclusive is not None and len(heard.overlapping) == len(heard.exclusive) == 6
    starts = [0.0, *(at / RATE for at in borders(minutes)[1:-1])]
    assert [start for start, _, _ in heard.overlapping[::2]] == [at + 1.0 for at in starts]
    ann, bob = ({name for _, _, name in heard.overlapping[n::2]} for n in (0, 1))
    assert len(ann) == len(bob) == 1 and ann != bob


@pytest.mark.parametrize(("seconds", "num_speakers"), [(2.0, 2), (0.2, 1)])
def test_two_who_sound_alike_stay_two_across_blocks_if_both_speak(
    minutes: np.ndarray, seconds: float, num_speakers: int
) -> None:
    alike = 0.45 * ANN + np.sqrt(1 - 0.45**2) * BOB / np.linalg.norm(BOB) * np.linalg.norm(ANN)

    def listen(mono: Sound, speakers: Speakers) -> Diarization:
        return Diarization(
            overlapping=[(1.0, 3.0, "a"), (3.0, 3.0 + seconds, "b")],
            exclusive=[(1.0, 3.0, "a"), (3.0, 3.0 + seconds, "b")],
            voices={"a": ANN, "b": alike},
        )

    heard = diarize_in_blocks(minutes, Speakers(), listen, 0.75, 0.45)
    assert len({name for _, _, name in heard.overlapping}) == num_speakers


def test_silence_in_all_blocks_is_nobody(minutes: np.ndarray) -> None:
    heard = diarize_in_blocks(minutes, Speakers(), lambda *_: Diarization(), 0.6, 0.4)
    assert list(heard.overlapping) == []


def test_links_obey_the_numbers_asked_for() -> None:
    means = np.array([[0.9, 0.0], [0.9, 0.1], [0.0, 0.9]])
    seconds = np.array([10.0, 1.0, 5.0])
    assert link(means, seconds, 0.6, least=1, most=9) == [0, 0, 1]
    assert link(means, seconds, 0.6, least=3, most=9) == [0, 1, 2]
    assert link(means, seconds, 0.6, least=1, most=1) == [0, 0, 0]


@pytest.mark.models
def test_the_real_call_twice_in_two_blocks_has_its_two_speakers(
    real_call: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long, "LONGEST", 35)
    call = read_resampled(real_call, RATE, mono=True)[0]
    twice = np.concatenate([call, np.zeros(RATE, dtype=np.float32), call])
    with make_engine("diarizer", "pyannote:local").open(Resources(threads=1)) as diarize:
        turns = [turn for turn in diarize([twice], Speakers()) if turn.exclusive]
        once = [turn for turn in diarize([call], Speakers()) if turn.exclusive]
    assert len(borders(twice)) == 3
    assert len({turn.speaker for turn in once}) == len({turn.speaker for turn in turns}) == 2
    later = len(call) / RATE + 1
    for speaker in {turn.speaker for turn in turns}:
        halves = [
            sum(t.end - t.start for t in turns if t.speaker == speaker and (t.end > later) == half)
            for half in (False, True)
        ]
        assert halves[0] == pytest.approx(halves[1], abs=1.0)
