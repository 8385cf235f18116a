"""What two channels have in common is written once; what only sounds alike in writing is kept."""

from __future__ import annotations

import numpy as np

from speechkit.core.engines import SAMPLE_RATE
from speechkit.core.types import Segment, Word
from speechkit.transcription.repeats import without_repeats

RANDOM = np.random.default_rng(3)
VOICE = RANDOM.normal(0, 0.1, 6 * SAMPLE_RATE).astype(np.float32)
OTHER = RANDOM.normal(0, 0.1, 6 * SAMPLE_RATE).astype(np.float32)


def said(text: str, channel: int, start: float = 1.0) -> Segment:
    words = tuple(
        Word(text=word, start=start + index * 0.5, end=start + index * 0.5 + 0.4)
        for index, word in enumerate(text.split())
    )
    return Segment(id="", start=start, end=words[-1].end, text=text, words=words, channel=channel)


def test_the_louder_channel_keeps_the_words() -> None:
    """Crosstalk: 20 ms later and 20 dB softer."""
    softer = np.roll(VOICE, 320) * np.float32(0.1)
    segments = [said("I feel much better today", 0), said("I feel better today", 1, 1.02)]
    for channels, kept in (({0: VOICE, 1: softer}, 0), ({0: softer, 1: VOICE}, 1)):
        (one,) = without_repeats(segments, channels)
        assert (one.channel, one.labels) == (kept, (f"also-on:{1 - kept}",))


def test_what_was_written_without_times_of_words_is_written_once_too() -> None:
    segments = [
        Segment(id="", start=0.0, end=6.0, text="I feel much better today", channel=channel)
        for channel in (0, 1)
    ]
    (one,) = without_repeats(segments, {0: VOICE, 1: VOICE * np.float32(0.9)})
    assert (one.channel, one.labels) == (0, ("also-on:1",))
    assert without_repeats(segments, {0: VOICE, 1: OTHER}) == tuple(segments)


def test_two_people_who_say_the_same_at_once_are_both_written() -> None:
    segments = [said("Yes", 0), said("Yes", 1)]
    assert without_repeats(segments, {0: VOICE, 1: OTHER}) == tuple(segments)


def test_other_words_and_other_times_stay() -> None:
    both = {0: VOICE, 1: VOICE * np.float32(0.5)}
    for other in (said("Ellison with two l", 1), said("I feel much better today", 1, 3.5)):
        segments = [said("I feel much better today", 0), other]
        assert without_repeats(segments, both) == tuple(segments)
