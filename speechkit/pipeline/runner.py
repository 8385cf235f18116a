"""Runs stages over a corpus. The cache is all of resuming: what is there is not done again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import msgspec

from speechkit.core.digest import keyed_digest
from speechkit.core.errors import SpeechkitError
from speechkit.core.stage import Stage, cache_key
from speechkit.core.types import Session
from speechkit.core.verdicts import refusal_of
from speechkit.governance.gate import Gate
from speechkit.pipeline.jobs import Failed, Job, Stored, jobs_of
from speechkit.pipeline.plan import PACE, check_plan, given_only, with_layer
from speechkit.storage.corpus import Corpus
from speechkit.storage.files import sweep
from speechkit.storage.lock import locked


class Executor(Protocol):
    """Runs one stage over jobs: one result a job, in any order, its layer stored."""

    def perform(
        self, stage: Stage, corpus: Corpus, jobs: Sequence[Job]
    ) -> Iterator[Stored | Failed]: ...


class StageReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the recordings in one stage. `seconds` is wall time, model load included."""

    stage: str
    engine: str
    done: int
    cached: int
    failed: int
    seconds: float


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """A recording that a stage could not do, as it stands in `failures.jsonl`, and why."""

    item: str
    stage: str
    reason: str


class RunReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did: its stages, and the recordings that failed."""

    recordings: int
    stages: tuple[StageReport, ...]
    failures: tuple[Failure, ...]


Progress = Callable[[str, int, int], None]  # stage, recordings finished, recordings in all
Finished = Callable[[Session], None]  # what a recording has after the last stage


def silent(stage: str, finished: int, total: int) -> None:
    """Show nothing."""


def unasked(session: Session) -> None:
    """Leave a finished recording in the corpus."""


class Observer:
    """Is told what becomes of each recording while stages run; this one does nothing about it."""

    def progress(self, stage: Stage, finished: int, total: int) -> None:
        """So many of the recordings have been through a stage."""

    def has(self, stage: Stage, session: Session, stored: Stored | None) -> None:
        """A session has a stage's layer; `stored` is None where it had been written before."""

    def lost(self, stage: Stage, session: Session) -> None:
        """A stage failed on a session, which has the layers of earlier stages only."""

    def ended(self, stage: Stage, audio: float, seconds: float) -> None:
        """A stage went through so many seconds of sound in so many seconds."""


class StagesRun(msgspec.Struct, frozen=True, kw_only=True):
    """What became of sessions in a row of stages: those that came through, and what failed."""

    sessions: tuple[Session, ...]
    stages: tuple[StageReport, ...]
    failures: tuple[Failure, ...]


def run(
    corpus: Corpus,
    stages: Sequence[Stage],
    executor: Executor,
    *,
    limit: int | None = None,
    progress: Progress = silent,
    finished: Finished = unasked,
) -> RunReport:
    """Run `stages` over the first `limit` recordings of a corpus, in order of id.

    `finished` is handed each recording as soon as it has the layer of the last stage.

    Where the corpus has a consent register, only what it permits to be read is worked on. A
    recording that fails in a stage leaves the run with a row in `failures.jsonl`; it keeps no
    layer of that stage or a later one, so that nothing stale is released.

    Raises:
        UsageError: if the stages do not fit together.
        ModelError, MissingExtraError: if a stage cannot be opened.
        StoreError: if the corpus cannot be written, or another process works on it.
    """
    check_plan(stages)
    with locked(corpus.root, "run"):
        sweep(corpus.root)
        sessions = corpus.sessions()[:limit]
        last = stages[-1].name if stages else ""
        return _run(
            corpus, stages, sessions, executor, _Bookkeeper(corpus, progress, last, finished)
        )


def _run(
    corpus: Corpus,
    stages: Sequence[Stage],
    sessions: Sequence[Session],
    executor: Executor,
    observer: Observer,
) -> RunReport:
    if not sessions:
        raise SpeechkitError(
            f"{corpus.root} holds no recordings; add some with: "
            f"speechkit ingest DIR --corpus {corpus.root}"
        )
    gate = Gate(corpus.root)
    failures: list[Failure] = []
    permitted = []
    for session in sessions:
        if reason := gate.refuse(session.recording, "read", session.recording.phi):
            failures.append(Failure(item=session.recording.id, stage="consent", reason=reason))
        else:
            permitted.append(given_only(session, stages))
    reports: list[StageReport] = []
    try:
        for report, failed in _each_stage(corpus, stages, permitted, executor, observer):
            reports.append(report)
            failures += failed
    finally:
        rows = [*failures, *_withheld(corpus, stages, permitted, failures)]
        corpus.record_failures("run", [msgspec.to_builtins(row) for row in rows])
    corpus.note(
        "run", recordings=len(sessions), stages=[s.name for s in stages], failed=len(failures)
    )
    return RunReport(recordings=len(sessions), stages=tuple(reports), failures=tuple(failures))


