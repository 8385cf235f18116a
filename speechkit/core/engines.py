"""Engines: small adapters behind protocols, found through the entry points `speechkit.engines`.

An engine is named `engine:model` (`faster-whisper:base`, `pyannote:local`, `channels`). An entry
point is called `<kind>.<engine>` and names a class, or any callable, that takes
`(model: str, options: dict[str, str])`; `options` are the engine's own, as `--set` gives them, and
an unknown one is a UsageError. Making an engine is cheap; `open` loads the weights. What others
must know about an engine stands in its `info`, which is a class attribute where it does not depend
on the model: it is then read without making the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from importlib.util import find_spec
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    Protocol,
    TypeGuard,
    TypeVar,
    overload,
    runtime_checkable,
)

import msgspec

from speechkit.core.annotations import Annotations
from speechkit.core.errors import MissingExtraError, UsageError, did_you_mean
from speechkit.core.stage import Resources
from speechkit.core.text import primary_subtag
from speechkit.core.time import Interval
from speechkit.core.types import PhiSpan, Recording, Segment, Turn

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

Options = TypeVar("Options", bound=msgspec.Struct)
EngineKind = Literal[
    "diarizer",
    "transcriber",
    "aligner",
    "phi-detector",
    "voice-detector",
    "voice-linker",
    "annotator",
]

SAMPLE_RATE = 16_000  # Hz: what every engine is given


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """Turns an engine's mean word probability p into the chance that a word is right:
    1 / (1 + exp(-(intercept + slope · logit p)))."""

    intercept: float
    slope: float


class EngineInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What others must know about an engine before it is opened.

    Attributes:
        languages: ISO 639-1 codes (639-3 where there is none); empty: any language.
        word_times: a transcriber gives each word a time of its own.
        speakers: a transcriber says who speaks, too (`TranscriberDiarizer`): nothing else is asked.
        batch: how many sounds it takes at once.
        devices: kinds of device it runs on, as in `--device`, without a number.
        word_margin: of an aligner: seconds beyond the estimated edges of a word within which all
            of its sound lies; None: unknown, the widest is used (`margins.word_margin`).
        calibration: of a transcriber's word probabilities; None: they are taken as they are.
        policy_options: of a PHI detector: field of a policy → the engine's option that it sets.
        leaves_this_machine: sound or text is sent to another machine.
        vocabulary: it has an option `vocabulary`, words that it is told beforehand
            (`core.vocabulary`).
        in_flight: how many recordings it works on at the same time, in threads of one process.
        price: of a minute of sound, in US dollars; None: nothing is paid, or unknown.
        run_options: options that change how it runs and never what it writes: they are no part of
            a cache key, so that more retries do not do finished work again.
        needs_model: there is no default model; `engine` alone is not enough.
    """

    languages: tuple[str, ...] = ()
    word_times: bool = False
    speakers: bool = False
    batch: int = 1
    devices: tuple[str, ...] = ("cpu",)
    word_margin: float | None = None
    calibration: Calibration | None = None
    policy_options: Mapping[str, str] = {}
    leaves_this_machine: bool = False
    vocabulary: bool = False
    in_flight: int = 1
    price: float | None = None
    run_options: tuple[str, ...] = ()
    needs_model: bool = False


class Engine(Protocol):
    """What all engines share. `spec` is the full name, `revision` the digest of its weights,
    `options` what changes its results (part of the cache key)."""

    @property
    def info(self) -> EngineInfo: ...

    @property
    def spec(self) -> str: ...
    @property
    def revision(self) -> str: ...
    @property
    def options(self) -> Mapping[str, Any]: ...


class Speakers(msgspec.Struct, frozen=True, kw_only=True):
    """What is known about the number of speakers; None where nothing is."""

    exactly: int | None = None
    at_least: int | None = None
    at_most: int | None = None


class Transcript(msgspec.Struct, frozen=True, kw_only=True):
    """What an engine heard: segments with words (ids empty), the language and its probability.

    `parts`: stretches of the sound, in seconds and in order, that the engine heard each by itself, so
    that a speaker's name means somebody within a part only; empty: names hold for the whole sound.
    """

    segments: tuple[Segment, ...]
    language: str
    language_probability: float
    parts: tuple[Interval, ...] = ()


