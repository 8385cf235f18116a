"""The stage contract: named layers in, one layer out, one model load for many recordings.

Stages do not know where they run. A stage's options hold what changes its result; device, workers
and batch size do not, and are given to `open`. Two runs over the same inputs give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol, runtime_checkable

import msgspec

from speechkit.core.digest import digest_of
from speechkit.core.types import Item, Kind, Layer, Provenance, Recording, Session


class Workspace(Protocol):
    """What a stage may use of the corpus it works for: no layer but those it is given."""

    @property
    def root(self) -> Path:
        """The folder, to be named in errors."""
        ...

    @property
    def scratch(self) -> Path:
        """A folder for samples while a process works on them, as private as the recordings."""
        ...

    def put_audio(
        self, source: Path, sha256: str, *, area: str = "vault", suffix: str | None = None
    ) -> str:
        """Copy a file into an area (`vault` or `redacted`) under its digest; return its uri."""
        ...


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What a stage gets for one recording: where its audio lies and the layers it reads."""

    recording: Recording
    audio_path: Path
    layers: Mapping[str, Layer]
    workspace: Workspace


class Resources(msgspec.Struct, frozen=True, kw_only=True):
    """Where a stage runs. None of it changes results."""

    device: str = "cpu"
    threads: int = 0


class Writes(msgspec.Struct, frozen=True, kw_only=True):
    """The layer a stage writes."""

    name: str
    kind: Kind


Work = Callable[[Sequence[Task]], Sequence[tuple[Item, ...]]]


class Stage(Protocol):
    """One step. `reads` names layers; a name with a trailing `?` may be absent.

    `engine` and `revision` name the model and the digest of its weights, empty where none is used.
    """

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def reads(self) -> tuple[str, ...]: ...
    @property
    def writes(self) -> Writes: ...
    @property
    def options(self) -> msgspec.Struct: ...
    @property
    def engine(self) -> str: ...
    @property
    def revision(self) -> str: ...

    def open(self, resources: Resources) -> AbstractContextManager[Work]:
        """Load what is needed once; yield a function from tasks to items, one out for one in."""
        ...


@runtime_checkable
class Concurrent(Protocol):
    """A stage whose work may be called by several threads: what it waits for is elsewhere."""

    @property
    def in_flight(self) -> int:
        """How many recordings it works on at the same time."""
        ...


def provenance(stage: Stage, session: Session) -> Provenance:
    """Say how `stage` makes its layer for this session; the layers it reads must be there."""
    recording = session.recording
    inputs = {
        "audio": recording.audio.sha256,
        # Of the metadata only what stages look at: a corrected accent must not redo the work.
        "spoken": digest_of(
            [recording.context.languages, [(p.role, p.channel) for p in recording.participants]]
        ),
    }
    for name in stage.reads:
        if (digest := session.layers.get(name.rstrip("?"))) is not None:
            inputs[name.rstrip("?")] = digest
    return Provenance(
        stage=stage.name,
        version=stage.version,
        engine=stage.engine,
        revision=stage.revision,
        options=msgspec.to_builtins(stage.options),
        inputs=inputs,
    )


def cache_key(stage: Stage, session: Session) -> str:
    """Return the key under which this stage's layer for this session is remembered."""
    return digest_of(provenance(stage, session))
