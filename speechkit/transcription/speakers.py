"""Speakers that a recognizer names itself: one name a person, throughout a recording.

What is heard by itself, a channel or a part of one, has names of its own: A of the one need not be A
of the other. Where participants have a channel each, the channel says who it is; else the voices are
compared.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

import msgspec

from speechkit.core.engines import LinkVoices, Sound, Speakers, Transcript, Voice, VoiceLinker
from speechkit.core.errors import InputError, MissingExtraError, ModelError
from speechkit.core.stage import Resources
from speechkit.core.text import evenly_timed_words
from speechkit.core.time import Interval, subtract, union
from speechkit.core.types import Recording, Segment

Heard = Mapping[int | None, Transcript]  # by channel; None: all channels are one sound
Name = tuple[int | None, int, str]  # channel, part of it, what the recognizer calls them there


@contextmanager
def opened_when_needed(linker: VoiceLinker, resources: Resources) -> Iterator[LinkVoices]:
    """Yield a linker that threads may share, and that is opened for the first recording in parts.

    Most are heard in one go: they need neither its weights nor its packages.

    Raises:
        InputError: from the function, if they are not here.
    """
    lock = threading.Lock()
    opened: list[LinkVoices] = []
    with ExitStack() as stack:

        def link(voices: Sequence[Voice], speakers: Speakers) -> tuple[int, ...]:
            with lock:
                try:
                    if not opened:
                        opened.append(stack.enter_context(linker.open(resources)))
                except (ModelError, MissingExtraError) as error:
                    raise InputError(
                        f"speakers of several parts are not linked: {error}"
                    ) from error
                return opened[0](voices, speakers)

        yield link


def link_speakers(
    recording: Recording, streams: Mapping[int | None, Sound], heard: Heard, link: LinkVoices
) -> dict[int | None, Transcript]:
    """Return what was heard on each channel, with the same name for the same person everywhere.

    Args:
        recording: its participants' channels say who speaks there, their number how many do.
        streams: the sound of each channel, mono at 16 kHz.
        heard: on each channel.
        link: tells who of several channels or parts is the same person.

    Raises:
        InputError: if there is text and nobody is named.
    """
    speech = _speech(heard)
    if not speech and any(one.segments for one in heard.values()):
        raise nobody_named(recording)
    scopes = sorted({(channel is not None, channel or 0, part) for channel, part, _ in speech})
    if None not in streams and _have_own_channels(recording):
        people = {name: name[0] or 0 for name in speech}
    elif len(scopes) < 2:
        people = {name: index for index, name in enumerate(speech)}
    else:
        voices = [
            Voice(
                part=scopes.index((channel is not None, channel or 0, part)),
                samples=streams[channel],
                speech=_alone((channel, part, speaker), speech),
            )
            for channel, part, speaker in speech
        ]
        people = dict(zip(speech, link(voices, _number(recording)), strict=True))
    return _renamed(heard, people)


def rename_recalled(recording: Recording, segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Return segments that were written elsewhere, with speakers of ours in place of its names.

    Its names hold for the recording, or for a channel of it; without names, a channel is a person.

    Raises:
        InputError: if there is text and nobody is named.
    """
    of_channel = defaultdict(list)
    for segment in segments:
        named = segment.speaker or ("" if segment.channel is None else f"channel {segment.channel}")
        of_channel[segment.channel].append(msgspec.structs.replace(segment, speaker=named))
    heard: dict[int | None, Transcript] = {
        channel: Transcript(segments=tuple(found), language="", language_probability=0.0)
        for channel, found in of_channel.items()
    }
    speech = _speech(heard)
    if not speech and segments:
        raise nobody_named(recording)
    renamed = _renamed(heard, {name: index for index, name in enumerate(speech)})
    return tuple(segment for one in renamed.values() for segment in one.segments)


def nobody_named(recording: Recording) -> InputError:
    """The reason of a recording whose recognizer said what was said, and not by whom."""
    return InputError(
        f"{recording.id}: the engine names no speakers; a diarizer will, if it is asked for: "
        "diarize.engine=auto"
    )


def _speech(heard: Heard) -> dict[Name, list[Interval]]:
    """Return when each name speaks, in the order in which they first do."""
    found: dict[Name, list[Interval]] = {}
    spoken = [
        ((start, end), (channel, part, speaker))
        for channel, one in heard.items()
        for segment in one.segments
        for part in (_part(segment, one.parts),)
        for start, end, speaker in _by_speaker(segment)
    ]
    for interval, name in sorted(spoken, key=lambda each: each[0]):
        found.setdefault(name, []).append(interval)
    return found


def _by_speaker(segment: Segment) -> Iterator[tuple[float, float, str]]:
    """Yield who speaks when in a segment: its speaker, and words that have another one."""
    if segment.speaker and not any(word.speaker for word in segment.words):
        yield segment.start, segment.end, segment.speaker
        return
    for word in segment.words or evenly_timed_words(segment):
        if speaker := word.speaker or segment.speaker:
            yield word.start, word.end, speaker


def _part(segment: Segment, parts: Sequence[Interval]) -> int:
    """Return which part a segment lies in: the last that begins before its middle."""
    middle = (segment.start + segment.end) / 2
    return max((number for number, part in enumerate(parts) if part[0] <= middle), default=0)


def _alone(name: Name, speech: Mapping[Name, Sequence[Interval]]) -> tuple[Interval, ...]:
    """Return when somebody speaks and nobody else of their part does; all of it if never."""
    others = [part for other in speech if other != name for part in speech[other]]
    return subtract(speech[name], others) or union(speech[name])


def _number(recording: Recording) -> Speakers:
    number = len(recording.participants)
    return Speakers(exactly=number) if number >= 2 else Speakers()


def _have_own_channels(recording: Recording) -> bool:
    channels = [participant.channel for participant in recording.participants]
    return len(channels) >= 2 and None not in channels and len(set(channels)) == len(channels)


def _renamed(heard: Heard, people: Mapping[Name, int]) -> dict[int | None, Transcript]:
    """Replace names by SPEAKER_00, SPEAKER_01, …, in the order in which `people` has them."""
    number = {person: index for index, person in enumerate(dict.fromkeys(people.values()))}

    def label(channel: int | None, part: int, name: str) -> str:
        return f"SPEAKER_{number[people[channel, part, name]]:02d}" if name else ""

    def renamed(channel: int | None, segment: Segment, part: int) -> Segment:
        named = segment.speaker if (channel, part, segment.speaker) in people else ""
        return msgspec.structs.replace(
            segment,
            speaker=label(channel, part, named),
            words=tuple(
                msgspec.structs.replace(word, speaker=label(channel, part, word.speaker))
                for word in segment.words
            ),
        )

    return {
        channel: msgspec.structs.replace(
            one,
            segments=tuple(renamed(channel, s, _part(s, one.parts)) for s in one.segments),
        )
        for channel, one in heard.items()
    }
