"""Several processes work on one stage; each has its own model and asks for a job when it is free.

Processes are spawned, not forked: libraries with threads of their own do not survive a fork.
"""

from __future__ import annotations

import multiprocessing
import pickle
import signal
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from speechkit.core.arithmetic import same_sums
from speechkit.core.errors import SpeechkitError, describe
from speechkit.core.stage import Resources, Stage
from speechkit.pipeline.jobs import Failed, Job, Queue, Refused, Stored, opened, perform
from speechkit.storage.corpus import Corpus

TRIES = 2  # how many workers a recording may take down
_FAILED_STARTS = 3  # how many may die before their first job
_READY = "ready"


class _Worker:
    """A process, the pipe to it, and the job it has."""

    def __init__(self, payload: bytes, root: Path, resources: Resources) -> None:
        context = multiprocessing.get_context("spawn")
        self.resources = resources
        self.pipe, theirs = context.Pipe()
        self.job: Job | None = None
        self.ready = False
        self.process = context.Process(
            target=_work, args=(theirs, payload, root, resources), daemon=True
        )
        with same_sums():  # inherited, so that it stands before a library loads
            self.process.start()
        theirs.close()  # or its death would not be noticed

    def give(self, job: Job) -> None:
        self.job = job
        self.pipe.send(job)

    def end(self) -> None:
        self.pipe.close()
        self.process.terminate()
        self.process.join()


def perform_in_workers(
    stage: Stage, corpus: Corpus, jobs: Sequence[Job], resources: Sequence[Resources]
) -> Iterator[Stored | Failed]:
    """Yield one result a job, in the order in which they end; one worker for each of `resources`.

    Raises:
        SpeechkitError: if the stage cannot be opened, the corpus not be written, or workers die
            before they have begun.
    """
    payload = pickle.dumps(stage)
    queue = Queue(jobs, TRIES)
    failed_starts = 0
    workers: list[_Worker] = []
    try:
        workers += [_Worker(payload, corpus.root, given) for given in resources[: len(jobs)]]
        while queue.waiting or any(worker.job for worker in workers):
            for worker in workers:
                if queue.waiting and worker.ready and worker.job is None:
                    worker.give(queue.waiting.popleft())
            for pipe in wait([worker.pipe for worker in workers]):
                (worker,) = (one for one in workers if one.pipe is pipe)
                try:
                    answer = worker.pipe.recv()
                except (EOFError, OSError):
                    lost, how = worker.job, _how_it_died(worker)
                    workers.remove(worker)
                    workers.append(_Worker(payload, corpus.root, worker.resources))
                    if lost is None:
                        failed_starts += not worker.ready
                        if failed_starts >= _FAILED_STARTS:
                            raise SpeechkitError(
                                f"workers of stage {stage.name} die while they load ({how}); "
                                "use fewer --workers"
                            ) from None
                        continue
                    yield from queue.lost(lost, f"took {TRIES} workers down with it ({how})")
                    continue
                if answer == _READY:
                    worker.ready = True
                elif isinstance(answer, Refused):
                    raise answer.error
                else:
                    worker.job = None
                    yield answer
    finally:
        for worker in workers:
            worker.end()


def _how_it_died(worker: _Worker) -> str:
    worker.pipe.close()
    worker.process.join()
    code = worker.process.exitcode or 0
    if code == -signal.SIGKILL:
        return "killed, perhaps for want of memory"
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _work(pipe: Connection, payload: bytes, root: Path, resources: Resources) -> None:
    """Open the stage, then do jobs until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the asking process stops its workers itself
    corpus = Corpus(root)
    answer: Any
    try:
        try:
            stage: Stage = pickle.loads(payload)  # noqa: S301 (made by the process that began us)
            with opened(stage, resources) as work:
                pipe.send(_READY)
                while True:
                    pipe.send(perform(stage, work, corpus, pipe.recv()))
        except SpeechkitError as error:
            answer = Refused(error=error)
        except (EOFError, BrokenPipeError, ConnectionResetError):
            return
        except Exception as error:
            answer = Refused(error=SpeechkitError(f"a worker stopped: {describe(error)}"))
        pipe.send(answer)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
