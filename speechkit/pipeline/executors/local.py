"""The local executor: in this process, or in several, each of which loads the model once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager

import msgspec

from speechkit.core.errors import UsageError
from speechkit.core.stage import Concurrent, Resources, Stage
from speechkit.pipeline.executors.registry import (
    NO_SETTINGS,
    NO_STORE,
    ExecutorRequest,
    workers_within,
)
from speechkit.pipeline.executors.workers import perform_in_workers
from speechkit.pipeline.jobs import Failed, Job, Stored, opened, perform
from speechkit.pipeline.machine import usable_cores
from speechkit.storage.corpus import Corpus


class LocalExecutor:
    """Runs stages on this machine, in `workers` processes; 1: in this one, or `apart` from it.

    Several need memory for as many models. A worker that dies (memory, a decoder's crash) takes
    nothing with it: its recording is tried once more by another, then fails with that reason.
    """

    def __init__(
        self, resources: Resources | None = None, *, workers: int = 1, apart: bool = False
    ) -> None:
        self.resources = resources or Resources()
        self.workers = workers
        self.apart = apart

    def perform(
        self, stage: Stage, corpus: Corpus, jobs: Sequence[Job]
    ) -> Iterator[Stored | Failed]:
        """Yield one result a job, in the order in which they end.

        Raises:
            SpeechkitError: if the stage itself cannot be opened, or the corpus not be written.
        """
        if self.workers == 1 and isinstance(stage, Concurrent) and stage.in_flight > 1:
            yield from _in_threads(stage, corpus, jobs, self.resources, stage.in_flight)
            return
        if self.workers > 1 or self.apart:
            yield from perform_in_workers(stage, corpus, jobs, shares(self.resources, self.workers))
            return
        with opened(stage, shares(self.resources, 1)[0]) as work:
            for job in jobs:
                yield perform(stage, work, corpus, job)


def _in_threads(
    stage: Stage, corpus: Corpus, jobs: Sequence[Job], resources: Resources, num_threads: int
) -> Iterator[Stored | Failed]:
    """Perform jobs in threads of this process, for a stage that mostly waits for others.

    What is interrupted, or ended by SIGTERM, begins nothing new; what was begun is finished and
    stored, as it may have been paid for.
    """
    with _interrupted_by_sigterm(), opened(stage, shares(resources, 1)[0]) as work:
        pool = ThreadPoolExecutor(num_threads)
        try:
            waiting = {pool.submit(perform, stage, work, corpus, job) for job in jobs}
            for done in as_completed(waiting):
                yield done.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _interrupted_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end the work as Ctrl-C does; only a main thread is told of signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def make(asked: ExecutorRequest) -> LocalExecutor:
    """Return the executor `local` as it is asked for.

    Raises:
        UsageError: for what is a cluster's, or a budget that not even one worker fits into.
    """
    asked.refuse(settings=NO_SETTINGS, store=NO_STORE)
    if asked.address:
        raise UsageError(f"--executor local:{asked.address}: this machine has no address")
    workers = asked.workers
    if asked.budget_memory:
        workers = workers_within(asked.budget_memory, workers or usable_cores())
    return LocalExecutor(asked.resources, workers=workers or 1)


def shares(resources: Resources, workers: int) -> list[Resources]:
    """Share cores and devices out, so that workers do not fight for them.

    `device` may name several, by comma: workers take them in turn. `threads` holds for each
    worker; 0 is an equal share of the cores.

    >>> shares(Resources(device="cuda:0,cuda:1", threads=4), 3)[2]
    Resources(device='cuda:0', threads=4)
    """
    threads = resources.threads or max(1, usable_cores() // workers)
    devices = resources.device.split(",")
    return [
        msgspec.structs.replace(resources, device=devices[n % len(devices)], threads=threads)
        for n in range(workers)
    ]
