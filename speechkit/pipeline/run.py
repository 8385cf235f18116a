"""Runs stages over a corpus. The cache is all of resuming: what is there is not done again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

import msgspec

from speechkit.core.corpus import Corpus
from speechkit.core.errors import SpeechkitError
from speechkit.core.stage import Stage, Task, cache_key, provenance
from speechkit.core.types import Layer, Session
from speechkit.pipeline.local import Done, Failed, Result
from speechkit.pipeline.plan import check_plan, given_only, with_layer


class Executor(Protocol):
    """Runs one stage over tasks: one result a task, in order."""

    def map(self, stage: Stage, tasks: Iterable[Task]) -> Iterator[Result]: ...


class StageReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the recordings in one stage. `seconds` is wall time, model load included."""

    stage: str
    engine: str
    done: int
    cached: int
    failed: int
    seconds: float


class RunReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did."""

    recordings: int
    stages: tuple[StageReport, ...]
    failures: tuple[dict[str, str], ...]


Progress = Callable[[str, int, int], None]  # stage, recordings finished, recordings in all


def silent(stage: str, finished: int, total: int) -> None:
    """Show nothing."""


def run(
    corpus: Corpus,
    stages: Sequence[Stage],
    executor: Executor,
    *,
    limit: int | None = None,
    progress: Progress = silent,
) -> RunReport:
    """Run `stages` over the first `limit` recordings of a corpus, in order of id.

    A recording that fails in a stage leaves the run with a row in `failures.jsonl`; it keeps no
    layer of that stage or a later one, so that nothing stale is released.

    Raises:
        UsageError: if the stages do not fit together.
        ModelError, MissingExtraError: if a stage cannot be opened.
        StoreError: if the corpus cannot be written.
    """
    check_plan(stages)
    sessions = corpus.sessions()[:limit]
    if not sessions:
        raise SpeechkitError(
            f"{corpus.root} holds no recordings; bring some with: "
            f"speechkit ingest DIR --corpus {corpus.root}"
        )
    states = {session.recording.id: given_only(session, stages) for session in sessions}
    failures: list[dict[str, str]] = []
    reports = []
    try:
        for stage in stages:
            report, failed = _run_stage(corpus, stage, states, executor, progress)
            reports.append(report)
            failures += failed
    finally:
        corpus.record_failures("run", [dict(row) for row in failures])
    corpus.note(
        "run", recordings=len(sessions), stages=[s.name for s in stages], failed=len(failures)
    )
    return RunReport(recordings=len(sessions), stages=tuple(reports), failures=tuple(failures))


def _run_stage(
    corpus: Corpus,
    stage: Stage,
    states: dict[str, Session],
    executor: Executor,
    progress: Progress,
) -> tuple[StageReport, list[dict[str, str]]]:
    """Run one stage over what is left in `states`, and put its layers there."""
    begun = time.monotonic()
    total = len(states)
    missing = []
    for recording, state in list(states.items()):
        digest = corpus.cached(stage.name, cache_key(stage, state))
        if digest is None:
            missing.append(recording)
        else:
            _keep(corpus, states, recording, stage.writes.name, digest)
    cached = total - len(missing)
    progress(stage.name, cached, total)
    failures = []
    if missing:
        tasks = (_task(corpus, stage, states[recording]) for recording in missing)
        for finished, result in enumerate(executor.map(stage, tasks), start=1):
            if isinstance(result, Failed):
                failures.append(
                    {"item": result.recording, "stage": stage.name, "reason": result.reason}
                )
                corpus.put_session(states.pop(result.recording))
            else:
                _store(corpus, stage, states, result)
            progress(stage.name, cached + finished, total)
    report = StageReport(
        stage=stage.name,
        engine=stage.engine,
        done=len(missing) - len(failures),
        cached=cached,
        failed=len(failures),
        seconds=round(time.monotonic() - begun, 2),
    )
    return report, failures


def _task(corpus: Corpus, stage: Stage, state: Session) -> Task:
    names = [name.rstrip("?") for name in stage.reads]
    layers = {name: corpus.layer(state, name) for name in names}
    return Task(
        recording=state.recording,
        audio_path=corpus.audio_path(state.recording),
        layers={name: layer for name, layer in layers.items() if layer is not None},
        corpus=corpus,
    )


def _store(corpus: Corpus, stage: Stage, states: dict[str, Session], result: Done) -> None:
    state = states[result.recording]
    layer = Layer(
        name=stage.writes.name,
        kind=stage.writes.kind,
        recording=result.recording,
        items=result.items,
        provenance=provenance(stage, state),
    )
    digest = corpus.put_layer(layer)
    corpus.remember(stage.name, cache_key(stage, state), digest)
    _keep(corpus, states, result.recording, stage.writes.name, digest)
    corpus.note("stage", recording=result.recording, stage=stage.name, layer=digest)


def _keep(
    corpus: Corpus, states: dict[str, Session], recording: str, name: str, digest: str
) -> None:
    """Name a layer in the session, on disk too where that differs."""
    states[recording] = with_layer(states[recording], name, digest)
    if corpus.session(recording).layers.get(name) != digest:
        corpus.put_session(states[recording])
