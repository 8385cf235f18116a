"""One voice on two channels: what is said once is written once.

A microphone hears the other speaker too, and a room recorded in stereo hears everybody twice. Each
channel is transcribed by itself, so the same words come twice; the louder channel keeps them, and
its segment is labeled with the other channel, where the words can be heard as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

import msgspec
import numpy as np

from speechkit.core.engines import SAMPLE_RATE, Sound
from speechkit.core.text import evenly_timed_words
from speechkit.core.types import ALSO_ON, Segment, Word

_NEAR = 0.5  # s by which the same word may be off in time on another channel
_SAME = 0.75  # share of a segment's words that the other channel has too
_LOUDER = 1.25  # of power, 1 dB: less does not count, and the lower number keeps the words
_DELAY = SAMPLE_RATE // 20  # samples by which one microphone may hear later than another
# Two people who say the same at once stay near 0.05, one voice on two microphones reaches 0.13.
_ALIKE = 0.09
_LONGEST = 10 * SAMPLE_RATE  # samples that are compared


def without_repeats(
    segments: Sequence[Segment], channels: Mapping[int, Sound]
) -> tuple[Segment, ...]:
    """Return the segments without those whose words another, louder channel has as well.

    Args:
        segments: with channel.
        channels: by number, at 16 kHz.
    """
    kept = list(segments)
    for segment in sorted(segments, key=lambda s: (s.start, s.end, s.channel or 0)):
        for other in channels:
            if segment.channel in (None, other) or not _is_louder(channels, other, segment):
                continue
            beside = [s for s in kept if s.channel == other and _touches(s, segment)]
            if _shared(segment, beside) < _SAME or not _is_one_voice(channels, other, segment):
                continue
            kept.remove(segment)
            label = f"{ALSO_ON}{segment.channel}"
            for one in beside:
                kept[kept.index(one)] = msgspec.structs.replace(
                    one, labels=tuple(dict.fromkeys([*one.labels, label]))
                )
            break
    return tuple(kept)


def _touches(a: Segment, b: Segment) -> bool:
    return a.start < b.end + _NEAR and b.start < a.end + _NEAR


def _shared(segment: Segment, beside: Sequence[Segment]) -> float:
    """Share of a segment's words that stand in the same order and at its time in the others."""
    own = [_folded(word) for word in _words(segment)]
    around = [
        _folded(word)
        for other in sorted(beside, key=lambda s: s.start)
        for word in _words(other)
        if segment.start - _NEAR < word.end and word.start < segment.end + _NEAR
    ]
    if not own or not around:
        return 0.0
    matcher = SequenceMatcher(None, own, around, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks()) / len(own)


def _words(segment: Segment) -> tuple[Word, ...]:
    """The words; of a recognizer that writes text only, the words of the text."""
    return segment.words or evenly_timed_words(segment)


def _folded(word: Word) -> str:
    return "".join(char for char in word.text.casefold() if char.isalnum())


def _is_louder(channels: Mapping[int, Sound], other: int, segment: Segment) -> bool:
    own = segment.channel or 0
    power = {number: _power(channels[number], segment) for number in (own, other)}
    if power[other] > _LOUDER * power[own]:
        return True
    return power[own] <= _LOUDER * power[other] and other < own


def _is_one_voice(channels: Mapping[int, Sound], other: int, segment: Segment) -> bool:
    """Say whether two channels hold the same voice during a segment, one perhaps later.

    Source: Knapp and Carter, "The generalized correlation method for estimation of time delay",
    IEEE Trans. ASSP 24 (1976), with the phase transform.
    """
    start, end = round(segment.start * SAMPLE_RATE), round(segment.end * SAMPLE_RATE)
    part = slice(start, min(end, start + _LONGEST))
    a, b = channels[segment.channel or 0][part], channels[other][part]
    if min(len(a), len(b)) < _DELAY or not a.any() or not b.any():
        return False
    taper = np.hanning(len(a))
    cross = np.fft.rfft(a * taper, 2 * len(a)) * np.conj(np.fft.rfft(b * taper, 2 * len(a)))
    course = np.abs(np.fft.irfft(cross / (np.abs(cross) + 1e-12)))
    return bool(max(course[: _DELAY + 1].max(), course[-_DELAY - 1 :].max()) >= _ALIKE)


def _power(sound: Sound, segment: Segment) -> float:
    samples = sound[round(segment.start * SAMPLE_RATE) : round(segment.end * SAMPLE_RATE)]
    return float(np.mean(np.square(samples, dtype=np.float64))) if len(samples) else 0.0
