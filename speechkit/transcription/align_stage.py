"""The stage `align`: the draft and the audio → the layer `aligned`, with times to cut by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from speechkit.audio.sound import open_sound
from speechkit.core.engines import SAMPLE_RATE, Align, Aligner, make_engine
from speechkit.core.errors import InputError, MissingExtraError, UsageError
from speechkit.core.stage import Resources, Task, Work, Writes
from speechkit.core.text import evenly_timed_words
from speechkit.core.types import Segment


class AlignOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes the word times.

    `engine`: `ctc`, `attention`, `mms`; `engine_options`: the engine's own. `fallback`: the engine
    where the packages of the first are not installed; empty for none.
    """

    engine: str = "ctc"
    engine_options: dict[str, str] = {}
    fallback: str = "attention"


class AlignStage:
    """When each word was said. Text and order stay."""

    name = "align"
    version = "2"
    reads: tuple[str, ...] = ("draft",)
    writes = Writes(name="aligned", kind="segments")

    def __init__(self, options: AlignOptions = AlignOptions()) -> None:  # noqa: B008
        self.options = options
        try:
            engine = make_engine("aligner", options.engine, options.engine_options)
        except MissingExtraError:
            if not options.fallback:
                raise
            engine = make_engine("aligner", options.fallback)
        self._engine: Aligner = engine

    @property
    def engine(self) -> str:
        """Full name of the engine that is really used."""
        return self._engine.spec

    @property
    def revision(self) -> str:
        """Digest of the engine's weights."""
        return self._engine.revision

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Work]:
        """Load the engine; yield a function from tasks to segments."""
        with self._engine.open(resources) as align:

            def work(tasks: Sequence[Task]) -> list[tuple[Segment, ...]]:
                return [one(task) for task in tasks]

            def one(task: Task) -> tuple[Segment, ...]:
                draft = task.layers["draft"].items
                try:
                    return align_file(task.audio_path, draft, align, task.workspace.scratch)
                except UsageError as error:
                    # A language that this engine does not know: this recording's trouble only.
                    raise InputError(f"{task.recording.id}: {error}") from error

            yield work


def align_file(
    path: Path, segments: Sequence[Segment], align: Align, scratch: Path
) -> tuple[Segment, ...]:
    """Align segments on their channel, on the mean of all channels where they name none.

    `scratch`: see `open_sound`.

    Raises:
        InputError: if a segment names a channel that the file does not have.
    """
    if not segments:
        return ()
    channels = sorted({s.channel for s in segments}, key=lambda c: -1 if c is None else c)
    placed: dict[str, Segment] = {}
    for channel in channels:
        mine = [_with_words(segment) for segment in segments if segment.channel == channel]
        with open_sound(path, SAMPLE_RATE, mono=channel is None, scratch=scratch) as sounds:
            if channel is not None and not 0 <= channel < len(sounds):
                raise InputError(f"{path}: no channel {channel}, the file has {len(sounds)}")
            done = align(sounds[channel or 0], mine, "")
        placed |= {segment.id: segment for segment in done}
    return tuple(placed[segment.id] for segment in segments)


def _with_words(segment: Segment) -> Segment:
    if segment.words:
        return segment
    return msgspec.structs.replace(segment, words=evenly_timed_words(segment))
