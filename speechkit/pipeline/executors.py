"""Executors by name, as the command line gives them."""

from __future__ import annotations

from collections.abc import Mapping

from speechkit.core.errors import UsageError, did_you_mean
from speechkit.core.stage import Resources
from speechkit.pipeline.local import LocalExecutor
from speechkit.pipeline.run import Executor


def make_executor(
    spec: str,
    resources: Resources,
    *,
    workers: int = 0,
    slurm: Mapping[str, str] | None = None,
    store: str = "",
) -> Executor:
    """Return the executor that `spec` names: `local`, `ray`, `ray:HOST:PORT`,
    `ray://HOST:PORT`, `slurm`. `workers` 0 leaves their number to it. `store`: where files go
    through on a Ray cluster without a common folder.

    Raises:
        UsageError: for a name that is none of these.
        MissingExtraError: if its package is not installed.
    """
    name, _, rest = spec.partition(":")
    if slurm and name != "slurm":
        raise UsageError("--slurm goes with --executor slurm")
    if store and name != "ray":
        raise UsageError("--store goes with --executor ray; elsewhere the corpus is a folder")
    if spec == "local":
        return LocalExecutor(resources, workers=workers or 1)
    if name == "ray":
        from speechkit.pipeline.on_ray import RayExecutor

        address = spec if rest.startswith("//") else rest
        return RayExecutor(address, workers=workers, resources=resources, store=store)
    if spec == "slurm":
        from speechkit.pipeline.on_slurm import SlurmExecutor

        return SlurmExecutor(shards=workers or 8, resources=resources, parameters=_typed(slurm))
    raise UsageError(f"no executor named {spec!r}; {did_you_mean(name, ('local', 'ray', 'slurm'))}")


def _typed(parameters: Mapping[str, str] | None) -> dict[str, str | int]:
    return {
        name: int(value) if value.isdigit() else value for name, value in (parameters or {}).items()
    }
