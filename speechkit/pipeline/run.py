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
        return _run(corpus, stages, executor, limit, progress)


def _run(
    corpus: Corpus,
    stages: Sequence[Stage],
    executor: Executor,
    limit: int | None,
    progress: Progress,
) -> RunReport:
    sessions = corpus.sessions()[:limit]
    if not sessions:
        raise SpeechkitError(
            f"{corpus.root} holds no recordings; bring some with: "
            f"speechkit ingest DIR --corpus {corpus.root}"
        )
    gate = Gate(corpus.root)
    failures: list[dict[str, str]] = []
    states = {}
    for session in sessions:
        if reason := gate.refuse(session.recording, "read", session.recording.phi):
            failures.append({"item": session.recording.id, "stage": "consent", "reason": reason})
        else:
            states[session.recording.id] = given_only(session, stages)
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
    audio = sum(states[recording].recording.duration for recording in missing)
    progress(stage.name, cached, total)
    failures = []
    if missing:
        jobs = jobs_of([states[recording] for recording in missing])
        for finished, result in enumerate(executor.perform(stage, corpus, jobs), start=1):
            if isinstance(result, Failed):
                failures.append(
                    {"item": result.recording, "stage": stage.name, "reason": result.reason}
                )
                corpus.put_session(states.pop(result.recording))
            else:
                _keep(corpus, states, result.recording, stage.writes.name, result.layer)
                raw = states[result.recording].recording.audio.sha256
                layer = keyed_digest(raw, result.layer)
                corpus.note("stage", recording=result.recording, stage=stage.name, layer=layer)
            progress(stage.name, cached + finished, total)
    failures.sort(key=lambda row: row["item"])
    seconds = round(time.monotonic() - begun, 2)
    if missing:
        corpus.note(
            PACE, stage=stage.name, engine=stage.engine, seconds=seconds, audio=round(audio, 1)
        )
    report = StageReport(
        stage=stage.name,
        engine=stage.engine,
        done=len(missing) - len(failures),
        cached=cached,
        failed=len(failures),
        seconds=seconds,
    )
    return report, failures


def _keep(
    corpus: Corpus, states: dict[str, Session], recording: str, name: str, digest: str
) -> None:
    """Name a layer in the session, on disk too where that differs."""
    states[recording] = with_layer(states[recording], name, digest)
    if corpus.session(recording).layers.get(name) != digest:
        corpus.put_session(states[recording])
