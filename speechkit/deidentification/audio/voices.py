"""Whose voice is heard when, and what it is moved by where voices are to be disguised."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from speechkit.audio.disguise import HEARD, Piece, disguised, shift_of
from speechkit.core.engines import Sound
from speechkit.core.types import Segment
from speechkit.deidentification.audio.untranscribed import is_on


def with_other_voices(
    channels: Sequence[Sound], sample_rate: int, segments: Sequence[Segment], recording: str
) -> tuple[Sound, ...]:
    """Return the channels with every speaker's voice moved by an amount of its own.

    The amount follows from the recording's id and the speaker, so that a run gives the same bits
    again, and one person in two recordings is not moved by the same. What is not known to be said by anybody
    goes with who speaks next to it.
    """
    out = []
    for number, sound in enumerate(channels):
        spoken = [segment for segment in segments if is_on(segment, number)]
        owners = speaker_parts(spoken, len(sound) / sample_rate)
        shifts = {
            speaker: shift_of(
                _voice(sound, sample_rate, spoken, speaker),
                sample_rate,
                _chance(f"{recording} {speaker or number}"),
            )
            for speaker in {owner for _, _, owner in owners}
        }
        edges = [0, *(round(end * sample_rate) for _, end, _ in owners[:-1]), len(sound)]
        pieces = [
            Piece(start, end, shifts[owner])
            for (start, end), (_, _, owner) in zip(pairwise(edges), owners, strict=True)
        ]
        out.append(disguised(sound, sample_rate, pieces))
    return tuple(out)


def speaker_parts(segments: Sequence[Segment], length: float) -> list[tuple[float, float, str]]:
    """Part `length` seconds among speakers: (start, end, speaker), borders halfway between turns.

    >>> def said(speaker, start, end):
    ...     return Segment(id="s", start=start, end=end, speaker=speaker, text="")
    >>> speaker_parts([said("A", 1, 2), said("A", 2, 3), said("B", 4, 6)], 9.0)
    [(0.0, 3.5, 'A'), (3.5, 9.0, 'B')]
    >>> speaker_parts([], 9.0)
    [(0.0, 9.0, '')]
    """
    ordered = sorted(segments, key=lambda s: (s.start, s.end))
    found = [(0.0, length, ordered[0].speaker or "" if ordered else "")]
    for before, after in pairwise(ordered):
        speaker = after.speaker or ""
        start, _, last = found[-1]
        border = min(max((before.end + after.start) / 2, start), length)
        if speaker != last:
            found[-1] = (start, border, last)
            found.append((border, length, speaker))
    return found


def _voice(
    sound: Sound, sample_rate: int, segments: Sequence[Segment], speaker: str
) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    parts, seconds = [np.zeros(0, dtype=np.float32)], 0.0
    for segment in segments:
        if (segment.speaker or "") == speaker and seconds < HEARD:
            parts.append(
                sound[round(segment.start * sample_rate) : round(segment.end * sample_rate)]
            )
            seconds += segment.end - segment.start
    return np.concatenate(parts)


def _chance(name: str) -> float:
    return hashlib.sha256(name.encode()).digest()[0] / 255
