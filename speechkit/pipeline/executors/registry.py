"""Executors by name, as the command line gives them; found by entry point.

A package of its own adds one under the group `speechkit.executors`: a function that takes an
`ExecutorRequest` and returns an executor.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points

import msgspec

from speechkit.core.errors import UsageError, did_you_mean
from speechkit.core.stage import Resources
from speechkit.pipeline.runner import Executor

GROUP = "speechkit.executors"
WORKER_MEMORY = 2 << 30  # bytes that a worker's peak stays below (`make bench-scale`)


class ExecutorRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What an executor is asked for.

    Attributes:
        address: what stands after the name (`ray:HOST:PORT` → `HOST:PORT`); empty: none.
        resources: of each worker.
        workers: how many; 0 leaves their number to the executor.
        settings: options that are the executor's own, by name (`--slurm`).
        store: where files go through, if workers do not share a folder.
        budget_memory: bytes that all workers may use together; 0: no limit.
    """

    address: str = ""
    resources: Resources = Resources()
    workers: int = 0
    settings: Mapping[str, str] = {}
    store: str = ""
    budget_memory: int = 0

    def refuse(self, **flags: str) -> None:
        """Refuse what this executor does not have: a reason for each field that must be empty.

        Raises:
            UsageError: with the reason.
        """
        for field, reason in flags.items():
            if getattr(self, field):
                raise UsageError(reason)


MakeExecutor = Callable[[ExecutorRequest], Executor]

NO_STORE = "--store goes with --executor ray; elsewhere the corpus is a folder"
NO_BUDGET = "--budget-memory goes with --executor local; clusters have their own"
NO_SETTINGS = "--slurm goes with --executor slurm"


def executor_names() -> tuple[str, ...]:
    """Names of the installed executors, sorted."""
    return tuple(sorted(_installed()))


def make_executor(
    spec: str,
    resources: Resources,
    *,
    workers: int = 0,
    slurm: Mapping[str, str] | None = None,
    store: str = "",
    budget_memory: str = "",
) -> Executor:
    """Return the executor that `spec` names, as NAME or NAME:ADDRESS.

    Args:
        spec: `local`, `ray`, `ray:HOST:PORT`, `ray://HOST:PORT`, `slurm`, or another that is
            installed.
        resources: of each worker.
        workers: how many; 0 leaves their number to it.
        slurm: parameters of submitit.
        store: where files go through on a Ray cluster without a common folder.
        budget_memory: as `8GiB`; local workers are at most as many as have `WORKER_MEMORY` of it
            each, and with `workers` 0 as many as that.

    Raises:
        UsageError: for a name that is none of these, or an option that it does not have.
        MissingExtraError: if its package is not installed.
    """
    name, _, address = spec.partition(":")
    points = _installed()
    if name not in points:
        raise UsageError(f"no executor named {spec!r}; {did_you_mean(name, points)}")
    make: MakeExecutor = points[name].load()
    return make(
        ExecutorRequest(
            address=address,
            resources=resources,
            workers=workers,
            settings=dict(slurm or {}),
            store=store,
            budget_memory=bytes_of(budget_memory) if budget_memory else 0,
        )
    )


@cache
def _installed() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def workers_within(budget: int, wanted: int) -> int:
    """Return how many of the wanted workers fit into a budget of bytes.

    Raises:
        UsageError: if not even one does.

    >>> workers_within(7 << 30, 8)
    3
    """
    if budget < WORKER_MEMORY:
        raise UsageError(
            f"--budget-memory: a worker takes up to {WORKER_MEMORY >> 30} GiB, however long the "
            f"recordings are; {budget / 2**30:.1f} GiB hold none"
        )
    return max(1, min(wanted, budget // WORKER_MEMORY))


def bytes_of(size: str) -> int:
    """Return a size in bytes.

    Raises:
        UsageError: if it is none.

    >>> bytes_of("1.5GiB"), bytes_of("512 m"), bytes_of("2G")
    (1610612736, 536870912, 2147483648)
    """
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([kmgt])(?:i?b)?", size.strip().lower())
    if match is None:
        raise UsageError(f"no amount of memory: {size!r}; write 8GiB or 6000MiB")
    return int(float(match[1]) * (1 << 10 * (" kmgt".index(match[2]))))
