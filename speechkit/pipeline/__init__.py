"""Runs stages over corpora: named pipelines, plans, caches, executors.

`run(corpus, default_pipeline(), LocalExecutor())` is all of it.
"""

from typing import TYPE_CHECKING

from speechkit.core.lazy import lazy_names

if TYPE_CHECKING:
    from speechkit.pipeline.corrections import clinical_weights, redact_corrected
    from speechkit.pipeline.executors.local import LocalExecutor
    from speechkit.pipeline.executors.registry import (
        ExecutorRequest,
        executor_names,
        make_executor,
    )
    from speechkit.pipeline.jobs import Done, Failed, Job, Stored, opened, perform
    from speechkit.pipeline.machine import (
        filesystem,
        free_disk,
        is_network,
        processor_name,
        usable_cores,
        usable_memory,
    )
    from speechkit.pipeline.pipelines import (
        STAGE_NAMES,
        StageOptions,
        default_pipeline,
        make_pipeline,
        make_stage,
        options_by_stage,
    )
    from speechkit.pipeline.plan import StageCount, check_plan, dry_run, given_only
    from speechkit.pipeline.runner import (
        Executor,
        Failure,
        Observer,
        Progress,
        RunReport,
        StageReport,
        StagesRun,
        run,
        run_stages,
        silent,
    )

__all__ = [
    "STAGE_NAMES",
    "Done",
    "Executor",
    "ExecutorRequest",
    "Failed",
    "Failure",
    "Job",
    "LocalExecutor",
    "Observer",
    "Progress",
    "RunReport",
    "StageCount",
    "StageOptions",
    "StageReport",
    "StagesRun",
    "Stored",
    "check_plan",
    "clinical_weights",
    "default_pipeline",
    "dry_run",
    "executor_names",
    "filesystem",
    "free_disk",
    "given_only",
    "is_network",
    "make_executor",
    "make_pipeline",
    "make_stage",
    "opened",
    "options_by_stage",
    "perform",
    "processor_name",
    "redact_corrected",
    "run",
    "run_stages",
    "silent",
    "usable_cores",
    "usable_memory",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "Done": "jobs",
        "Executor": "runner",
        "ExecutorRequest": "executors.registry",
        "Failed": "jobs",
        "Failure": "runner",
        "Job": "jobs",
        "LocalExecutor": "executors.local",
        "Observer": "runner",
        "Progress": "runner",
        "RunReport": "runner",
        "STAGE_NAMES": "pipelines",
        "StageCount": "plan",
        "StageOptions": "pipelines",
        "StageReport": "runner",
        "StagesRun": "runner",
        "Stored": "jobs",
        "check_plan": "plan",
        "clinical_weights": "corrections",
        "default_pipeline": "pipelines",
        "dry_run": "plan",
        "executor_names": "executors.registry",
        "filesystem": "machine",
        "free_disk": "machine",
        "given_only": "plan",
        "is_network": "machine",
        "processor_name": "machine",
        "make_executor": "executors.registry",
        "make_pipeline": "pipelines",
        "make_stage": "pipelines",
        "options_by_stage": "pipelines",
        "opened": "jobs",
        "perform": "jobs",
        "redact_corrected": "corrections",
        "run": "runner",
        "run_stages": "runner",
        "silent": "runner",
        "usable_cores": "machine",
        "usable_memory": "machine",
    },
)
