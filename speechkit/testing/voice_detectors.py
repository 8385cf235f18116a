"""What every voice detector promises."""

from __future__ import annotations

from itertools import pairwise

from speechkit.core.engines import SAMPLE_RATE, DetectVoice
from speechkit.core.time import duration
from speechkit.testing.checks import Check, expect
from speechkit.testing.sounds import silence
from speechkit.testing.subject import COMMON, Opened, same_twice

Subject = Opened[DetectVoice]


def intervals_lie_in_the_sound(subject: Subject) -> None:
    """Intervals are sorted, disjoint, not empty, and within the sound."""
    samples = subject.clip()
    speech = subject.run(samples)
    seconds = len(samples) / SAMPLE_RATE
    expect(
        all(0 <= start < end <= seconds for start, end in speech),
        "an interval is empty or lies outside of the sound",
    )
    expect(all(a[1] <= b[0] for a, b in pairwise(speech)), "intervals overlap or are not sorted")


def speech_is_found(subject: Subject) -> None:
    """Of a clip of speech at least a third is speech."""
    samples = subject.clip()
    share = duration(subject.run(samples)) / (len(samples) / SAMPLE_RATE)
    expect(share > 1 / 3, f"{share:.0%} of a clip of speech is found to be speech")


def silence_is_none(subject: Subject) -> None:
    """Silence holds no speech, however long it is."""
    for seconds in (0.0, 1 / SAMPLE_RATE, 0.2, 5.0):
        speech = subject.run(silence(seconds))
        expect(speech == (), f"speech was found in {seconds:g} s of silence")


def same_sound_same_intervals(subject: Subject) -> None:
    """Results depend on the sound and the options only."""
    samples = subject.clip()
    same_twice(lambda: subject.run(samples.copy()))


def takes_the_options_that_others_set(subject: Subject) -> None:
    """`threshold`, `min_speech` and `pad` exist: transcribers and masks set them."""
    subject.make(threshold="0.35", min_speech="0.1", pad="0")


VOICE_DETECTOR_CHECKS: tuple[Check[Subject], ...] = (
    *COMMON,
    Check(intervals_lie_in_the_sound),
    Check(speech_is_found),
    Check(silence_is_none),
    Check(same_sound_same_intervals),
    Check(takes_the_options_that_others_set),
)