def _withheld(
    corpus: Corpus,
    stages: Sequence[Stage],
    sessions: Sequence[Session],
    failures: Sequence[Failure],
) -> Iterator[Failure]:
    """Say why recordings have no clean copy: they did not fail, and still they are not released."""
    if not stages or stages[-1].writes.kind != "redacted":
        return
    failed = {row.item for row in failures}
    for name in sorted({session.recording.id for session in sessions} - failed):
        layer = corpus.layer(corpus.session(name), stages[-1].writes.name)
        if layer is not None and layer.items and (reason := refusal_of(layer.items[0])):
            yield Failure(item=name, stage=stages[-1].name, reason=reason)


def run_stages(
    corpus: Corpus,
    stages: Sequence[Stage],
    sessions: Sequence[Session],
    executor: Executor,
    observer: Observer,
) -> StagesRun:
    """Run stages over sessions as they are given; of the corpus, only layers and cache are written.

    Raises:
        ModelError, MissingExtraError: if a stage cannot be opened.
        StoreError: if the corpus cannot be written.
    """
    states = list(sessions)
    reports, failures = [], []
    for report, failed in _each_stage(corpus, stages, states, executor, observer):
        reports.append(report)
        failures += failed
    return StagesRun(sessions=tuple(states), stages=tuple(reports), failures=tuple(failures))


class _Bookkeeper(Observer):
    """Keeps the corpus' sessions and its journal up to date, and says who came to the end."""

    def __init__(
        self, corpus: Corpus, progress: Progress, last_stage: str, finished: Finished
    ) -> None:
        self._corpus = corpus
        self._progress = progress
        self._last_stage = last_stage
        self._finished = finished

    def progress(self, stage: Stage, finished: int, total: int) -> None:
        self._progress(stage.name, finished, total)

    def has(self, stage: Stage, session: Session, stored: Stored | None) -> None:
        recording, name = session.recording, stage.writes.name
        if self._corpus.session(recording.id).layers.get(name) != session.layers[name]:
            self._corpus.put_session(session)
        if stored is not None:
            layer = keyed_digest(recording.audio.sha256, stored.layer)
            self._corpus.note("stage", recording=recording.id, stage=stage.name, layer=layer)
        if stage.name == self._last_stage:
            self._finished(session)

    def lost(self, stage: Stage, session: Session) -> None:  # noqa: ARG002
        self._corpus.put_session(session)

    def ended(self, stage: Stage, audio: float, seconds: float) -> None:
        facts = {"stage": stage.name, "engine": stage.engine}
        self._corpus.note(PACE, **facts, seconds=seconds, audio=round(audio, 1))


def _each_stage(
    corpus: Corpus,
    stages: Sequence[Stage],
    sessions: list[Session],
    executor: Executor,
    observer: Observer,
) -> Iterator[tuple[StageReport, list[Failure]]]:
    """Run one stage after the other; `sessions` is kept to those that came through so far."""
    for stage in stages:
        states = {session.recording.id: session for session in sessions}
        report, failed = _one_stage(corpus, stage, states, executor, observer)
        sessions[:] = states.values()
        yield report, failed


def _one_stage(
    corpus: Corpus,
    stage: Stage,
    states: dict[str, Session],
    executor: Executor,
    observer: Observer,
) -> tuple[StageReport, list[Failure]]:
    """Run one stage over what is left in `states`, and put its layers there."""
    begun = time.monotonic()
    total = len(states)
    missing = []
    for recording, state in list(states.items()):
        digest = corpus.cached(stage.name, cache_key(stage, state))
        if digest is None:
            missing.append(state)
        else:
            states[recording] = with_layer(state, stage.writes.name, digest)
            observer.has(stage, states[recording], None)
    cached = total - len(missing)
    observer.progress(stage, cached, total)
    failures = []
    results = executor.perform(stage, corpus, jobs_of(missing)) if missing else ()
    for finished, result in enumerate(results, start=1):
        if isinstance(result, Failed):
            failures.append(Failure(item=result.recording, stage=stage.name, reason=result.reason))
            observer.lost(stage, states.pop(result.recording))
        else:
            state = with_layer(states[result.recording], stage.writes.name, result.layer)
            states[result.recording] = state
            observer.has(stage, state, result)
        observer.progress(stage, cached + finished, total)
    failures.sort(key=lambda row: row.item)
    seconds = round(time.monotonic() - begun, 2)
    if missing:
        observer.ended(stage, sum(state.recording.duration for state in missing), seconds)
    report = StageReport(
        stage=stage.name,
        engine=stage.engine,
        done=len(missing) - len(failures),
        cached=cached,
        failed=len(failures),
        seconds=seconds,
    )
    return report, failures
