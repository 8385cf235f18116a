"""Engines over a release or a corpus, each in a process of its own, their work kept.

What an engine wrote of a recording is found again by digest, as in `speechkit run`: in the corpus
itself, or, as a release is never written to, in a private folder of the cache. Neither the corpus'
sessions nor the release change.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from speechkit.benchmark.results import RunCost
from speechkit.benchmark.types import Hypothesis, System
from speechkit.core.digest import digest_of
from speechkit.core.errors import InputError, SpeechkitError, UsageError, describe
from speechkit.core.stage import Resources, Stage, Task, cache_key
from speechkit.core.types import Recording, Session
from speechkit.manifest.lines import read_lines
from speechkit.manifest.schema import RECORDINGS
from speechkit.manifest.versions import release_digest
from speechkit.pipeline.executors.local import Failed, LocalExecutor
from speechkit.pipeline.jobs import keep
from speechkit.pipeline.pipelines import make_stage
from speechkit.pipeline.plan import with_layer
from speechkit.storage.corpus import Corpus
from speechkit.storage.files import write_bytes
from speechkit.storage.models import cache_folder
from speechkit.workflows.score_corpus import is_release

Progress = Callable[[str, str, int, int], None]  # engine, stage, recordings finished, in all


def silent(engine: str, stage: str, finished: int, total: int) -> None:
    """Show nothing."""


class EngineJob(msgspec.Struct, frozen=True, kw_only=True):
    """What a process is told: where the audio is, which engine, and how."""

    source: str
    engine: str
    options: dict[str, str] = {}
    language: str = ""
    diarize: bool = False
    resources: Resources = Resources()
    only: tuple[str, ...] = ()


class EngineRun(msgspec.Struct, frozen=True, kw_only=True):
    """What an engine did: layers by recording and name, as digests; failures; its cost."""

    layers: dict[str, dict[str, str]]
    failures: dict[str, str]
    cached: int
    cost: RunCost


def run_engine(job: EngineJob, progress: Progress = silent) -> EngineRun:
    """Run one engine in a process of its own, so that its peak memory is its own.

    Raises:
        UsageError: for an unknown engine or option, or a source that is none.
        ModelError, MissingExtraError: if the engine cannot be opened.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_in_process, args=(job, there), daemon=True)
    process.start()
    there.close()
    try:
        while True:
            kind, *said = here.recv()
            if kind == "progress":
                progress(job.engine, *said)
            elif kind == "error":
                raise _relayed(*said)
            else:
                done: EngineRun = msgspec.json.decode(said[0], type=EngineRun)
                process.join()
                return done
    except EOFError as error:
        process.join()
        raise SpeechkitError(
            f"{job.engine}: its process ended with code {process.exitcode}; is there enough memory?"
        ) from error
    finally:
        process.terminate()
        process.join()


def as_system(job: EngineJob, run: EngineRun) -> System:
    """Return what an engine wrote as a system to score; layers are read when they are scored."""
    corpus = _store(job.source)[0]

    class Written(Mapping[str, Hypothesis]):
        def __getitem__(self, name: str) -> Hypothesis:
            layers = run.layers[name]
            final = layers.get("attributed") or layers["draft"]
            turns = corpus.get_layer(layers["turns"]).items if "turns" in layers else ()
            return Hypothesis(segments=corpus.get_layer(final).items, turns=turns)

        def __iter__(self) -> Iterator[str]:
            return iter(run.layers)

        def __len__(self) -> int:
            return len(run.layers)

    return System(name=job.engine, hypotheses=Written())


# ---- where recordings are


def _store(source: str) -> tuple[Corpus, list[tuple[Session, Path]]]:
    """Return where layers are kept, and the recordings with their audio.

    Raises:
        UsageError: if `source` is neither a release nor a corpus, or has no audio.
    """
    path = Path(source.rpartition("#")[0] or source)
    if (path / "corpus.json").is_file():
        corpus = Corpus.open(path)
        return corpus, [(s, corpus.audio_path(s.recording)) for s in corpus.sessions()]
    if not is_release(path):
        raise UsageError(
            f"{path}: neither a release nor a corpus; bring a folder of recordings and their "
            "texts into one with: speechkit ingest DIR --corpus CORPUS --metadata TABLE"
        )
    folder = cache_folder().parent / "bench" / release_digest(path)[:16]
    recordings = [r for r in read_lines(path, RECORDINGS, Recording) if r.audio.sha256]
    if not recordings:
        raise UsageError(f"{path}: a release without audio; nothing for an engine to listen to")
    found = [(Session(recording=r, layers={}), path.parent / r.audio.uri) for r in recordings]
    return Corpus.create(folder), found


# ---- in the process


