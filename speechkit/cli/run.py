"""`speechkit run`: the pipeline over a corpus; what is done already is not done again."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from speechkit.cli.pairs import parse_pairs
from speechkit.cli.progress import Events, progress_bars
from speechkit.core.corpus import Corpus
from speechkit.core.stage import Resources
from speechkit.pipeline.default import STAGE_NAMES, default_pipeline
from speechkit.pipeline.executors import make_executor
from speechkit.pipeline.plan import check_plan, dry_run
from speechkit.pipeline.run import RunReport, run


@click.command()
@click.option("--corpus", "corpus_path", required=True, type=click.Path(path_type=Path))
@click.option("--limit", type=click.IntRange(min=1), help="Only the first N recordings.")
@click.option("--until", default=STAGE_NAMES[-1], show_default=True, help="Last stage to run.")
@click.option(
    "--set", "settings", multiple=True, metavar="STAGE.OPTION=VALUE", help="Change an option."
)
@click.option(
    "--device",
    default="cpu",
    show_default=True,
    help="cpu, cuda, cuda:1, …; several by comma: workers take them in turn.",
)
@click.option(
    "--threads",
    default=0,
    help="CPU threads of each worker; 0: an equal share of the cores (Ray and Slurm: 1).",
)
@click.option(
    "--workers",
    default=0,
    type=click.IntRange(min=0),
    help="Processes, each with its own models; Slurm: tasks. "
    "0: one (Ray: as many as have room, Slurm: 8).",
)
@click.option(
    "--executor",
    "executor_spec",
    default="local",
    show_default=True,
    metavar="local|ray[://HOST:PORT]|ray:HOST:PORT|slurm",
    help="Where to run. Clusters need the corpus under the same path on every node.",
)
@click.option(
    "--slurm",
    "slurm",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter of submitit: slurm_partition=gpu, timeout_min=240, mem_gb=8.",
)
@click.option("--dry-run", "only_plan", is_flag=True, help="Say what would run, and stop.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print JSON, and progress as JSON lines on stderr."
)
def command(
    corpus_path: Path,
    limit: int | None,
    until: str,
    settings: tuple[str, ...],
    device: str,
    threads: int,
    workers: int,
    executor_spec: str,
    slurm: tuple[str, ...],
    only_plan: bool,
    as_json: bool,
) -> None:
    """Run the pipeline over a corpus.

    Stages: diarize, transcribe, align, attribute, roles, detect, redact. Stop it anywhere and run
    it again: only what is missing is done. A recording that fails becomes a row in
    failures.jsonl, the rest goes on, and the exit code is 1.
    """
    corpus = Corpus.open(corpus_path)
    stages = default_pipeline(parse_pairs(settings, form="STAGE.OPTION=VALUE"), until=until)
    if only_plan:
        check_plan(stages)
        counts = dry_run(corpus, stages, corpus.sessions()[:limit])
        if as_json:
            click.echo(msgspec.json.encode({"stages": counts}).decode())
            return
        table = Table(
            *("stage", "engine", "done before", "to do", "audio to do", "takes about"), box=None
        )
        for count in counts:
            table.add_row(
                count.stage,
                count.engine,
                str(count.cached),
                str(count.to_do),
                f"{count.seconds / 60:.1f} min",
                "not known yet" if count.estimate is None else f"{count.estimate / 60:.1f} min",
            )
        Console().print(table)
        return
    executor = make_executor(
        executor_spec,
        Resources(device=device, threads=threads),
        workers=workers,
        slurm=parse_pairs(slurm, "--slurm", "NAME=VALUE"),
    )
    if as_json:
        report = run(corpus, stages, executor, limit=limit, progress=Events())
    else:
        with progress_bars() as progress:
            report = run(corpus, stages, executor, limit=limit, progress=progress)
    if as_json:
        click.echo(msgspec.json.encode(report).decode())
    else:
        print_report(report, corpus)
    if report.failures:
        sys.exit(1)


def print_report(report: RunReport, corpus: Corpus) -> None:
    """Print what each stage did, and where the failures are listed."""
    table = Table("stage", "engine", "done", "done before", "failed", "seconds", box=None)
    for stage in report.stages:
        table.add_row(
            stage.stage,
            stage.engine,
            str(stage.done),
            str(stage.cached),
            str(stage.failed),
            f"{stage.seconds:.1f}",
        )
    Console().print(table)
    for row in report.failures[:20]:
        click.echo(f"failed: {row['item']} in {row['stage']}: {row['reason']}", err=True)
    if report.failures:
        click.echo(
            f"{len(report.failures)} failed; all of them: {corpus.root / 'failures.jsonl'}",
            err=True,
        )
