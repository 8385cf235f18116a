"""What every diarizer promises."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from speechkit.core.engines import SAMPLE_RATE, Diarize, Sound, Speakers
from speechkit.core.time import round_ms
from speechkit.core.types import Turn
from speechkit.testing.checks import Check, expect, expect_refused
from speechkit.testing.sounds import silence
from speechkit.testing.subject import COMMON, Opened, same_twice

Subject = Opened[Diarize]
ANY = Speakers()


def turns_lie_in_the_sound(subject: Subject) -> None:
    """Turns are sorted by view, start, end, speaker; rounded to a millisecond; named."""
    channels = _two_channels(subject)
    turns = subject.run(channels, ANY)
    expect(list(turns) == sorted(turns, key=_order), "turns are not sorted")
    for turn in turns:
        inside = 0 <= turn.start < turn.end <= len(channels[0]) / SAMPLE_RATE
        expect(inside, "a turn is empty or lies outside of the sound")
        expect(
            (turn.start, turn.end) == (round_ms(turn.start), round_ms(turn.end)),
            "times are not rounded to a millisecond",
        )
        expect(turn.speaker, "a turn has no speaker")


def both_views_are_there(subject: Subject) -> None:
    """There is speech in both views; exclusive turns never overlap."""
    turns = subject.run(_two_channels(subject), ANY)
    expect(any(not turn.exclusive for turn in turns), "no speech was found")
    alone = [turn for turn in turns if turn.exclusive]
    expect(alone, "there are no exclusive turns")
    expect(
        all(a.end <= b.start for a, b in pairwise(alone)),
        "exclusive turns overlap",
    )
    expect(
        {turn.speaker for turn in alone} <= {turn.speaker for turn in turns if not turn.exclusive},
        "speech is only in the exclusive view",
    )


def at_most_as_many_speakers_as_asked(subject: Subject) -> None:
    """`at_most` is kept."""
    turns = subject.run(_two_channels(subject), Speakers(at_most=2))
    expect(len({turn.speaker for turn in turns}) <= 2, "more speakers than at_most")


def contradictions_are_refused(subject: Subject) -> None:
    """At least three and at most two cannot be."""
    channels = _two_channels(subject)
    wrong = Speakers(at_least=3, at_most=2)
    expect_refused("a contradiction in `speakers`", lambda: subject.run(channels, wrong))


def same_sound_same_turns(subject: Subject) -> None:
    """Results depend on the sound and the options only."""
    channels = _two_channels(subject)
    same_twice(lambda: subject.run(channels, ANY))


def silence_holds_no_speech(subject: Subject) -> None:
    """No turns in silence, however short. Channels that hold the same sound may be refused."""
    rng = np.random.default_rng(5)
    for seconds in (0.2, 3.0):
        quiet = [
            (1e-5 * rng.standard_normal(len(silence(seconds)))).astype(np.float32) for _ in "ab"
        ]
        expect(subject.run(quiet, ANY) == (), f"speech was found in {seconds:g} s of silence")


DIARIZER_CHECKS: tuple[Check[Subject], ...] = (
    *COMMON,
    Check(turns_lie_in_the_sound),
    Check(both_views_are_there),
    Check(at_most_as_many_speakers_as_asked),
    Check(contradictions_are_refused),
    Check(same_sound_same_turns),
    Check(silence_holds_no_speech),
)


def _two_channels(subject: Subject) -> Sequence[Sound]:
    """The clip, its first half on one channel and its second half on the other."""
    clip = subject.clip()
    first, second = clip.copy(), clip.copy()
    first[len(clip) // 2 :] = 0
    second[: len(clip) // 2] = 0
    return [first, second]


def _order(turn: Turn) -> tuple[bool, float, float, str]:
    return turn.exclusive, turn.start, turn.end, turn.speaker
