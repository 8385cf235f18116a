"""The engines that are installed: what each can do, what it lacks, whether it keeps its contract."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, get_args, runtime_checkable

import msgspec

from speechkit.core.engines import (
    EngineInfo,
    EngineKind,
    engine_info,
    engine_names,
    make_engine,
)
from speechkit.core.errors import SpeechkitError, UsageError, did_you_mean
from speechkit.testing import Outcome, check_engine
from speechkit.testing.sounds import read_clip

KINDS: tuple[EngineKind, ...] = get_args(EngineKind)


class InstalledEngine(msgspec.Struct, frozen=True, kw_only=True):
    """An engine: `info` where it could be read, `missing` what it lacks to be opened."""

    kind: EngineKind
    name: str
    info: EngineInfo | None
    missing: str = ""


def installed_engines() -> tuple[InstalledEngine, ...]:
    """Return all engines, by kind and name; no weights are loaded."""
    return tuple(_installed(kind, name) for kind in KINDS for name in engine_names(kind))


@runtime_checkable
class _Fetchable(Protocol):
    def fetch(self) -> Path: ...


def fetch_weights(spec: str) -> Path:
    """Download the model that `engine:model` names, for engines that can; return where it lies.

    Raises:
        UsageError: if there is no such engine or model, or it has nothing to download.
        ModelError: if no source has it, or has something else than the first time.
    """
    engine = make_engine(kind_of(spec), spec)
    if not isinstance(engine, _Fetchable):
        raise UsageError(f"{spec} has nothing to download")
    return engine.fetch()


def check(
    spec: str,
    *,
    kind: EngineKind | None = None,
    options: dict[str, str] | None = None,
    clip: Path | None = None,
    language: str = "en",
) -> tuple[Outcome, ...]:
    """Open an engine and try all that its kind promises.

    Args:
        spec: `engine` or `engine:model`.
        kind: needed where several kinds have an engine of that name.
        options: its own.
        clip: a recording of speech, about 10 s; by default the sample call of pyannote.audio.
        language: of the clip.

    Raises:
        UsageError: if there is no such engine, or several; with close matches.
        ModelError, MissingExtraError, AudioError: if the engine or the clip cannot be opened.
    """
    speech = None if clip is None else read_clip(clip)
    return check_engine(kind or kind_of(spec), spec, options, speech=speech, language=language)


def kind_of(spec: str) -> EngineKind:
    """Return the kind of an engine by its name.

    Raises:
        UsageError: if none has it, or several kinds have.

    >>> kind_of("ctc")
    'aligner'
    """
    name = spec.partition(":")[0]
    kinds = [kind for kind in KINDS if name in engine_names(kind)]
    if not kinds:
        known = {each for kind in KINDS for each in engine_names(kind)}
        raise UsageError(f"no engine named {name!r}; {did_you_mean(name, known)}")
    if len(kinds) > 1:
        raise UsageError(f"{name} is the name of several engines; add --kind {' or '.join(kinds)}")
    return kinds[0]


def _installed(kind: EngineKind, name: str) -> InstalledEngine:
    try:
        info = engine_info(kind, name)
    except SpeechkitError as error:
        return InstalledEngine(kind=kind, name=name, info=None, missing=str(error))
    missing = ""
    if not info.needs_model:
        try:
            _ = make_engine(kind, name).revision
        except SpeechkitError as error:
            missing = str(error)
    return InstalledEngine(kind=kind, name=name, info=info, missing=missing)