class Sound(Protocol):
    """Samples (n,) of one channel: an array, or what reads a slice from disk when it is taken.

    An engine takes slices of bounded length, so that its memory does not grow with the recording.
    """

    def __len__(self) -> int: ...
    def __getitem__(self, part: slice, /) -> Samples: ...


class Voice(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who was told from others in one part of a recording: where they speak, in seconds.

    `samples` is the sound that `speech` lies in, mono at 16 kHz. Voices of one part are of different
    people.
    """

    part: int
    samples: Sound
    speech: tuple[Interval, ...]


class Diarize(Protocol):
    """Channels of equal length at 16 kHz → turns, both overlapping and exclusive ones."""

    def __call__(self, channels: Sequence[Sound], speakers: Speakers) -> tuple[Turn, ...]: ...


class Transcribe(Protocol):
    """Mono samples (n,) at 16 kHz → transcript. `language` is an ISO 639-1 code, None to detect."""

    def __call__(self, samples: Sound, language: str | None) -> Transcript: ...


class Align(Protocol):
    """Mono samples (n,) at 16 kHz and segments → the same segments with better word times.

    A word that cannot be placed keeps its time and gets the label `unaligned` on its segment.
    """

    def __call__(
        self, samples: Sound, segments: Sequence[Segment], language: str
    ) -> tuple[Segment, ...]: ...


class DetectPhi(Protocol):
    """Segments of one recording, in order → where identifiers stand in them."""

    def __call__(self, segments: Sequence[Segment], language: str) -> tuple[PhiSpan, ...]: ...


class DetectVoice(Protocol):
    """Mono samples (n,) at 16 kHz → where there is speech."""

    def __call__(self, samples: Sound) -> tuple[Interval, ...]: ...


class LinkVoices(Protocol):
    """Voices of several parts → a number for each: that of the person, from 0 without gaps."""

    def __call__(self, voices: Sequence[Voice], speakers: Speakers) -> tuple[int, ...]: ...


class Annotate(Protocol):
    """Segments of one recording, in order, roles by speaker, a language → what is named in them.

    What was not looked for (a language that the engine does not know) stands in `not_marked`.
    """

    def __call__(
        self, segments: Sequence[Segment], roles: Mapping[str, str], language: str
    ) -> Annotations: ...


class Diarizer(Engine, Protocol):
    def open(self, resources: Resources) -> AbstractContextManager[Diarize]: ...


class Transcriber(Engine, Protocol):
    def open(self, resources: Resources) -> AbstractContextManager[Transcribe]: ...


class TranscriberDiarizer(Transcriber, Protocol):
    """A transcriber that says who speaks, too: `info.speakers` is True.

    Every word has a speaker, its own or its segment's. A name means the same person throughout a
    transcript, or throughout one of its `parts`; parts are then linked by voice (`VoiceLinker`).
    """


@runtime_checkable
class RecordedTranscriber(Engine, Protocol):
    """A transcriber that hears nothing: it looks up what was written for a recording elsewhere."""

    @property
    def recorded(self) -> tuple[str, ...]:
        """Ids of the recordings for which something was written."""
        ...

    def recall(self, recording: Recording, language: str | None) -> Transcript:
        """Return what was written; its segments may name channels and speakers.

        Raises:
            InputError: if nothing was.
        """
        ...


@runtime_checkable
class ServedEngine(Engine, Protocol):
    """An engine that a server stands behind: whether it answers is asked before any work begins."""

    def reach(self) -> None:
        """Ask the server for its models.

        Raises:
            ModelError: if it does not answer, or does not have the engine's model.
        """
        ...


class Aligner(Engine, Protocol):
    def open(self, resources: Resources) -> AbstractContextManager[Align]: ...


class PhiDetector(Engine, Protocol):
    def open(self, resources: Resources) -> AbstractContextManager[DetectPhi]: ...


class VoiceDetector(Engine, Protocol):
    """Every voice detector has the options `threshold` (probability from which it is speech),
    `min_speech` (shorter stretches are dropped) and `pad` (added on either side), in seconds."""

    def open(self, resources: Resources) -> AbstractContextManager[DetectVoice]: ...


class VoiceLinker(Engine, Protocol):
    def open(self, resources: Resources) -> AbstractContextManager[LinkVoices]: ...


class Annotator(Engine, Protocol):
    def open(self, resources: Resources) -> AbstractContextManager[Annotate]: ...


def names_speakers(engine: Transcriber) -> TypeGuard[TranscriberDiarizer]:
    """Tell whether a transcriber says who speaks, too."""
    return engine.info.speakers


def engine_names(kind: EngineKind) -> tuple[str, ...]:
    """Names of the installed engines of a kind, sorted."""
    return tuple(sorted(_entry_points(kind)))


@overload
def make_engine(
    kind: Literal["diarizer"], spec: str, options: Mapping[str, str] | None = None
) -> Diarizer: ...
@overload
def make_engine(
    kind: Literal["transcriber"], spec: str, options: Mapping[str, str] | None = None
) -> Transcriber: ...
@overload
def make_engine(
    kind: Literal["aligner"], spec: str, options: Mapping[str, str] | None = None
) -> Aligner: ...
@overload
def make_engine(
    kind: Literal["phi-detector"], spec: str, options: Mapping[str, str] | None = None
) -> PhiDetector: ...
@overload
def make_engine(
    kind: Literal["voice-detector"], spec: str, options: Mapping[str, str] | None = None
) -> VoiceDetector: ...
@overload
def make_engine(
    kind: Literal["voice-linker"], spec: str, options: Mapping[str, str] | None = None
) -> VoiceLinker: ...
@overload
def make_engine(
    kind: Literal["annotator"], spec: str, options: Mapping[str, str] | None = None
) -> Annotator: ...


def make_engine(kind: EngineKind, spec: str, options: Mapping[str, str] | None = None) -> Engine:
    """Return the engine that `spec` (`engine` or `engine:model`) names.

    Raises:
        UsageError: if there is no such engine, model or option; with close matches.
        MissingExtraError: if its packages are not installed.
    """
    factory, model = _factory(kind, spec)
    engine: Engine = factory(model, dict(options or {}))
    return engine


def engine_info(kind: EngineKind, spec: str) -> EngineInfo:
    """Return what the engine that `spec` names says of itself; loads no weights.

    Packages that the engine needs may be missing where `info` is an attribute of its class.

    Raises:
        UsageError: if there is no such engine or model; with close matches.
        MissingExtraError: if its packages are needed to say it and are not installed.
    """
    factory, model = _factory(kind, spec)
    info = getattr(factory, "info", None)
    if not isinstance(info, EngineInfo):
        info = factory(model, {}).info
    return info


def check_language(engine: Engine, language: str) -> str:
    """Return the primary subtag of a language (`en-US` → `en`) if the engine knows it.

    Raises:
        UsageError: if `info.languages` lists others only; with close matches.
    """
    code, known = primary_subtag(language), engine.info.languages
    if known and code not in known:
        hint = did_you_mean(code, known)
        raise UsageError(f"{engine.spec} knows no language {language!r}; {hint}")
    return code


def require(package: str, *, extra: str) -> None:
    """Make sure that a package is installed, before any work is done.

    Raises:
        MissingExtraError: naming the extra that installs it.
    """
    if find_spec(package) is None:
        raise MissingExtraError(package, extra=extra)


def parse_options(type_: type[Options], given: Mapping[str, Any], owner: str) -> Options:
    """Turn `--set` strings into an options struct.

    Raises:
        UsageError: naming the option that does not exist or does not fit.
    """
    known = type_.__struct_fields__
    for key in given:
        if key not in known:
            raise UsageError(f"{owner} has no option {key!r}; {did_you_mean(key, known)}")
    try:
        return msgspec.convert(dict(given), type_, strict=False)
    except msgspec.ValidationError as error:
        raise UsageError(f"{owner}: {error}") from error


def _factory(kind: EngineKind, spec: str) -> tuple[Callable[[str, dict[str, str]], Any], str]:
    """Return what makes the engine that `spec` names, and the name of its model."""
    name, _, model = spec.partition(":")
    found = _entry_points(kind)
    if name not in found:
        raise UsageError(f"no {kind} named {name!r}; {did_you_mean(name, found)}")
    try:
        return found[name].load(), model
    except ModuleNotFoundError as error:
        extra = found[name].extras[0] if found[name].extras else "all"
        raise MissingExtraError(error.name or name, extra=extra) from error


def _entry_points(kind: str) -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points  # a third of the time of `import speechkit`

    prefix = f"{kind}."
    return {
        point.name.removeprefix(prefix): point
        for point in entry_points(group="speechkit.engines")
        if point.name.startswith(prefix)
    }
