"""`speechkit run`: the pipeline over a corpus; what is done already is not done again."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import click
import msgspec

from speechkit.cli.options import PATH, Command, gather, option
from speechkit.cli.pairs import parse_pairs
from speechkit.cli.progress import Events, progress_bars
from speechkit.cli.run_report import print_next, print_plan, print_report
from speechkit.core.errors import InputError, UsageError, did_you_mean
from speechkit.core.stage import Resources
from speechkit.pipeline.executors.registry import make_executor
from speechkit.pipeline.pipelines import STAGE_NAMES, default_pipeline
from speechkit.pipeline.runner import Executor, run
from speechkit.recipe.discovery import load_recipe, recipe_names
from speechkit.storage.corpus import Corpus
from speechkit.workflows.recipe_to_corpus import (
    Materialized,
    RecipeSource,
    materialize,
    watch_recipe,
)


class RunSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a run is asked for, wherever its recordings come from."""

    limit: int | None
    until: str
    settings: tuple[str, ...]
    device: str
    threads: int
    workers: int
    budget_memory: str
    executor: str
    slurm: tuple[str, ...]
    store: str
    only_plan: bool
    as_json: bool

    @property
    def given(self) -> dict[str, str]:
        """The options of stages that were given."""
        return parse_pairs(self.settings, form="STAGE.OPTION=VALUE")


_RUN_OPTIONS = (
    option("--limit", meaning="Run only N recordings."),
    click.option(
        "--until",
        default=STAGE_NAMES[-1],
        metavar="STAGE",
        show_default=True,
        help="Stop after this stage.",
    ),
    option(
        "--set",
        metavar="STAGE.OPTION=VALUE",
        meaning="Set an option of a stage, such as diarize.engine=channels.",
    ),
    option(
        "--device",
        meaning="Where models run: cpu, cuda, cuda:1, …; workers take several, separated by "
        "commas, in turn.",
    ),
    option(
        "--threads",
        meaning="CPU threads of each worker; 0 shares the cores out equally (Ray and Slurm: 1).",
    ),
    option(
        "--workers",
        meaning="Number of processes, each with its own models (Slurm: of tasks); 0 means one "
        "(Ray: as many as there is room for, Slurm: 8).",
    ),
    click.option(
        "--budget-memory",
        default="",
        metavar="SIZE",
        help="Memory to stay within, as 8GiB: no more workers than have 2 GiB of it each; without "
        "--workers, as many as that.",
    ),
    click.option(
        "--executor",
        default="local",
        show_default=True,
        metavar="NAME",
        help="Where to run: local, ray, ray:HOST:PORT, ray://HOST:PORT or slurm. Clusters need the "
        "corpus under the same path on every node.",
    ),
    click.option(
        "--slurm",
        multiple=True,
        metavar="NAME=VALUE",
        help="Set a parameter of submitit: slurm_partition=gpu, timeout_min=240, mem_gb=8.",
    ),
    click.option(
        "--store",
        default="",
        metavar="URL",
        help="Send recordings and layers through this store (s3://BUCKET/PATH or another that "
        "fsspec knows), if the nodes of a Ray cluster do not share a folder.",
    ),
    click.option(
        "--dry-run",
        "only_plan",
        is_flag=True,
        help="Say what would run and for how long, then stop.",
    ),
    option("--json", meaning="Print JSON, and progress as lines of JSON on stderr."),
)
_RECIPE_OPTIONS = (
    click.option(
        "--raw",
        type=PATH,
        metavar="DIR",
        help="Folder of the recipe's files as they were published; without it, raw/NAME.",
    ),
    option("--option"),
    click.option(
        "--watch",
        "watch_seconds",
        type=click.FloatRange(min=0.1),
        metavar="SECONDS",
        help="Keep running: look for new files of the recipe this often, until stopped.",
    ),
)


def _with(
    decorators: tuple[Callable[[Command], Command], ...],
) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


@click.command()
@click.argument("corpus", required=False, type=PATH)
@click.option(
    "--recipe",
    metavar="NAME",
    help="Make the corpus of this recipe first, in CORPUS or in corpora/NAME.",
)
@click.option("--corpus", "old_corpus", type=PATH, hidden=True)
@_with(_RECIPE_OPTIONS)
@_with(_RUN_OPTIONS)
@gather(RunSettings, "asked")
def command(
    corpus: Path | None,
    recipe: str | None,
    old_corpus: Path | None,
    raw: Path | None,
    options: tuple[str, ...],
    watch_seconds: float | None,
    asked: RunSettings,
) -> None:
    """Run the pipeline over CORPUS.

    Stages: diarize, transcribe, align, attribute, roles, detect, redact. Stop it anywhere and run
    it again: only what is missing is done. A recording that fails becomes a row in
    CORPUS/failures.jsonl, the others go on, and the exit code is 1.

    With --recipe, a known corpus is downloaded, prepared and ingested first (speechkit recipe list);
    the dialogues of one that is text are de-identified.
    """
    recipe, corpus = _which(recipe, corpus, old_corpus)
    if recipe is not None:
        run_recipe(recipe, raw, corpus, options, watch_seconds, asked)
        return
    if corpus is None:
        raise UsageError(
            "say what to run: speechkit run CORPUS, or speechkit run --recipe NAME "
            "(speechkit recipe list)"
        )
    if raw or options or watch_seconds:
        raise UsageError("--raw, --option and --watch are about a recipe: name it with --recipe")
    Corpus.open(corpus)
    executor = _executor(asked)
    if not _run(corpus, {}, executor, asked):
        sys.exit(1)


