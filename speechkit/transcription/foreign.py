"""Stretches in another language than the recording's: heard in their own.

A recognizer that is told a language writes everything in it: a Spanish sentence in an English
consultation comes out as a few English words, and it is not sure of them. So what it is not sure of, and
speech it wrote nothing for, is played to it once more without a language. What it then hears in
another one, and is surer of, takes the place of what stood there.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from speechkit.audio.sound import Lazy
from speechkit.core.engines import SAMPLE_RATE, Sound, Transcribe
from speechkit.core.time import Interval, overlap, round_ms, subtract, union
from speechkit.core.types import Segment
from speechkit.language import primary_subtag

_UNSURE = 0.6  # confidence below which a segment is listened to again
_SHORTEST = 1.0  # s: of less no language can be told
_LONGEST = 30.0  # s: what a recognizer looks at to tell a language
_GAP = 1.0  # s between doubtful segments that are listened to together
_EDGE = 0.3  # s beside them
_SURE = 0.8  # probability of a language from which it was never wrong
_BETTER = 0.1  # by how much surer the words in the other language have to be


def in_own_language(
    sound: Sound,
    segments: Sequence[Segment],
    transcribe: Transcribe,
    language: str,
    speech: Sequence[Interval] = (),
) -> tuple[Segment, ...]:
    """Return the segments, those in another language than `language` transcribed in their own.

    Args:
        sound: one channel at 16 kHz.
        segments: what was heard in `language`.
        transcribe: the engine.
        language: of the recording.
        speech: where there is speech, in seconds.
    """
    kept = list(segments)
    for start, end in _doubtful(segments, speech, len(sound) / SAMPLE_RATE):
        heard = transcribe(_part(sound, start, end), None)
        if primary_subtag(heard.language) == primary_subtag(language):
            continue
        before = [s for s in kept if start <= (s.start + s.end) / 2 < end]
        if heard.language_probability < _SURE or not heard.segments:
            continue
        if before and _confidence(heard.segments) < _confidence(before) + _BETTER:
            continue
        kept = [segment for segment in kept if segment not in before]
        kept += [_moved(segment, start, before) for segment in heard.segments]
    return tuple(sorted(kept, key=lambda segment: (segment.start, segment.end)))


def _doubtful(
    segments: Sequence[Segment], speech: Sequence[Interval], length: float
) -> list[Interval]:
    """Return what to listen to again, at most 30 s each."""
    unsure = [(s.start, s.end) for s in segments if _confidence([s]) < _UNSURE]
    unwritten = subtract(speech, [(s.start, s.end) for s in segments])
    found: list[Interval] = []
    for start, end in union([*unsure, *unwritten], gap=_GAP):
        if end - start < _SHORTEST:
            continue
        low, high = max(0.0, start - _EDGE), min(length, end + _EDGE)
        while high - low > _LONGEST:
            found.append((low, low + _LONGEST))
            low += _LONGEST
        found.append((low, high))
    return found


def _confidence(segments: Sequence[Segment]) -> float:
    """Mean over words; 1 where nothing is known."""
    sure = [
        segment.confidence if segment.confidence is not None else word.confidence
        for segment in segments
        for word in segment.words
    ]
    known = [one for one in sure if one is not None]
    return sum(known) / len(known) if known else 1.0


def _part(sound: Sound, start: float, end: float) -> Sound:
    first, last = round(start * SAMPLE_RATE), round(end * SAMPLE_RATE)
    return Lazy(last - first, lambda a, b: sound[first + a : first + b])


def _moved(segment: Segment, by: float, before: Sequence[Segment]) -> Segment:
    """Move a segment of a part to where it is in the whole; its speaker is who was heard there."""
    start, end = round_ms(segment.start + by), round_ms(segment.end + by)
    there = max(before, key=lambda s: overlap((s.start, s.end), (start, end)), default=None)
    return msgspec.structs.replace(
        segment,
        start=start,
        end=end,
        speaker=there.speaker if there else "",
        words=tuple(
            msgspec.structs.replace(
                word, start=round_ms(word.start + by), end=round_ms(word.end + by), speaker=""
            )
            for word in segment.words
        ),
    )
