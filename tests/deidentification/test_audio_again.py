"""Later rounds listen around new masks only, and hear what a whole round would."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from speechkit.core.engines import SAMPLE_RATE, Sound, Transcript
from speechkit.core.types import Segment, Word
from speechkit.deidentification.check.again import changes, fingerprint, passages, spliced
from speechkit.deidentification.check.relisten import relisten

LENGTH = 200  # s
RANDOM = np.random.default_rng(3)


def said(*seconds: int) -> Segment:
    words = tuple(Word(text=f"w{at}", start=at + 0.1, end=at + 0.9) for at in seconds)
    text = " ".join(word.text for word in words)
    return Segment(id="", start=words[0].start, end=words[-1].end, text=text, words=words)


def texts(segments: Sequence[Segment]) -> list[str]:
    return [segment.text for segment in segments]


def test_a_change_replaces_what_was_heard_there_and_nothing_else() -> None:
    before = [said(1, 2, 3), said(10, 11, 12, 13, 14, 15, 16, 17), said(30)]
    heard = [said(11, 12), said(14), said(15, 16)]
    # 1.5 s beside the change is believed, 1 s replaced: 12 and 15 stand twice, nothing is lost.
    assert texts(spliced(before, heard, (13.9, 14.1))) == [
        "w1 w2 w3",
        "w10 w11 w12",
        "w12",
        "w14",
        "w15",
        "w15 w16 w17",
        "w30",
    ]


def test_a_segment_without_words_goes_by_its_middle() -> None:
    note = Segment(id="", start=12.0, end=16.0, text="noted")
    assert spliced([note], [], (13.0, 15.0)) == ()
    assert spliced([note], [], (20.0, 21.0)) == (note,)


def test_what_is_played_again() -> None:
    assert passages([], 300.0) == ()
    (one,) = passages([(0.5, 1.0)], 300.0) or ()
    assert one.played == (0.0, 5.0)
    many = [(float(at), at + 1.0) for at in range(0, 200, 20)]
    assert passages(many, 200.0) is None


class Ear:
    """Writes a word for each second that sounds, and remembers how much it was played."""

    def __init__(self) -> None:
        self.played = 0.0

    def __call__(self, sound: Sound, language: str | None) -> Transcript:
        samples = sound[0 : len(sound)]
        self.played += len(samples) / SAMPLE_RATE
        loud = np.abs(samples[: len(samples) // SAMPLE_RATE * SAMPLE_RATE]).reshape(-1, SAMPLE_RATE)
        seconds = np.flatnonzero(loud.mean(axis=1) > 0.01)
        return Transcript(
            segments=tuple(said(int(at)) for at in seconds), language="en", language_probability=1.0
        )


@pytest.mark.parametrize("muted", [[70], [3, 150], [0, 199], list(range(0, 200, 15))])
def test_a_second_round_hears_what_a_whole_one_hears(muted: list[int]) -> None:
    sound = RANDOM.normal(0, 0.1, LENGTH * SAMPLE_RATE).astype(np.float32)
    copy = sound.copy()
    for second in muted:
        copy[second * SAMPLE_RATE : (second + 1) * SAMPLE_RATE] = 0
    ear, whole = Ear(), Ear()
    first = relisten({None: sound}, [ear, ear], "en")
    ear.played = 0
    changed = {None: changes(fingerprint(sound), fingerprint(copy))}
    again = relisten({None: copy}, [ear, ear], "en", before=first, changed=changed)
    expected = relisten({None: copy}, [whole, whole], "en")
    times = [[round(s.start) for s in transcript] for transcript in again.transcripts]
    assert [sorted(set(one)) for one in times] == [
        [round(s.start) for s in transcript] for transcript in expected.transcripts
    ]
    assert len({s.id for transcript in again.transcripts for s in transcript}) == sum(
        map(len, again.transcripts)
    )
    if len(muted) < 3:
        assert ear.played < 0.2 * whole.played


def test_nothing_new_is_not_listened_to() -> None:
    ear = Ear()
    sound = RANDOM.normal(0, 0.1, 60 * SAMPLE_RATE).astype(np.float32)
    first = relisten({0: sound, 1: -sound}, [ear], "en")
    ear.played = 0
    again = relisten({0: sound, 1: -sound}, [ear], "en", before=first, changed={0: (), 1: ()})
    assert ear.played == 0 and again == first
