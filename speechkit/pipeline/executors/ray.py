"""The Ray executor: actors on a cluster hold the model; this process holds the queue.

Ray Core, not Ray Data. What goes over the wire are ids, digests and the stage's options, never
audio or text: every node sees the corpus folder under the same path, or the same store. A worker
that is lost, with its node or alone, costs the recording it had: that goes back into the queue.
Doing a recording twice is harmless, since layers are called by their content.
"""

from __future__ import annotations

import logging
import os
import pickle
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.engines import require
from speechkit.core.errors import SpeechkitError, UsageError
from speechkit.core.stage import Resources, Stage
from speechkit.pipeline.executors.registry import NO_BUDGET, NO_SETTINGS, ExecutorRequest
from speechkit.pipeline.executors.remote import Store, mirrored, send_jobs, take_in
from speechkit.pipeline.jobs import Failed, Job, Queue, Refused, Stored, opened, perform
from speechkit.storage.corpus import Corpus

TRIES = 4  # how many workers a recording may be lost with
PATIENCE = 300.0  # seconds to wait for the cluster to have room for a worker
CLOSING = 10.0  # seconds that workers may take to clean up


class RayExecutor:
    """Runs stages on a Ray cluster.

    `address`: empty for the cluster of RAY_ADDRESS, or else one on this machine;
    `HOST:6379`; `ray://HOST:10001`. `workers`: how many actors; 0: as many as have room. Each asks
    for `resources.threads` processors (1 where that is 0), and a GPU if its device is one.
    `store`: where files go through if nodes have no common folder (`remote.py`); empty: they have.
    """

    def __init__(
        self,
        address: str = "",
        *,
        workers: int = 0,
        resources: Resources | None = None,
        store: str = "",
    ) -> None:
        require("ray", extra="ray")
        given = resources or Resources()
        if "," in given.device:
            raise UsageError(f"--device {given.device}: Ray chooses the GPU; write cuda")
        self.address = address
        self.workers = workers
        self.store = store
        self.resources = msgspec.structs.replace(given, threads=given.threads or 1)

    def perform(
        self, stage: Stage, corpus: Corpus, jobs: Sequence[Job]
    ) -> Iterator[Stored | Failed]:
        """Yield one result a job, in the order in which they end.

        Raises:
            SpeechkitError: if the stage cannot be opened, the corpus not be written, or the
                cluster has no room for a worker.
        """
        store = Store(self.store) if self.store else None
        if store is not None:
            send_jobs(store, corpus, jobs)
        place = self.store or str(corpus.root.resolve())
        by_id = {job.recording: job for job in jobs}
        with _connected(self.address) as ray:
            wanted = min(self.workers or _room(ray, self.resources), len(jobs))
            crew = _Crew(ray, (pickle.dumps(stage), place, self.resources), wanted)
            try:
                for result in crew.perform(jobs):
                    if store is not None and isinstance(result, Stored):
                        take_in(store, corpus, stage, by_id[result.recording], result.layer)
                    yield result
            finally:
                crew.dismiss()


class _Actor:
    """What runs on the cluster: one opened stage. `place`: folder of the corpus, or its store."""

    def __init__(self, payload: bytes, place: str, resources: Resources) -> None:
        self._payload, self._place, self._resources = payload, place, resources
        self._opened = ExitStack()
        self._perform: Callable[[Job], Stored | Failed] | None = None

    def ready(self) -> Refused | None:
        """Open the stage, and see whether the corpus is there; say what is wrong."""
        try:
            stage: Stage = pickle.loads(self._payload)  # noqa: S301 (the asking process made it)
            if "://" in self._place:
                mirror = self._opened.enter_context(mirrored(self._place))
                work = self._opened.enter_context(opened(stage, self._resources))
                self._perform = partial(mirror.perform, stage, work)
            else:
                corpus = Corpus.open(Path(self._place))
                work = self._opened.enter_context(opened(stage, self._resources))
                self._perform = partial(perform, stage, work, corpus)
        except SpeechkitError as error:
            return Refused(error=error)
        return None

    def perform(self, job: Job) -> Stored | Failed | Refused:
        assert self._perform is not None
        try:
            return self._perform(job)
        except SpeechkitError as error:
            return Refused(error=error)

    def close(self) -> None:
        """Delete what was mirrored; an actor that is killed cannot."""
        self._opened.close()


