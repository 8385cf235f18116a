"""`speechkit review queue|simulate|assign|plant|agreement|quality`: what is done, and how well."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

import click
import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from speechkit.benchmark.normalize import normalizer_for
from speechkit.cli.options import AS_JSON, ShownOption, option
from speechkit.cli.review_options import CORPUS, DATABASE, opened, show
from speechkit.core.errors import UsageError
from speechkit.core.reviewed import REFERENCE
from speechkit.pipeline.corrections import clinical_weights
from speechkit.review import accounts
from speechkit.review.agreement import agreements
from speechkit.review.assignments import Skipped, share_out
from speechkit.review.honeypots import plant
from speechkit.review.load_drafts import LoadOptions, adjudications, create_tasks, second_passes
from speechkit.review.quality import quality_report
from speechkit.review.queue import ORDERS, Order, entries, ranked, simulate
from speechkit.review.schema import Task
from speechkit.review.sound import redacted_copy
from speechkit.review.tasks import assign as assign_task
from speechkit.review.tasks import set_due
from speechkit.storage.corpus import Corpus

_BY = "command line"


@click.command("queue")
@CORPUS
@click.option(
    "--order",
    cls=ShownOption,
    old=("--by",),
    type=click.Choice(ORDERS),
    default=ORDERS[0],
    show_default=True,
    help="Order of the queue.",
)
@option("--limit", default=20, meaning="Show only the first N tasks.")
@AS_JSON
def show_queue(corpus_path: Path, order: Order, limit: int, as_json: bool) -> None:
    """Rank the segments of all drafts: which to look at first. Ids and figures, no text."""
    found = entries(Corpus.open(corpus_path), clinical_weights)
    rows = ranked(found, order)[:limit]
    show([msgspec.to_builtins(row) for row in rows], as_json=as_json)


@click.command("simulate")
@CORPUS
@AS_JSON
def simulate_orders(corpus_path: Path, as_json: bool) -> None:
    """Replay known references: what each order of the queue finds, in errors a reviewed minute."""
    corpus = Corpus.open(corpus_path)
    if not any(REFERENCE in session.layers for session in corpus.sessions()):
        raise UsageError(f"no recording of {corpus_path} has a layer {REFERENCE!r} to compare with")
    found = simulate(corpus, _tokens_of("en"), clinical_weights)
    show([msgspec.to_builtins(row) for row in found], as_json=as_json)


@click.command()
@CORPUS
@option(
    "--user",
    old=("--to",),
    parameter="names",
    repeated=True,
    meaning="Account to give the tasks to; several share them evenly; without it, they are for "
    "anybody.",
)
@option("--task", meaning="Only this task; without it, all open ones.")
@click.option(
    "--second-pass",
    is_flag=True,
    help="Make a second, blind pass where there is one, and assign it.",
)
@click.option(
    "--adjudicate", is_flag=True, help="Make a pass that decides where two were handed over."
)
@click.option(
    "--due",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Date by which the tasks are wanted, as 2026-12-01.",
)
@click.option(
    "--take-over",
    is_flag=True,
    help="Take tasks from others too, unless they are working on them now.",
)
@DATABASE
def assign(
    corpus_path: Path,
    names: tuple[str, ...],
    tasks: tuple[str, ...],
    second_pass: bool,
    adjudicate: bool,
    due: datetime | None,
    take_over: bool,
    database: str | None,
) -> None:
    """Assign open tasks to suitable people who have not worked on the recording before.

    Without --task, those that are not assigned. Each task goes to the person with the least sound to
    correct; tasks that fit no person are listed with the reason.
    """
    if second_pass and adjudicate:
        raise UsageError("--second-pass and --adjudicate are two commands")
    with opened(corpus_path, database) as (corpus, store):
        options = LoadOptions(weigh=clinical_weights)
        create_tasks(corpus, store, options)
        with store.write() as db:
            people = [accounts.person_of(accounts.find_user(db, name)) for name in names]
            given = tasks
            if second_pass:
                tasks = second_passes(corpus, db, options, only=tasks)
            elif adjudicate:
                tasks = adjudications(db)
            elif not tasks:
                tasks = _open_tasks(db, take_over=take_over)
            if not people:
                num_given = _leave_open(db, tasks, take_over=take_over)
                skipped: tuple[Skipped, ...] = ()
            else:
                shares = share_out(
                    db,
                    tasks,
                    people,
                    by=_BY,
                    take_over=take_over,
                    has_clean_copy=partial(_has_clean_copy, corpus),
                )
                num_given, skipped = len(shares.assigned), shares.skipped
            if due is not None:
                for task in tasks:
                    set_due(db, task, due.date().isoformat(), by=_BY)
            asked_for = given and not (second_pass or adjudicate)
            if skipped and (asked_for or not num_given):
                raise UsageError(skipped[0].reason)  # and nothing is made, nothing assigned
    if second_pass or adjudicate:
        click.echo(f"{len(tasks)} passes made", err=True)
    for one in skipped:
        click.echo(f"{one.task}: {one.reason}", err=True)
    click.echo(f"{num_given} tasks assigned", err=True)


@click.command("plant")
@CORPUS
@option(
    "--user",
    old=("--to",),
    parameter="name",
    required=True,
    meaning="Account whose work is to be measured.",
)
@click.option(
    "--lines",
    type=click.IntRange(min=1),
    metavar="N",
    help="Give only N lines of each recording; without it, whole recordings, like any other task.",
)
@DATABASE
def plant_lines(corpus_path: Path, name: str, lines: int | None, database: str | None) -> None:
    """Give a person lines whose right text is known: of recordings with a layer `reference`.

    They look like any other task, and never leave the review editor; `review quality` says what came of it.
    """
    with opened(corpus_path, database) as (corpus, store):
        create_tasks(corpus, store, LoadOptions(weigh=clinical_weights))
        with store.write() as db:
            person = accounts.person_of(accounts.find_user(db, name))
            made = plant(corpus, db, person, _tokens_of, num_lines=lines or 0)
    click.echo(f"{len(made)} tasks with known answers for {name}", err=True)


@click.command()
@CORPUS
@DATABASE
@AS_JSON
def agreement(corpus_path: Path, database: str | None, as_json: bool) -> None:
    """Compare the passes of those who corrected the same recording: words, speakers, PHI."""
    with opened(corpus_path, database) as (_, store), store.read() as db:
        found = agreements(db, _tokens_of)
    show([msgspec.to_builtins(one) for one in found], as_json=as_json)


@click.command("quality")
@CORPUS
@DATABASE
@AS_JSON
def show_quality(corpus_path: Path, database: str | None, as_json: bool) -> None:
    """Show each person's work by month: against known answers, and against what was decided."""
    with opened(corpus_path, database) as (_, store), store.read() as db:
        found = quality_report(db, _tokens_of)
    show([msgspec.to_builtins(one) for one in found], as_json=as_json)


def _tokens_of(language: str) -> Callable[[str], list[str]]:
    return normalizer_for(language).tokens


def _open_tasks(db: Session, *, take_over: bool) -> tuple[str, ...]:
    query = select(Task.id).where(Task.state == "open").order_by(Task.priority.desc(), Task.id)
    if not take_over:
        query = query.where(Task.assignee.is_(None))
    return tuple(db.scalars(query))


def _leave_open(db: Session, tasks: tuple[str, ...], *, take_over: bool) -> int:
    for task in tasks:
        assign_task(db, task, None, by=_BY, take_over=take_over)
    return len(tasks)


def _has_clean_copy(corpus: Corpus, recording: str) -> bool:
    return redacted_copy(corpus, corpus.session(recording)) is not None
