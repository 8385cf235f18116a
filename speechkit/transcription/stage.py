"""The stage `transcribe`: a recording's audio → the layer `draft` of segments with words."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

import msgspec

from speechkit.audio.channels import same_sounds
from speechkit.audio.faint import Voices, audible, find_voices
from speechkit.audio.sound import open_sound
from speechkit.core.digest import digest_of, segment_id
from speechkit.core.engines import (
    SAMPLE_RATE,
    DetectVoice,
    LinkVoices,
    RecordedTranscriber,
    Sound,
    Transcribe,
    Transcriber,
    Transcript,
    VoiceDetector,
    VoiceLinker,
    check_language,
    make_engine,
    names_speakers,
)
from speechkit.core.errors import InputError, UsageError
from speechkit.core.stage import Resources, Task, Work, Writes
from speechkit.core.time import Interval, overlap
from speechkit.core.types import FAINT, Recording, Segment
from speechkit.transcription.departure import let_leave
from speechkit.transcription.foreign import in_own_language
from speechkit.transcription.other_script import label_scripts
from speechkit.transcription.repeats import without_repeats
from speechkit.transcription.speakers import link_speakers, opened_when_needed, rename_recalled

NAME = "transcribe"
_LINKER = "campplus"  # what links the speakers that an engine names in parts of a recording

Heard = dict[int | None, Transcript]  # by channel; None: all channels are one sound


class TranscribeOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes the draft.

    `engine`: `faster-whisper:base`, `whisper:base`, … `engine_options`: the engine's own.
    `language`: ISO 639-1; empty: the recording's first language, or else the one that is heard.
    `voice_detector`: what finds speech that is too faint for the engine as recorded; empty: nothing.
    """

    engine: str = "faster-whisper:base"
    engine_options: dict[str, str] = {}
    language: str = ""
    voice_detector: str = "silero"


class TranscribeStage:
    """What was said on each channel, as the engine hears it: times are rough, speakers unknown
    unless the engine says who speaks: then they have the same name throughout a recording."""

    name = NAME
    version = "3"
    reads: tuple[str, ...] = ()
    writes = Writes(name="draft", kind="segments")

    def __init__(self, options: TranscribeOptions = TranscribeOptions()) -> None:  # noqa: B008
        self._engine: Transcriber = make_engine(
            "transcriber", options.engine, options.engine_options
        )
        changing = {
            name: value
            for name, value in options.engine_options.items()
            if name not in self._engine.info.run_options
        }
        self.options = msgspec.structs.replace(options, engine_options=changing)
        self._purpose = options.engine_options.get("purpose", "")
        if options.language:
            check_language(self._engine, options.language)
        self._voice: VoiceDetector | None = (
            make_engine("voice-detector", options.voice_detector)
            if options.voice_detector
            else None
        )
        self._linker: VoiceLinker | None = None
        if names_speakers(self._engine) and not isinstance(self._engine, RecordedTranscriber):
            self._linker = make_engine("voice-linker", _LINKER)

    @property
    def engine(self) -> str:
        """Full name of the engine."""
        return self._engine.spec

    @property
    def names_speakers(self) -> bool:
        """Whether the engine says who speaks, so that no diarizer needs to."""
        return names_speakers(self._engine)

    @property
    def in_flight(self) -> int:
        """How many recordings the engine works on at the same time."""
        return self._engine.info.in_flight

    @property
    def revision(self) -> str:
        """Digest of the engine's weights, and of those of what helps it."""
        helpers = [helper.revision for helper in (self._voice, self._linker) if helper is not None]
        return digest_of([self._engine.revision, *helpers]) if helpers else self._engine.revision

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Work]:
        """Load the engine; yield a function from tasks to segments."""
        with ExitStack() as stack:
            transcribe = stack.enter_context(self._engine.open(resources))
            voice = stack.enter_context(self._voice.open(resources)) if self._voice else None
            if voice is not None and self.in_flight > 1:
                voice = _one_at_a_time(voice)
            link: LinkVoices | None = None
            if self._linker is not None:
                link = stack.enter_context(opened_when_needed(self._linker, resources))

            def work(tasks: Sequence[Task]) -> list[tuple[Segment, ...]]:
                return [self._one(task, transcribe, voice, link) for task in tasks]

            yield work

    def _one(
        self,
        task: Task,
        transcribe: Transcribe,
        detect: DetectVoice | None,
        link: LinkVoices | None,
    ) -> tuple[Segment, ...]:
        recording = task.recording
        check_channels(recording)
        if self._engine.info.leaves_this_machine:
            let_leave(self._engine, task, self._purpose)
        language = self.options.language or next(iter(recording.context.languages), "")
        if isinstance(self._engine, RecordedTranscriber):
            recalled = self._engine.recall(recording, language or None).segments
            if names_speakers(self._engine):
                recalled = rename_recalled(recording, recalled)
            return numbered(recording.id, label_scripts(recalled))
        with open_sound(
            task.audio_path, SAMPLE_RATE, mono=False, scratch=task.workspace.scratch
        ) as channels:
            streams = streams_of(channels)

            def name(heard: Heard) -> Heard:
                return heard if link is None else link_speakers(recording, streams, heard, link)

            try:
                segments = transcribe_channels(streams, transcribe, language, detect, name)
            except UsageError as error:
                # What the metadata of one recording say must not stop the others.
                raise InputError(f"{recording.id}: {error}; correct its languages") from error
            several = {number: one for number, one in streams.items() if number is not None}
            return numbered(recording.id, label_scripts(without_repeats(segments, several)))


