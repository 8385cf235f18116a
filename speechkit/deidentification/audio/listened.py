"""What is heard in a recording before anything is masked: who speaks where, on which channel, keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from speechkit.audio.channels import same_sounds
from speechkit.audio.differences import Difference, difference, find_differences
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
    the number of a channel and of those of the same sound, None where all are one. Differences of
    channels are numbered on from the last channel. `rises`: whether anything moves as speech does."""

    groups: Mapping[int | None, tuple[int, ...]]
    differences: Mapping[int, Difference] = {}
    voices: Mapping[int | None, Voices]
    keys: tuple[Interval, ...]
    rises: bool

    def sounds(self, channels: Sequence[Sound]) -> dict[int | None, Sound]:
        """Return what has to be listened to of the recording's, or of a copy's channels at 16 kHz."""
        return _sounds(channels, self.groups, self.differences)


def listen_to(path: Path, voice: DetectVoice, scratch: Path) -> Listened:
    """Find speech, however faint, and telephone keys on every channel that is not like another, and
    in what is left of a channel when another one is subtracted."""
    with open_sound(path, SAMPLE_RATE, mono=False, scratch=scratch) as channels:
        alike = same_sounds(channels)
        groups: dict[int | None, tuple[int, ...]] = (
            {None: alike[0]} if len(alike) == 1 else {group[0]: group for group in alike}
        )
        found = find_differences(channels, [group[0] for group in alike])
        differences = dict(enumerate(found, start=len(channels)))
        sounds = _sounds(channels, groups, differences)
        voices = {number: find_voices(sound, voice) for number, sound in sounds.items()}
        heard = any(one.all for one in voices.values())
        return Listened(
            groups=groups,
            differences=differences,
            voices=voices,
            keys=find_all_keys(list(sounds.values())),
            rises=heard or any(rises_and_falls(sound) for sound in sounds.values()),
        )


def _sounds(
    channels: Sequence[Sound],
    groups: Mapping[int | None, tuple[int, ...]],
    differences: Mapping[int, Difference],
) -> dict[int | None, Sound]:
    sounds: dict[int | None, Sound] = {n: channels[group[0]] for n, group in groups.items()}
    return sounds | {n: difference(channels, of) for n, of in differences.items()}


def find_all_keys(sounds: Sequence[Sound]) -> tuple[Interval, ...]:
    """Return where telephone keys sound on any channel."""
    return union(interval for sound in sounds for interval in find_keys(sound))


def keyed(intervals: Sequence[Interval]) -> tuple[MaskRequest, ...]:
    """Return what has to be masked where telephone keys sound."""
    return tuple(
        MaskRequest(start=start, end=end, identifier=Identifier.OTHER_ID)
        for start, end in intervals
    )
