"""What `speechkit run` prints: what would run, what was run, and how to go on."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

import click
import msgspec
from rich.console import Console
from rich.table import Table

from speechkit.core.stage import Stage
from speechkit.pipeline.plan import check_plan, dry_run
from speechkit.pipeline.runner import RunReport
from speechkit.storage.corpus import Corpus
from speechkit.workflows.recipe_to_corpus import PREPARED, RecipeSource


def print_plan(
    corpus: Corpus, stages: Sequence[Stage], limit: int | None, *, as_json: bool
) -> None:
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
        click.echo(f"failed: {row.item} in {row.stage}: {row.reason}", err=True)
    if report.failures:
        click.echo(
            f"{len(report.failures)} failed; all of them: {corpus.root / 'failures.jsonl'}",
            err=True,
        )


def print_next(source: RecipeSource) -> None:
    """Say how what was run becomes a release and a page."""
    path, name = source.corpus_path, source.recipe.name
    page = f"--report pages/{shlex.quote(name)}"
    if (PREPARED / name / "dialogues.jsonl").exists():
        references = PREPARED / name / "references"
        click.echo(f"next: speechkit bench score {references} HYPOTHESES {page}")
    if path.exists():
        corpus = shlex.quote(str(path))
        people = [p for one in Corpus.open(path).sessions() for p in one.recording.participants]
        by = "--by language" + (" --by accent" if any(person.accent for person in people) else "")
        click.echo(f"next: speechkit release create {corpus} --version 1.0.0")
        click.echo(
            f"next: speechkit bench score {corpus}#reference {corpus}#attributed {by} {page}"
        )