@click.command("run")
@click.argument("name")
@option("--corpus", meaning="Where the recordings go; without it, corpora/NAME.")
@_with(_RECIPE_OPTIONS)
@_with(_RUN_OPTIONS)
@gather(RunSettings, "asked")
def recipe_command(
    name: str,
    corpus_path: Path | None,
    raw: Path | None,
    options: tuple[str, ...],
    watch_seconds: float | None,
    asked: RunSettings,
) -> None:
    """Download, prepare and ingest the corpus of a recipe, and run the pipeline over it."""
    run_recipe(name, raw, corpus_path, options, watch_seconds, asked)


def _which(
    recipe: str | None, corpus: Path | None, old_corpus: Path | None
) -> tuple[str | None, Path | None]:
    """Return recipe and corpus. `run NAME` and `run --corpus DIR` are spellings of old."""
    if recipe is not None or corpus is None:
        return recipe, corpus or old_corpus
    if old_corpus is not None:
        return str(corpus), old_corpus
    if (corpus / "corpus.json").is_file():
        return None, corpus
    if str(corpus) in recipe_names():
        return str(corpus), None
    if not corpus.exists() and len(corpus.parts) == 1:
        raise UsageError(
            f"{corpus}: neither a corpus nor a recipe; {did_you_mean(str(corpus), recipe_names())}"
        )
    return None, corpus


def run_recipe(
    name: str,
    raw: Path | None,
    corpus: Path | None,
    options: tuple[str, ...],
    watch_seconds: float | None,
    asked: RunSettings,
) -> None:
    """Make a recipe's corpus and run it; with `watch_seconds`, again whenever files are new."""
    executor = _executor(asked)
    source = RecipeSource(
        recipe=load_recipe(name),
        raw=raw,
        corpus=corpus,
        options=parse_pairs(options, "--option", "NAME=VALUE"),
        limit=asked.limit,
    )

    def each(made: Materialized) -> bool:
        _tell(source, made)
        if made.corpus is None or made.ingested is None:
            return True
        done = _run(made.corpus, made.settings, executor, asked)
        return done and not made.ingested.failures

    if watch_seconds is not None:
        watch_recipe(source, watch_seconds, each, _wait)
        return
    done = each(materialize(source))
    if not (asked.only_plan or asked.as_json):
        print_next(source)
    if not done:
        sys.exit(1)


def _wait(reason: InputError) -> None:
    click.echo(f"{reason}; waiting for more", err=True)


def _tell(source: RecipeSource, made: Materialized) -> None:
    for note in made.prepared.notes:
        click.echo(note, err=True)
    if made.redacted is not None:
        click.echo(
            f"{made.prepared.dialogues} dialogues; {made.num_redacted} with identifiers replaced: "
            f"{made.redacted}"
        )
    if made.ingested is not None:
        count = made.ingested.recordings
        click.echo(f"{count} recordings of {source.recipe.name} in {made.corpus}", err=True)
        for reason, times in Counter(row.reason for row in made.ingested.failures).items():
            click.echo(f"{times} × {reason}", err=True)


def _executor(asked: RunSettings) -> Executor:
    """Return where to run. What is wrong with the options is told before anything is downloaded."""
    default_pipeline(asked.given, until=asked.until)
    return make_executor(
        asked.executor,
        Resources(device=asked.device, threads=asked.threads),
        workers=asked.workers,
        slurm=parse_pairs(asked.slurm, "--slurm", "NAME=VALUE"),
        store=asked.store,
        budget_memory=asked.budget_memory,
    )


def _run(path: Path, known: dict[str, str], executor: Executor, asked: RunSettings) -> bool:
    """Run, or plan, and print what came out; say whether nothing failed."""
    corpus = Corpus.open(path)
    stages = default_pipeline({**known, **asked.given}, until=asked.until)
    if asked.only_plan:
        print_plan(corpus, stages, asked.limit, as_json=asked.as_json)
        return True
    if asked.as_json:
        report = run(corpus, stages, executor, limit=asked.limit, progress=Events())
        click.echo(msgspec.json.encode(report).decode())
    else:
        with progress_bars() as progress:
            report = run(corpus, stages, executor, limit=asked.limit, progress=progress)
        print_report(report, corpus)
    return not report.failures
