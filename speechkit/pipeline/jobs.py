"""What goes to where work is done, and what comes back: ids and digests, never audio or text.

Whoever works reads the layers from the corpus and writes its own there; so a job can be done in
this process, in another, or on another machine that has the same folder, to the same bytes.
"""

from __future__ import annotations

import errno
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import msgspec

from speechkit.core.arithmetic import same_sums
from speechkit.core.errors import (
    DamagedError,
    MissingExtraError,
    ModelError,
    SpeechkitError,
    StoreError,
    describe,
    is_debugging,
)
from speechkit.core.stage import Resources, Stage, Task, Work, cache_key, provenance
from speechkit.core.types import Item, Layer, Session
from speechkit.pipeline.machine import peak_memory
from speechkit.storage.corpus import Corpus

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One recording for one stage: the digests of the layers it has."""

    recording: str
    layers: Mapping[str, str]


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What a stage made of one recording."""

    recording: str
    items: tuple[Item, ...]


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """The digest of the layer that a stage wrote for one recording, and what that took.

    `seconds` is the work alone: loading the model is not in it. `peak_memory` is the most bytes
    that the working process had held by then.
    """

    recording: str
    layer: str
    seconds: float = 0.0
    peak_memory: int = 0


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    """Why a stage could not do one recording."""

    recording: str
    reason: str


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """Why nothing can be done at all, on its way to the process that asked for the work."""

    error: SpeechkitError


class Queue:
    """Jobs that wait. One that was lost with its worker waits again, `tries` times in all."""

    def __init__(self, jobs: Sequence[Job], tries: int) -> None:
        self.waiting = deque(jobs)
        self._tries = tries
        self._losses: Counter[str] = Counter()

    def lost(self, job: Job, reason: str) -> Iterator[Failed]:
        """Put a job first in the queue again; yield its failure if that was the last try."""
        self._losses[job.recording] += 1
        if self._losses[job.recording] < self._tries:
            self.waiting.appendleft(job)
        else:
            yield Failed(recording=job.recording, reason=reason)


@contextmanager
def opened(stage: Stage, resources: Resources) -> Iterator[Work]:
    """Open a stage the way every executor does: its sums are the same however many threads it has.

    Raises:
        ModelError, MissingExtraError: if the stage cannot be opened.
    """
    with same_sums(), stage.open(resources) as work:
        yield work


def attempt(work: Work, task: Task) -> Done | Failed:
    """Do one task. A failure is a result; what concerns every recording is raised.

    What a stage raises besides `SpeechkitError` may quote what was said, so only the kind of
    error and its place are kept.

    A usage error is this recording's, too (two channels are asked of one that has one): what is
    wrong with the command itself was told when the stage was made or opened.

    Raises:
        ModelError, MissingExtraError: if the stage cannot work at all.
        StoreError: if the corpus cannot be written.
    """
    try:
        (items,) = work([task])
    except DamagedError as error:
        return Failed(recording=task.recording.id, reason=str(error))
    except (ModelError, MissingExtraError, StoreError):
        raise
    except SpeechkitError as error:
        return Failed(recording=task.recording.id, reason=str(error))
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            raise StoreError(
                f"cannot write in {task.workspace.root}: {error.strerror}; "
                "free space or check permissions, then run again"
            ) from error
        if is_debugging():
            raise
        return Failed(recording=task.recording.id, reason=describe(error))
    return Done(recording=task.recording.id, items=items)


def perform(stage: Stage, work: Work, corpus: Corpus, job: Job) -> Stored | Failed:
    """Do one job and store its layer, under the cache key that finds it again.

    Raises:
        As `attempt`.
    """
    try:
        state = state_of(corpus, job)
        task = task_of(corpus, stage, state)
    except DamagedError as error:
        return Failed(recording=job.recording, reason=str(error))
    begun = time.monotonic()
    done = attempt(work, task)
    if isinstance(done, Failed):
        return done
    seconds = round(time.monotonic() - begun, 4)
    layer = keep(corpus, stage, state, done.items)
    return Stored(recording=job.recording, layer=layer, seconds=seconds, peak_memory=peak_memory())


def keep(corpus: Corpus, stage: Stage, state: Session, items: tuple[Item, ...]) -> str:
    """Store what a stage made of a recording, where the cache finds it; return its digest."""
    layer = Layer(
        name=stage.writes.name,
        kind=stage.writes.kind,
        recording=state.recording.id,
        items=items,
        provenance=provenance(stage, state),
    )
    digest = corpus.put_layer(layer)
    corpus.remember(stage.name, cache_key(stage, state), digest)
    return digest


def state_of(corpus: Corpus, job: Job) -> Session:
    """Return the session as the job has it: its recording, and the job's layers."""
    return msgspec.structs.replace(corpus.session(job.recording), layers=dict(job.layers))


def jobs_of(states: Sequence[Session]) -> list[Job]:
    """Return a job for each session."""
    return [Job(recording=state.recording.id, layers=state.layers) for state in states]


def task_of(corpus: Corpus, stage: Stage, state: Session) -> Task:
    """Return what a stage is given for one recording: its audio, and the layers it reads."""
    names = [name.rstrip("?") for name in stage.reads]
    layers = {name: corpus.layer(state, name) for name in names}
    return Task(
        recording=state.recording,
        audio_path=corpus.audio_path(state.recording),
        layers={name: layer for name, layer in layers.items() if layer is not None},
        workspace=corpus,
    )
