"""The Ray executor: actors on a cluster hold the model; this process holds the queue.

Ray Core, not Ray Data. What goes over the wire are ids, digests and the stage's options, never
audio or text: every node sees the corpus folder under the same path. A worker that is lost, with
its node or alone, costs the recording it had: that goes back into the queue. Doing a recording
twice is harmless, since layers are called by their content.
"""

from __future__ import annotations

import logging
import os
import pickle
import socket
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.corpus import Corpus
from speechkit.core.engines import require
from speechkit.core.errors import SpeechkitError, UsageError
from speechkit.core.stage import Resources, Stage, Work
from speechkit.pipeline.jobs import Failed, Job, Refused, Stored, perform

TRIES = 4  # how many workers a recording may be lost with
PATIENCE = 300.0  # seconds to wait for the cluster to have room for a worker


class RayExecutor:
    """Runs stages on a Ray cluster.

    `address`: empty for the cluster of RAY_ADDRESS, or else one on this machine;
    `HOST:6379`; `ray://HOST:10001`. `workers`: how many actors; 0: as many as have room. Each asks
    for `resources.threads` processors (1 where that is 0), and a GPU if its device is one.
    """

    def __init__(
        self, address: str = "", *, workers: int = 0, resources: Resources | None = None
    ) -> None:
        require("ray", extra="ray")
        given = resources or Resources()
        if "," in given.device:
            raise UsageError(f"--device {given.device}: Ray chooses the GPU; say cuda")
        self.address = address
        self.workers = workers
        self.resources = msgspec.structs.replace(given, threads=given.threads or 1)

    def perform(
        self, stage: Stage, corpus: Corpus, jobs: Sequence[Job]
    ) -> Iterator[Stored | Failed]:
        """Yield one result a job, in the order in which they end.

        Raises:
            SpeechkitError: if the stage cannot be opened, the corpus not be written, or the
                cluster has no room for a worker.
        """
        with _connected(self.address) as ray:
            wanted = min(self.workers or _room(ray, self.resources), len(jobs))
            crew = _Crew(ray, pickle.dumps(stage), corpus.root.resolve(), self.resources, wanted)
            try:
                yield from crew.perform(jobs)
            finally:
                crew.dismiss()


class _Actor:
    """What runs on the cluster: one opened stage."""

    def __init__(self, payload: bytes, root: Path, resources: Resources) -> None:
        self._payload, self._corpus, self._resources = payload, Corpus(root), resources
        self._opened = ExitStack()
        self._stage: Stage | None = None
        self._work: Work | None = None

    def ready(self) -> Refused | None:
        """Open the stage, and see whether the corpus is there; say what is wrong."""
        try:
            Corpus.open(self._corpus.root)
            stage: Stage = pickle.loads(self._payload)  # noqa: S301 (the asking process made it)
            self._work = self._opened.enter_context(stage.open(self._resources))
            self._stage = stage
        except SpeechkitError as error:
            return Refused.of(error)
        return None

    def perform(self, job: Job) -> Stored | Failed | Refused:
        assert self._stage is not None and self._work is not None
        try:
            return perform(self._stage, self._work, self._corpus, job)
        except SpeechkitError as error:
            return Refused.of(error)


class _Crew:
    """The actors of one stage, and the queue before them."""

    def __init__(
        self, ray: Any, payload: bytes, root: Path, resources: Resources, wanted: int
    ) -> None:
        self._ray = ray
        self._arguments = (payload, root, resources)
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
        waiting = deque(jobs)
        tries: dict[str, int] = {}
        last_sign = time.monotonic()
        while waiting or self._flying:
            while waiting and self._idle:
                actor, job = self._idle.pop(), waiting.popleft()
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
                tries[job.recording] = tries.get(job.recording, 0) + 1
                if tries[job.recording] < TRIES:
                    waiting.appendleft(job)
                else:
                    reason = f"was lost with {TRIES} workers ({type(error).__name__})"
                    yield Failed(recording=job.recording, reason=reason)
                continue
            if isinstance(answer, Refused):
                raise answer.as_error()
            self._idle.append(actor)
            yield answer

    def dismiss(self) -> None:
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
            raise refused.as_error()
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
    """Make sure that somebody listens: Ray itself goes on asking for many minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdigit():
        raise UsageError(f"no Ray address: {address!r}; write HOST:6379 or ray://HOST:10001")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()
    except OSError as error:
        raise SpeechkitError(
            f"nobody answers at {address} ({error.strerror or error}); "
            f"see: ray status --address {host}:{port}"
        ) from error


def _room(ray: Any, resources: Resources) -> int:
    """How many workers the cluster can hold at once (≥ 1)."""
    there = ray.cluster_resources()
    workers = int(there.get("CPU", 1)) // max(1, resources.threads)
    if resources.device.startswith("cuda"):
        workers = min(workers, int(there.get("GPU", 0)))
    return max(1, workers)