def _one_at_a_time(detect: DetectVoice) -> DetectVoice:
    """Return a voice detector that several threads may call: its model holds a state."""
    lock = threading.Lock()

    def guarded(samples: Sound) -> tuple[Interval, ...]:
        with lock:
            return detect(samples)

    return guarded


def check_channels(recording: Recording) -> None:
    """Check the channels that the metadata name.

    Raises:
        InputError: if a participant's channel is not in the file.
    """
    num_channels = recording.audio.num_channels
    for participant in recording.participants:
        if participant.channel is not None and not 0 <= participant.channel < num_channels:
            raise InputError(
                f"{recording.id}: participant {participant.id} is on channel "
                f"{participant.channel}, but the file has {num_channels}; correct the metadata"
            )


def streams_of(channels: Sequence[Sound]) -> dict[int | None, Sound]:
    """Return what has to be listened to: each channel, those of the same sound once.

    The key is the channel's number; None where all channels are one sound.
    """
    groups = same_sounds(channels)
    if len(groups) == 1:
        return {None: channels[groups[0][0]]}
    return {group[0]: channels[group[0]] for group in groups}


def transcribe_channels(
    streams: Mapping[int | None, Sound],
    transcribe: Transcribe,
    language: str,
    detect: DetectVoice | None = None,
    name: Callable[[Heard], Heard] = lambda heard: heard,
) -> list[Segment]:
    """Transcribe each channel on its own, faint speech amplified; segments carry its number.

    Where the language is to be found out, a channel that is unsure follows the surest one: in a
    conversation people mostly share a language, and a channel of backchannels is easily mistaken.
    `name` gives speakers one name on all channels.
    """
    voices = {
        channel: find_voices(one, detect) if detect is not None else Voices()
        for channel, one in streams.items()
    }
    sounds = {channel: audible(one, voices[channel].faint) for channel, one in streams.items()}
    heard = {channel: transcribe(one, language or None) for channel, one in sounds.items()}
    if not language and len(heard) > 1:
        surest = max(heard.values(), key=lambda one: one.language_probability)
        for channel, one in heard.items():
            if _is_unsure(one) and one.language != surest.language and surest.language:
                heard[channel] = transcribe(sounds[channel], surest.language)
    heard = name(heard)
    main = language or max(heard.values(), key=lambda one: one.language_probability).language
    return [
        msgspec.structs.replace(
            segment, channel=channel, labels=_with_faint(segment, voices[channel].faint)
        )
        for channel, one in heard.items()
        for segment in (
            in_own_language(sounds[channel], one.segments, transcribe, main, voices[channel].all)
            if detect is not None
            else one.segments
        )
    ]


def _with_faint(segment: Segment, faint: Sequence[Interval]) -> tuple[str, ...]:
    """The labels, and `faint` where most of a segment is."""
    inside = sum(overlap((segment.start, segment.end), part) for part in faint)
    return (
        (*segment.labels, FAINT) if inside > (segment.end - segment.start) / 2 else segment.labels
    )


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