def _in_process(job: EngineJob, pipe: Any) -> None:
    try:

        def progress(stage: str, finished: int, total: int) -> None:
            pipe.send(("progress", stage, finished, total))

        pipe.send(("done", msgspec.json.encode(_run(job, progress))))
    except SpeechkitError as error:
        pipe.send(("error", str(error), error.exit_code))
    except Exception as error:
        pipe.send(("error", describe(error), 1))


def _relayed(message: str, exit_code: int) -> SpeechkitError:
    error = UsageError(message) if exit_code == UsageError.exit_code else SpeechkitError(message)
    error.exit_code = exit_code
    return error


def _run(job: EngineJob, progress: Callable[[str, int, int], None]) -> EngineRun:
    corpus, found = _store(job.source)
    if job.only:
        found = [(session, path) for session, path in found if session.recording.id in job.only]
    states = {session.recording.id: (_bare(session), path) for session, path in found}
    failures: dict[str, str] = {}
    stages = _stages(job)
    spent = seconds = 0.0
    fewest = len(states)
    for stage in stages:
        missing = []
        for name, (state, path) in states.items():
            digest = corpus.cached(stage.name, cache_key(stage, state))
            if digest is None:
                missing.append(name)
            else:
                states[name] = with_layer(state, stage.writes.name, digest), path
        total = len(states)
        fewest = min(fewest, total - len(missing))
        progress(stage.name, total - len(missing), total)
        clock = _Clock()
        tasks = (_task(corpus, stage, *states[name], clock) for name in missing)
        for result in LocalExecutor(job.resources).map(stage, tasks) if missing else ():
            state, path = states[result.recording]
            if isinstance(result, Failed):
                failures[result.recording] = result.reason
                del states[result.recording]
                continue
            digest = keep(corpus, stage, state, result.items)
            states[result.recording] = with_layer(state, stage.writes.name, digest), path
            progress(stage.name, total - len(missing) + missing.index(result.recording) + 1, total)
        spent += clock.read()
        if stage is stages[-1]:
            seconds = sum(states[n][0].recording.duration for n in missing if n in states)
    return EngineRun(
        layers={name: dict(state.layers) for name, (state, _) in states.items()},
        failures=failures,
        cached=fewest,
        cost=_cost(corpus, job, spent, seconds),
    )


def _stages(job: EngineJob) -> list[Stage]:
    options = {"engine": job.engine, "engine_options": job.options, "language": job.language}
    stages = [make_stage("transcribe", options)]
    if job.diarize:
        return [
            make_stage("diarize", {}),
            *stages,
            make_stage("align", {}),
            make_stage("attribute", {}),
        ]
    return stages


def _bare(session: Session) -> Session:
    return msgspec.structs.replace(session, layers={})


class _Clock:
    """Measures from the first task on: loading the model is not counted."""

    def __init__(self) -> None:
        self.begun: float | None = None

    def start(self) -> None:
        if self.begun is None:
            self.begun = time.monotonic()

    def read(self) -> float:
        return 0.0 if self.begun is None else time.monotonic() - self.begun


def _task(corpus: Corpus, stage: Stage, state: Session, path: Path, clock: _Clock) -> Task:
    clock.start()
    if not path.is_file():
        raise InputError(f"the audio of {state.recording.id} is gone: {path}")
    names = [name.rstrip("?") for name in stage.reads]
    layers = {name: corpus.layer(state, name) for name in names}
    return Task(
        recording=state.recording,
        audio_path=path,
        layers={name: layer for name, layer in layers.items() if layer is not None},
        workspace=corpus,
    )


def _cost(corpus: Corpus, job: EngineJob, spent: float, seconds: float) -> RunCost:
    """Return what this run cost, or, where all was there before, what the earlier run did."""
    key = digest_of([job.engine, job.options, job.diarize, msgspec.to_builtins(job.resources)])
    path = corpus.root / "vault" / "bench" / f"{key}.json"
    if not seconds:
        try:
            return msgspec.json.decode(path.read_bytes(), type=RunCost)
        except (OSError, msgspec.MsgspecError):
            return RunCost()
    cost = RunCost(
        audio_seconds=round(seconds, 1),
        seconds=round(spent, 2),
        real_time_factor=round(spent / seconds, 4),
        peak_memory_mib=round(_peak_memory() / 2**20),
    )
    write_bytes(path, msgspec.json.encode(cost))
    return cost


def _peak_memory() -> int:
    """Return the most memory that this process held, in bytes."""
    status = Path("/proc/self/status")
    told = status.read_text().partition("VmHWM:")[2].split() if status.exists() else []
    if told:
        return int(told[0]) * 1024
    # Kilobytes, on macOS bytes. On Linux it starts at the peak of the process that forked this one.
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
