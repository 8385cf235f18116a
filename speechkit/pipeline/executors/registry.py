"""Executors by name, as the command line gives them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from speechkit.core.errors import UsageError, did_you_mean
from speechkit.core.stage import Resources
from speechkit.pipeline.executors.local import LocalExecutor
from speechkit.pipeline.machine import usable_cores
from speechkit.pipeline.run import Executor

WORKER_MEMORY = 2 << 30  # bytes that a worker's peak stays below (`make bench-scale`)


def make_executor(
    spec: str,
    resources: Resources,
    *,
    workers: int = 0,
    slurm: Mapping[str, str] | None = None,
    store: str = "",
    budget_memory: str = "",
) -> Executor:
    """Return the executor that `spec` names: `local`, `ray`, `ray:HOST:PORT`,
    `ray://HOST:PORT`, `slurm`. `workers` 0 leaves their number to it. `store`: where files go
    through on a Ray cluster without a common folder. `budget_memory`: as `8GiB`; local workers are
    at most as many as have `WORKER_MEMORY` of it each, and with `workers` 0 as many as that.

    Raises:
        UsageError: for a name that is none of these.
        MissingExtraError: if its package is not installed.
    """
    name, _, rest = spec.partition(":")
    if slurm and name != "slurm":
        raise UsageError("--slurm goes with --executor slurm")
    if store and name != "ray":
        raise UsageError("--store goes with --executor ray; elsewhere the corpus is a folder")
    if budget_memory and name != "local":
        raise UsageError("--budget-memory goes with --executor local; clusters have their own")
    if spec == "local":
        if budget_memory:
            workers = workers_within(bytes_of(budget_memory), workers or usable_cores())
        return LocalExecutor(resources, workers=workers or 1)
    if name == "ray":
        from speechkit.pipeline.executors.ray import RayExecutor

        address = spec if rest.startswith("//") else rest
        return RayExecutor(address, workers=workers, resources=resources, store=store)
    if spec == "slurm":
        from speechkit.pipeline.executors.slurm import SlurmExecutor

        return SlurmExecutor(shards=workers or 8, resources=resources, parameters=_typed(slurm))
    raise UsageError(f"no executor named {spec!r}; {did_you_mean(name, ('local', 'ray', 'slurm'))}")


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


def _typed(parameters: Mapping[str, str] | None) -> dict[str, str | int]:
    return {
        name: int(value) if value.isdigit() else value for name, value in (parameters or {}).items()
    }
