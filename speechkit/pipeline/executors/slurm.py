"""The Slurm executor: a job array a stage, each of its tasks a fixed share of the recordings.

What is written into the job folder (`slurm/` in the corpus) are ids, digests and the stage's
options. A share that Slurm loses (time limit, preemption, node failure) is asked for again, less
what it had stored by then.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from speechkit.core.engines import require
from speechkit.core.errors import SpeechkitError, UsageError
from speechkit.core.stage import Resources, Stage, cache_key
from speechkit.pipeline.executors.registry import NO_BUDGET, NO_STORE, ExecutorRequest
from speechkit.pipeline.jobs import Failed, Job, Refused, Stored, opened, perform, state_of
from speechkit.pipeline.machine import usable_cores
from speechkit.storage.corpus import Corpus

ROUNDS = 3  # how often a share may be lost
_T = TypeVar("_T")


class SlurmExecutor:
    """Runs stages as job arrays; every node sees the corpus folder under the same path.

    `shards`: tasks in an array. `resources.threads`: processors a task (1 where that is 0); a GPU
    each if the device is one. `parameters`: submitit's, as `slurm_partition`, `timeout_min`,
    `mem_gb`, `slurm_account`. `cluster`: `slurm`; `local` for processes of this machine.
    """

    def __init__(
        self,
        *,
        shards: int = 8,
        resources: Resources | None = None,
        parameters: Mapping[str, Any] | None = None,
        cluster: str = "slurm",
    ) -> None:
        require("submitit", extra="slurm")
        self.shards = shards
        self.resources = resources or Resources()
        self.parameters = dict(parameters or {})
        self.cluster = cluster

    def perform(
        self, stage: Stage, corpus: Corpus, jobs: Sequence[Job]
    ) -> Iterator[Stored | Failed]:
        """Yield one result a job, share by share as they end.

        Raises:
            UsageError: for parameters that submitit does not know.
            SpeechkitError: if there is no Slurm, the stage cannot be opened, or the corpus not be
            written.
        """
        waiting = list(jobs)
        why = ""
        for _ in range(ROUNDS):
            lost: list[Job] = []
            for handle, share in self._submit(stage, corpus, waiting):
                if handle.exception() is not None:
                    why = type(handle.exception()).__name__
                    for job in share:
                        digest = corpus.cached(stage.name, cache_key(stage, state_of(corpus, job)))
                        if digest is None:
                            lost.append(job)
                        else:
                            yield Stored(recording=job.recording, layer=digest)
                    continue
                answer: list[Stored | Failed] | Refused = handle.result()
                if isinstance(answer, Refused):
                    raise answer.error
                yield from answer
            waiting = lost
            if not waiting:
                return
        for job in waiting:
            yield Failed(recording=job.recording, reason=f"lost by Slurm {ROUNDS} times ({why})")

    def _submit(
        self, stage: Stage, corpus: Corpus, jobs: Sequence[Job]
    ) -> Iterator[tuple[Any, list[Job]]]:
        """Submit one array; yield each task and its share when it has ended."""
        import submitit

        folder = corpus.root.resolve() / "slurm" / stage.name
        try:
            executor = submitit.AutoExecutor(folder=folder, cluster=self.cluster)
        except RuntimeError as error:
            raise SpeechkitError(
                "no Slurm on this machine (srun is not found); give this command on a node of "
                "the cluster that may submit jobs"
            ) from error
        gpus = 1 if self.resources.device.startswith("cuda") else 0
        try:
            executor.update_parameters(
                name=f"speechkit-{stage.name}",
                cpus_per_task=self.resources.threads or 1,
                gpus_per_node=gpus,
                **self.parameters,
            )
        except (NameError, TypeError, ValueError) as error:
            raise UsageError(f"--slurm: {error}") from error
        payload = pickle.dumps(stage)
        shares = split(jobs, self.shards)
        root = corpus.root.resolve()
        try:
            with executor.batch():
                handles = [
                    executor.submit(_share, payload, root, self.resources, share)
                    for share in shares
                ]
        except (submitit.core.utils.FailedJobError, FileNotFoundError) as error:
            raise SpeechkitError(
                f"Slurm did not take the job ({type(error).__name__}); see: sinfo, sacctmgr"
            ) from error
        number = {id(handle): n for n, handle in enumerate(handles)}
        for handle in submitit.helpers.as_completed(handles, poll_frequency=0.5):
            yield handle, shares[number[id(handle)]]


def split(items: Sequence[_T], num_shares: int) -> list[list[_T]]:
    """Deal items out in turn; the same items and number give the same shares, none of them empty.

    >>> split([1, 2, 3, 4, 5], 2), split([1], 4)
    ([[1, 3, 5], [2, 4]], [[1]])
    """
    return [list(items[n::num_shares]) for n in range(min(num_shares, len(items)))]


def _share(
    payload: bytes, root: Path, resources: Resources, jobs: Sequence[Job]
) -> list[Stored | Failed] | Refused:
    """Do a share on a node of the cluster."""
    stage: Stage = pickle.loads(payload)  # noqa: S301 (made by the submitting process)
    try:
        corpus = Corpus.open(root)
        threads = resources.threads or usable_cores()
        with opened(stage, Resources(device=resources.device, threads=threads)) as work:
            return [perform(stage, work, corpus, job) for job in jobs]
    except SpeechkitError as error:
        return Refused(error=error)


def make(asked: ExecutorRequest) -> SlurmExecutor:
    """Return the executor `slurm` as it is asked for.

    Raises:
        UsageError: for what is another executor's.
        MissingExtraError: if submitit is not installed.
    """
    asked.refuse(store=NO_STORE, budget_memory=NO_BUDGET)
    if asked.address:
        raise UsageError(f"--executor slurm:{asked.address}: Slurm finds its own cluster")
    parameters = {
        name: int(value) if value.isdigit() else value for name, value in asked.settings.items()
    }
    return SlurmExecutor(
        shards=asked.workers or 8, resources=asked.resources, parameters=parameters
    )