class _Crew:
    """The actors of one stage, and the queue before them."""

    def __init__(self, ray: Any, arguments: tuple[bytes, str, Resources], wanted: int) -> None:
        self._ray = ray
        self._arguments = arguments
        resources = arguments[-1]
        self._type = ray.remote(
            num_cpus=resources.threads,
            num_gpus=1 if resources.device.startswith("cuda") else 0,
            max_restarts=0,
        )(_Actor)
        self._starting: dict[Any, Any] = {}  # the answer to `ready` → actor
        self._flying: dict[Any, tuple[Any, Job]] = {}  # the answer to `perform` → actor, job
        self._idle: list[Any] = []
        for _ in range(wanted):
            self._hire()

    def perform(self, jobs: Sequence[Job]) -> Iterator[Stored | Failed]:
        queue = Queue(jobs, TRIES)
        last_sign = time.monotonic()
        while queue.waiting or self._flying:
            while queue.waiting and self._idle:
                actor, job = self._idle.pop(), queue.waiting.popleft()
                self._flying[actor.perform.remote(job)] = (actor, job)
            # An actor without room on the cluster is in `_starting` for good, and gets no job.
            ready, _ = self._ray.wait([*self._flying, *self._starting], num_returns=1, timeout=5)
            if not ready:
                if not self._flying and time.monotonic() - last_sign > PATIENCE:
                    raise SpeechkitError(
                        f"the Ray cluster had no room for a worker in {PATIENCE:.0f} s; "
                        "see: ray status"
                    )
                continue
            last_sign = time.monotonic()
            (ref,) = ready
            if ref in self._starting:
                self._welcome(ref)
                continue
            actor, job = self._flying.pop(ref)
            try:
                answer = self._ray.get(ref)
            except self._ray.exceptions.RayError as error:
                # ActorUnavailableError first, ActorDiedError later: the node or the worker is lost.
                self._replace(actor)
                reason = f"was lost with {TRIES} workers ({type(error).__name__})"
                yield from queue.lost(job, reason)
                continue
            if isinstance(answer, Refused):
                raise answer.error
            self._idle.append(actor)
            yield answer

    def dismiss(self) -> None:
        """End the actors; those that do nothing clean up before."""
        closing = [actor.close.remote() for actor in self._idle]
        if closing:
            self._ray.wait(closing, num_returns=len(closing), timeout=CLOSING)
        for actor in [
            *self._idle,
            *self._starting.values(),
            *(a for a, _ in self._flying.values()),
        ]:
            self._fire(actor)

    def _hire(self) -> None:
        actor = self._type.remote(*self._arguments)
        self._starting[actor.ready.remote()] = actor

    def _welcome(self, ref: Any) -> None:
        actor = self._starting.pop(ref)
        try:
            refused = self._ray.get(ref)
        except self._ray.exceptions.RayTaskError as error:
            raise SpeechkitError(
                f"a worker cannot open the stage: {type(error.cause).__name__}"
            ) from None
        except self._ray.exceptions.RayError:
            self._replace(actor)
            return
        if refused is not None:
            raise refused.error
        self._idle.append(actor)

    def _replace(self, actor: Any) -> None:
        self._fire(actor)
        self._hire()

    def _fire(self, actor: Any) -> None:
        try:
            self._ray.kill(actor)
        except (self._ray.exceptions.RayError, ValueError):
            return  # gone already


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    """Yield `ray`, connected; a connection that was there before stays."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    import ray
    import ray.exceptions

    if ray.is_initialized():
        yield ray
        return
    if address:
        _knock(address)
    options: dict[str, Any] = {} if address.startswith("ray://") else {"log_to_driver": False}
    if not address and "RAY_ADDRESS" not in os.environ:
        options["include_dashboard"] = False
    try:
        ray.init(address=address or None, logging_level=logging.ERROR, **options)
    except (ConnectionError, RuntimeError, TimeoutError, ValueError) as error:
        raise SpeechkitError(
            f"no Ray cluster at {address or 'this machine'} ({type(error).__name__}); "
            "see: ray status --address HOST:6379"
        ) from error
    try:
        yield ray
    finally:
        ray.shutdown()


def _knock(address: str) -> None:
    """Make sure that a server answers: Ray itself keeps trying for many minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdigit():
        raise UsageError(f"no Ray address: {address!r}; write HOST:6379 or ray://HOST:10001")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()
    except OSError as error:
        raise SpeechkitError(
            f"there is no answer at {address} ({error.strerror or error}); "
            f"see: ray status --address {host}:{port}"
        ) from error


def _room(ray: Any, resources: Resources) -> int:
    """How many workers the cluster can hold at once (≥ 1)."""
    there = ray.cluster_resources()
    workers = int(there.get("CPU", 1)) // max(1, resources.threads)
    if resources.device.startswith("cuda"):
        workers = min(workers, int(there.get("GPU", 0)))
    return max(1, workers)


def make(asked: ExecutorRequest) -> RayExecutor:
    """Return the executor `ray` as it is asked for.

    Raises:
        UsageError: for what is another executor's, or devices that Ray does not choose.
        MissingExtraError: if Ray is not installed.
    """
    asked.refuse(settings=NO_SETTINGS, budget_memory=NO_BUDGET)
    # `ray://HOST:PORT` is an address as Ray writes it.
    address = f"ray:{asked.address}" if asked.address.startswith("//") else asked.address
    return RayExecutor(address, workers=asked.workers, resources=asked.resources, store=asked.store)
