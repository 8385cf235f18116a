"""The stage `transcribe`: a recording's audio → the layer `draft` of segments with words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import msgspec

from speechkit.audio.sound import open_sound
from speechkit.core.digest import segment_id
from speechkit.core.engines import (
    SAMPLE_RATE,
    Sound,
    Transcribe,
    Transcriber,
    Transcript,
    make_engine,
)
from speechkit.core.errors import InputError, UsageError
from speechkit.core.stage import Resources, Task, Work, Writes
from speechkit.core.types import Recording, Segment

NAME = "transcribe"


class TranscribeOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes the draft.

    `engine`: `faster-whisper:base`, `whisper:base`, … `engine_options`: the engine's own.
    `language`: ISO 639-1; empty: the recording's first language, or else the one that is heard.
    """

    engine: str = "faster-whisper:base"
    engine_options: dict[str, str] = {}
    language: str = ""


class TranscribeStage:
    """What was said, as whisper hears it: times are rough, speakers unknown."""

    name = NAME
    version = "2"
    reads: tuple[str, ...] = ()
    writes = Writes(name="draft", kind="segments")

    def __init__(self, options: TranscribeOptions = TranscribeOptions()) -> None:  # noqa: B008
        self.options = options
        self._engine: Transcriber = make_engine(
            "transcriber", options.engine, options.engine_options
        )

    @property
    def engine(self) -> str:
        """Full name of the engine."""
        return self._engine.spec

    @property
    def revision(self) -> str:
        """Digest of the engine's weights."""
        return self._engine.revision

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Work]:
        """Load the engine; yield a function from tasks to segments."""
        with self._engine.open(resources) as transcribe:

            def work(tasks: Sequence[Task]) -> list[tuple[Segment, ...]]:
                return [self._one(task, transcribe) for task in tasks]

            yield work

    def _one(self, task: Task, transcribe: Transcribe) -> tuple[Segment, ...]:
        recording = task.recording
        apart = has_own_channels(recording)
        language = self.options.language or next(iter(recording.context.languages), "")
        with open_sound(
            task.audio_path, SAMPLE_RATE, mono=not apart, scratch=task.workspace.scratch
        ) as channels:
            streams = {index if apart else None: one for index, one in enumerate(channels)}
            try:
                return numbered(recording.id, transcribe_channels(streams, transcribe, language))
            except UsageError as error:
                if self.options.language:
                    raise
                # What the metadata of one recording say must not stop the others.
                raise InputError(f"{recording.id}: {error}; correct its languages") from error


def has_own_channels(recording: Recording) -> bool:
    """Say whether everybody in a recording speaks on a known channel, on at least two in all.

    Raises:
        InputError: if a participant's channel is not in the file.
    """
    num_channels = recording.audio.num_channels
    channels = [participant.channel for participant in recording.participants]
    for participant in recording.participants:
        if participant.channel is not None and not 0 <= participant.channel < num_channels:
            raise InputError(
                f"{recording.id}: participant {participant.id} is on channel "
                f"{participant.channel}, but the file has {num_channels}; correct the metadata"
            )
    return None not in channels and len(set(channels)) > 1


def transcribe_channels(
    streams: Mapping[int | None, Sound], transcribe: Transcribe, language: str
) -> list[Segment]:
    """Transcribe each channel on its own; segments carry its number.

    Where the language is to be found out, a channel that is unsure follows the surest one: in a
    conversation people mostly share a language, and a channel of backchannels is easily mistaken.
    """
    heard = {channel: transcribe(one, language or None) for channel, one in streams.items()}
    if not language and len(heard) > 1:
        surest = max(heard.values(), key=lambda one: one.language_probability)
        for channel, one in heard.items():
            if _is_unsure(one) and one.language != surest.language and surest.language:
                heard[channel] = transcribe(streams[channel], surest.language)
    return [
        msgspec.structs.replace(segment, channel=channel)
        for channel, one in heard.items()
        for segment in one.segments
    ]


def numbered(recording: str, segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Return segments in order of (start, channel), with their ids."""

    def order(segment: Segment) -> tuple[float, int, float]:
        return segment.start, -1 if segment.channel is None else segment.channel, segment.end

    return tuple(
        msgspec.structs.replace(segment, id=segment_id(recording, index))
        for index, segment in enumerate(sorted(segments, key=order))
    )


def _is_unsure(transcript: Transcript) -> bool:
    return any("language-uncertain" in segment.labels for segment in transcript.segments)
