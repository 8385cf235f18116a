"""The stage `diarize`: a recording's sound → its turns, overlapping and exclusive ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import msgspec

from speechkit.audio.channels import same_sounds
from speechkit.audio.sound import open_sound
from speechkit.core.digest import digest_of
from speechkit.core.engines import SAMPLE_RATE, Diarize, Diarizer, Sound, Speakers, make_engine
from speechkit.core.errors import InputError, UsageError
from speechkit.core.stage import Resources, Task, Work, Writes
from speechkit.core.types import Item, Recording
from speechkit.diarization.turns import check_speakers

AUTO = "auto"
_MIXED = "pyannote:local"
_SEPARATE = "channels"


class DiarizeOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes the result.

    `engine`: `auto` takes `channels` for recordings whose participants have a channel each, unless
    these carry the same sound, else `pyannote:local`. `engine_options` are the engine's own; under
    `auto` those of `pyannote:local`. The numbers of speakers hold for every recording; where none
    is given, two or more listed participants are taken to be all who speak.
    """

    engine: str = AUTO
    engine_options: dict[str, str] = {}
    num_speakers: int | None = None
    min_speakers: int | None = None
    max_speakers: int | None = None


class DiarizeStage:
    """Reads sound, writes the layer `turns`."""

    name = "diarize"
    version = "5"
    reads: tuple[str, ...] = ()
    writes = Writes(name="turns", kind="turns")

    def __init__(self, options: DiarizeOptions | None = None) -> None:
        self.options = options or DiarizeOptions()
        check_speakers(_asked(self.options))
        spec = _MIXED if self.options.engine == AUTO else self.options.engine
        self._mixed: Diarizer = make_engine("diarizer", spec, self.options.engine_options)
        self._separate: Diarizer | None = (
            make_engine("diarizer", _SEPARATE) if self.options.engine == AUTO else None
        )

    @property
    def engine(self) -> str:
        """The engine's full name, or `auto`."""
        return AUTO if self._separate is not None else self._mixed.spec

    @property
    def revision(self) -> str:
        """Digest of the weights that may be used."""
        if self._separate is None:
            return self._mixed.revision
        return digest_of([self._mixed.revision, self._separate.revision])

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Work]:
        """Load each engine when the first recording needs it; yield tasks → turns."""
        with ExitStack() as stack:
            opened: dict[str, Diarize] = {}

            def work(tasks: Sequence[Task]) -> Sequence[tuple[Item, ...]]:
                return [one(task) for task in tasks]

            def one(task: Task) -> tuple[Item, ...]:
                speakers = number_of_speakers(self.options, task.recording)
                with open_sound(
                    task.audio_path, SAMPLE_RATE, mono=False, scratch=task.workspace.scratch
                ) as channels:
                    engine = self._mixed
                    if self._separate is not None and is_apart(task.recording, channels):
                        engine = self._separate
                    if engine.spec not in opened:
                        opened[engine.spec] = stack.enter_context(engine.open(resources))
                    try:
                        return opened[engine.spec](channels, speakers)
                    except UsageError as error:
                        # What one recording lacks must not stop the others.
                        raise InputError(f"{task.recording.id}: {error}") from error

            yield work


def is_apart(recording: Recording, channels: Sequence[Sound]) -> bool:
    """Tell whether the participants have a channel each, and these are not all the same sound."""
    return has_own_channels(recording) and len(same_sounds(channels)) > 1


def has_own_channels(recording: Recording) -> bool:
    """Tell whether two or more participants are listed, each with a channel of their own."""
    channels = [participant.channel for participant in recording.participants]
    return (
        len(channels) >= 2
        and None not in channels
        and len(set(channels)) == len(channels)
        and recording.audio.num_channels > 1
    )


def number_of_speakers(options: DiarizeOptions, recording: Recording) -> Speakers:
    """Return what is known of the number of speakers: as asked, else as listed."""
    asked = _asked(options)
    if asked == Speakers() and len(recording.participants) >= 2:
        return Speakers(exactly=len(recording.participants))
    return asked


def _asked(options: DiarizeOptions) -> Speakers:
    return Speakers(
        exactly=options.num_speakers,
        at_least=options.min_speakers,
        at_most=options.max_speakers,
    )
