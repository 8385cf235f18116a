"""What is heard in a recording before anything is masked: who speaks where, on which channel, keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from speechkit.audio.channels import same_sounds
from speechkit.audio.dtmf import find_keys
from speechkit.audio.faint import Voices, find_voices
from speechkit.audio.modulation import rises_and_falls
from speechkit.audio.sound import open_sound
from speechkit.core.engines import SAMPLE_RATE, DetectVoice, Sound
from speechkit.core.time import Interval, union
from speechkit.core.types import Identifier
from speechkit.deidentification.audio.placement import MaskRequest


class Listened(msgspec.Struct, frozen=True, kw_only=True):
    """What was heard in the recording before anything was masked, by what has to be listened to:
    the number of a channel and of those of the same sound, None where all are one. `rises`: whether
    anything moves as speech does."""

    groups: Mapping[int | None, tuple[int, ...]]
    voices: Mapping[int | None, Voices]
    keys: tuple[Interval, ...]
    rises: bool


def listen_to(path: Path, voice: DetectVoice, scratch: Path) -> Listened:
    """Find speech, however faint, and telephone keys on every channel that is not like another."""
    with open_sound(path, SAMPLE_RATE, mono=False, scratch=scratch) as channels:
        alike = same_sounds(channels)
        groups: dict[int | None, tuple[int, ...]] = (
            {None: alike[0]} if len(alike) == 1 else {group[0]: group for group in alike}
        )
        sounds = {number: channels[group[0]] for number, group in groups.items()}
        voices = {number: find_voices(sound, voice) for number, sound in sounds.items()}
        heard = any(one.all for one in voices.values())
        return Listened(
            groups=groups,
            voices=voices,
            keys=find_all_keys(list(sounds.values())),
            rises=heard or any(rises_and_falls(sound) for sound in sounds.values()),
        )


def find_all_keys(sounds: Sequence[Sound]) -> tuple[Interval, ...]:
    """Return where telephone keys sound on any channel."""
    return union(interval for sound in sounds for interval in find_keys(sound))


def keyed(intervals: Sequence[Interval]) -> tuple[MaskRequest, ...]:
    """Return what has to be masked where telephone keys sound."""
    return tuple(
        MaskRequest(start=start, end=end, identifier=Identifier.OTHER_ID)
        for start, end in intervals
    )
