"""`speechkit review load|backup|restore|close|open|reopen|report`: a project from its start to its end."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import msgspec

from speechkit.cli.options import AS_JSON, PATH, option
from speechkit.cli.review_options import CORPUS, DATABASE, opened, show
from speechkit.pipeline.corrections import clinical_weights
from speechkit.review.backup import back_up, restore
from speechkit.review.load_drafts import LoadOptions, create_tasks
from speechkit.review.project import set_closed
from speechkit.review.report import as_csv, work_report
from speechkit.review.tasks import reopen

_BY = "command line"


@click.command("load")
@CORPUS
@option("--needs")
@DATABASE
def load_drafts(corpus_path: Path, needs: str, database: str | None) -> None:
    """Add drafts that are new in CORPUS to the lists of people, while the editor runs.

    Drafts that nobody has edited are replaced by newer ones.
    """
    with opened(corpus_path, database) as (corpus, store):
        options = LoadOptions(needs=needs, weigh=clinical_weights)
        new, total = create_tasks(corpus, store, options)
    click.echo(f"{total} drafts, {new} of them new", err=True)


@click.command("backup")
@CORPUS
@click.argument("file", type=PATH)
@DATABASE
def backup_database(corpus_path: Path, file: Path, database: str | None) -> None:
    """Write a copy of the review database to FILE, also while people work.

    The copy holds what patients said and who works here: keep it like the corpus.
    """
    with opened(corpus_path, database) as (_, store):
        back_up(store, file)
    click.echo(f"wrote {file}", err=True)


@click.command("restore")
@CORPUS
@click.argument("file", type=PATH)
@click.option("--yes", is_flag=True, help="Replace what the review database holds now.")
@DATABASE
def restore_database(corpus_path: Path, file: Path, yes: bool, database: str | None) -> None:
    """Put the backup FILE in place of the review database; stop the editor before.

    What was done since the backup is lost, and `review audit` says so.
    """
    if not yes:
        raise click.UsageError("this replaces all that people did since; confirm with --yes")
    with opened(corpus_path, database) as (_, store):
        restore(store, file)
    with opened(corpus_path, database):
        pass  # tables of an older version are migrated
    click.echo(f"restored from {file}", err=True)


@click.command("close")
@CORPUS
@DATABASE
def close_project(corpus_path: Path, database: str | None) -> None:
    """End the work: nobody edits any more, everything can be read and exported."""
    with opened(corpus_path, database) as (_, store), store.write() as db:
        set_closed(db, True, by=_BY)


@click.command("open")
@CORPUS
@DATABASE
def open_project(corpus_path: Path, database: str | None) -> None:
    """Let the work go on after `close`."""
    with opened(corpus_path, database) as (_, store), store.write() as db:
        set_closed(db, False, by=_BY)


@click.command("reopen")
@CORPUS
@option("--task", required=True, meaning="Task to be corrected again.")
@DATABASE
def reopen_tasks(corpus_path: Path, tasks: tuple[str, ...], database: str | None) -> None:
    """Have approved recordings corrected again, by those who corrected them."""
    with opened(corpus_path, database) as (_, store), store.write() as db:
        for task in tasks:
            reopen(db, task, by=_BY)


@click.command("report")
@CORPUS
@click.option("--csv", "csv_", is_flag=True, help="Print CSV, as for pay.")
@DATABASE
@AS_JSON
def show_report(corpus_path: Path, csv_: bool, database: str | None, as_json: bool) -> None:
    """Show what each person did, week by week: active hours, recordings, minutes of sound, words."""
    with opened(corpus_path, database) as (_, store), store.read() as db:
        found = work_report(db)
    if csv_:
        sys.stdout.write(as_csv(found))
        return
    show([msgspec.to_builtins(row) for row in found], as_json=as_json)
