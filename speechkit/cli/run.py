"""`speechkit run`: the pipeline over a corpus; what is done already is not done again."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from speechkit.cli.pairs import parse_pairs
from speechkit.cli.progress import Events, progress_bars
from speechkit.cli.run_recipe import Source, run_recipe
from speechkit.core.errors import UsageError
from speechkit.core.stage import Resources, Stage
from speechkit.pipeline.executors.registry import make_executor
from speechkit.pipeline.pipelines import STAGE_NAMES, default_pipeline
from speechkit.pipeline.plan import check_plan, dry_run
from speechkit.pipeline.run import Executor, RunReport, run
from speechkit.storage.corpus import Corpus


@click.command()
@click.argument("recipe", required=False)
@click.option(
    "--corpus",
    "corpus_path",
    type=click.Path(path_type=Path),
    help="The corpus; of a recipe, where it goes [corpora/RECIPE].",
)
@click.option(
    "--raw",
    type=click.Path(path_type=Path),
    help="Where the recipe's files lie, as published [raw/RECIPE].",
)
@click.option(
    "--option", "options", multiple=True, metavar="NAME=VALUE", help="An option of the recipe."
)
@click.option(
    "--watch",
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    help="Go on: look for new files of the recipe this often.",
)
@click.option("--limit", type=click.IntRange(min=1), help="Only N recordings.")
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
    "--budget-memory",
    default="",
    metavar="SIZE",
    help="As 8GiB: no more workers than have 2 GiB of it each; alone, as many as that.",
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
@click.option(
    "--store",
    default="",
    metavar="URL",
    help="With Ray, for nodes without a common folder: s3://BUCKET/PATH or another of fsspec's; "
    "recordings and layers go through it.",
)
@click.option("--dry-run", "only_plan", is_flag=True, help="Say what would run, and stop.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print JSON, and progress as JSON lines on stderr."
)
def command(
    recipe: str | None,
    corpus_path: Path | None,
    raw: Path | None,
    options: tuple[str, ...],
    watch: float | None,
    limit: int | None,
    until: str,
    settings: tuple[str, ...],
    device: str,
    threads: int,
    workers: int,
    budget_memory: str,
    executor_spec: str,
    slurm: tuple[str, ...],
    store: str,
    only_plan: bool,
    as_json: bool,
) -> None:
    """Run the pipeline over a corpus, or over a RECIPE, which is brought in before.

    Stages: diarize, transcribe, align, attribute, roles, detect, redact. Stop it anywhere and run
    it again: only what is missing is done. A recording that fails becomes a row in
    failures.jsonl, the rest goes on, and the exit code is 1.

    Recipes: speechkit recipe list. Of one that is text, the dialogues are de-identified.
    """
    if recipe is None:
        if corpus_path is None:
            raise UsageError("say what to run: a RECIPE (speechkit recipe list), or --corpus DIR")
        if raw or options or watch:
            raise UsageError("--raw, --option and --watch are about a RECIPE; name one")
        Corpus.open(corpus_path)
    given = parse_pairs(settings, form="STAGE.OPTION=VALUE")
    default_pipeline(given, until=until)  # mistakes are told before anything is downloaded
    executor = make_executor(
        executor_spec,
        Resources(device=device, threads=threads),
        workers=workers,
        slurm=parse_pairs(slurm, "--slurm", "NAME=VALUE"),
        store=store,
        budget_memory=budget_memory,
    )

    def go(path: Path, known: dict[str, str]) -> bool:
        corpus = Corpus.open(path)
        stages = default_pipeline({**known, **given}, until=until)
        if only_plan:
            _print_plan(corpus, stages, limit, as_json)
            return True
        return _perform(corpus, stages, executor, limit, as_json)

    if recipe is None:
        assert corpus_path is not None
        done = go(corpus_path, {})
    else:
        source = Source(recipe, raw, corpus_path, parse_pairs(options, "--option"), limit)
        done = run_recipe(source, go, watch, quiet=only_plan or as_json)
    if not done:
        sys.exit(1)


def _perform(
    corpus: Corpus, stages: Sequence[Stage], executor: Executor, limit: int | None, as_json: bool
) -> bool:
    """Run, print what came out; say whether nothing failed."""
    if as_json:
        report = run(corpus, stages, executor, limit=limit, progress=Events())
        click.echo(msgspec.json.encode(report).decode())
    else:
        with progress_bars() as progress:
            report = run(corpus, stages, executor, limit=limit, progress=progress)
        print_report(report, corpus)
    return not report.failures


def _print_plan(corpus: Corpus, stages: Sequence[Stage], limit: int | None, as_json: bool) -> None:
    """Print what would be done, and how long it takes."""
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
