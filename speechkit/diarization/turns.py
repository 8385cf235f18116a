"""From intervals of speech to turns: clipped, rounded, named in order of appearance, two views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from speechkit.core.engines import Speakers
from speechkit.core.errors import UsageError
from speechkit.core.time import round_ms
from speechkit.core.types import Turn

SpeakerInterval: TypeAlias = tuple[float, float, str]  # start, end, any name for the speaker


def turns_of(
    overlapping: Sequence[SpeakerInterval],
    alone: Sequence[SpeakerInterval] | None,
    *,
    length: float,
    channels: Mapping[str, int] | None = None,
) -> tuple[Turn, ...]:
    """Return turns of both views, sorted by view, start, end and speaker.

    `overlapping` may overlap; `alone` may not, and is derived where None. What lies beyond `length`
    seconds is cut off. Speakers become SPEAKER_00, SPEAKER_01, … as they first speak. `channels`
    says which channel each has, where they have their own.

    >>> for turn in turns_of([(1.0, 3.0, "b"), (0.0, 2.0, "a")], None, length=2.5):
    ...     print(turn.exclusive, turn.start, turn.end, turn.speaker)
    False 0.0 2.0 SPEAKER_00
    False 1.0 2.5 SPEAKER_01
    True 0.0 2.0 SPEAKER_00
    True 2.0 2.5 SPEAKER_01
    """
    clipped = _clipped(overlapping, length)
    only = exclusive(clipped) if alone is None else _clipped(alone, length)
    names: dict[str, str] = {}
    for _, _, speaker in [*clipped, *only]:
        names.setdefault(speaker, f"SPEAKER_{len(names):02d}")
    turns = [
        Turn(
            start=start,
            end=end,
            speaker=names[speaker],
            channel=None if channels is None else channels[speaker],
            exclusive=view,
        )
        for view, intervals in ((False, clipped), (True, only))
        for start, end, speaker in intervals
    ]
    return tuple(sorted(turns, key=sort_key))


def sort_key(turn: Turn) -> tuple[bool, float, float, str]:
    """Order of turns in a layer."""
    return (turn.exclusive, turn.start, turn.end, turn.speaker)


def exclusive(intervals: Iterable[SpeakerInterval]) -> list[SpeakerInterval]:
    """Remove overlaps: the speaker who has the floor keeps it until the end.

    >>> exclusive([(0, 4, "a"), (1, 2, "b"), (3, 6, "b")])
    [(0, 4, 'a'), (4, 6, 'b')]
    """
    left: list[SpeakerInterval] = []
    at = 0.0
    for start, end, speaker in sorted(intervals):
        if end > at:
            left.append((max(start, at), end, speaker))
            at = end
    return left


def check_speakers(speakers: Speakers) -> None:
    """Refuse numbers of speakers that contradict themselves.

    Raises:
        UsageError: below 1, or more at least than at most.
    """
    given = (speakers.exactly, speakers.at_least, speakers.at_most)
    if any(number is not None and number < 1 for number in given):
        raise UsageError("a number of speakers must be 1 or more")
    least, most = speakers.at_least or 1, speakers.at_most
    if most is not None and least > most:
        raise UsageError(f"at least {least} speakers and at most {most} contradict each other")
    exactly = speakers.exactly
    if exactly is not None and (exactly < least or (most is not None and exactly > most)):
        raise UsageError(f"exactly {exactly} speakers is outside the given minimum and maximum")


def _clipped(intervals: Iterable[SpeakerInterval], length: float) -> list[SpeakerInterval]:
    rounded = [
        (round_ms(max(0.0, start)), round_ms(min(length, end)), speaker)
        for start, end, speaker in intervals
    ]
    return sorted(each for each in rounded if each[1] > each[0])
