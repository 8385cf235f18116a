"""`speechkit review`: the correction desk, its accounts, its queue, what comes out of it."""

from __future__ import annotations

import secrets
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from speechkit.benchmark.normalise import normaliser_for
from speechkit.core.corpus import Corpus
from speechkit.core.errors import UsageError
from speechkit.core.stage import Resources
from speechkit.pipeline.default import default_pipeline
from speechkit.pipeline.reviewed import clinical_weights, redact_corrected
from speechkit.review import accounts
from speechkit.review.agreement import agreements
from speechkit.review.audit import checkpoints, findings
from speechkit.review.export import Exported, export
from speechkit.review.load import Loading, load
from speechkit.review.queue import ORDERS, REFERENCE, Order, entries, ranked, simulate
from speechkit.review.schema import Task, User
from speechkit.review.store import Store, open_store
from speechkit.review.tasks import assign as assign_task

_CORPUS = click.argument("corpus_path", metavar="CORPUS", type=click.Path(path_type=Path))
_DATABASE = click.option(
    "--database", metavar="URL", help="PostgreSQL instead of the corpus's own SQLite file."
)
_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def command() -> None:
    """The correction desk: people turn drafts into truth, in the browser."""


@command.command()
@_CORPUS
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535))
@_DATABASE
@click.option("--tls-cert", type=click.Path(path_type=Path), help="Certificate (PEM).")
@click.option("--tls-key", type=click.Path(path_type=Path), help="Its key (PEM).")
@click.option("--behind-proxy", metavar="HOSTNAME", help="A proxy serves it as https://HOSTNAME.")
@click.option(
    "--auto-accept",
    default=0.0,
    type=click.FloatRange(0, 1),
    help="Accept lines of which a smaller share of words is expected to be wrong; they are marked.",
)
@click.option("--needs", default="", help="Credential that new tasks ask for.")
@click.option(
    "--requests-per-second",
    default=60.0,
    show_default=True,
    type=click.FloatRange(min=1),
    help="From one address; a proxy is one address for all who come through it.",
)
def serve(
    corpus_path: Path,
    host: str,
    port: int,
    database: str | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    behind_proxy: str | None,
    auto_accept: float,
    needs: str,
    requests_per_second: float,
) -> None:
    """Serve the desk of CORPUS to browsers.

    Beyond this machine it is served over TLS only: with --tls-cert and --tls-key, or by a proxy.
    """
    from speechkit.review.server.app import make_app
    from speechkit.review.server.serve import serve_app
    from speechkit.review.server.settings import LOOPBACK, Settings
    from speechkit.review.sound import prepare

    if (tls_cert is None) != (tls_key is None):
        raise UsageError("--tls-cert and --tls-key go together")
    https = tls_cert is not None or behind_proxy is not None
    if host not in LOOPBACK and not https:
        raise UsageError(
            f"--host {host} would send patients' words over the network in the clear; give "
            "--tls-cert and --tls-key, or --behind-proxy HOSTNAME"
        )
    hosts = (*LOOPBACK, host.lower(), *([behind_proxy.lower()] if behind_proxy else []))
    with _desk(corpus_path, database) as (corpus, store):
        options = Loading(auto_accept=auto_accept, needs=needs, weigh=clinical_weights)
        new, total = load(corpus, store, options)
        with store.read() as db:
            num_users = len(db.scalars(select(User.id).where(User.disabled.is_(False))).all())
        click.echo(f"{total} drafts, {new} of them new; {num_users} users", err=True)
        if not total:
            click.echo(f"make drafts with: speechkit run --corpus {corpus_path}", err=True)
        if not num_users:
            click.echo(
                f"nobody can log in yet: speechkit review users add {corpus_path} NAME "
                "--role transcriber",
                err=True,
            )
        settings = Settings(
            https=https,
            hosts=hosts,
            requests_per_second=requests_per_second,
            burst=int(4 * requests_per_second),
        )
        app = make_app(corpus, store, settings)
        threading.Thread(target=prepare, args=(corpus,), daemon=True).start()
        serve_app(app, host, port, tls_cert=tls_cert, tls_key=tls_key)


@command.group()
def users() -> None:
    """Who may use the desk."""


@users.command("add")
@_CORPUS
@click.argument("name")
@click.option(
    "--role", "roles", multiple=True, required=True, help=f"One of: {', '.join(accounts.ROLES)}."
)
@click.option("--hear-raw", is_flag=True, help="May hear and read what is not redacted.")
@click.option("--credential", "credentials", multiple=True, help="E.g. RN; tasks may ask for it.")
@click.option("--language", "languages", multiple=True, metavar="CODE", help="Works in these only.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@_DATABASE
def add_user(
    corpus_path: Path,
    name: str,
    roles: tuple[str, ...],
    hear_raw: bool,
    credentials: tuple[str, ...],
    languages: tuple[str, ...],
    password_stdin: bool,
    database: str | None,
) -> None:
    """Add an account; without --password-stdin a password is made up and printed once."""
    given = sys.stdin.readline().rstrip("\n") if password_stdin else ""
    password = given if password_stdin else secrets.token_urlsafe(12)
    with _desk(corpus_path, database) as (_, store), store.write() as db:
        accounts.add_user(
            db,
            name,
            password,
            roles=roles,
            hear_raw=hear_raw,
            credentials=credentials,
            languages=languages,
        )
    if not password_stdin:
        click.echo(password)
        click.echo(f"that is {name}'s password; it is shown once", err=True)


@users.command("list")
@_CORPUS
@_DATABASE
@_AS_JSON
def list_users(corpus_path: Path, database: str | None, as_json: bool) -> None:
    """List the accounts."""
    with _desk(corpus_path, database) as (_, store), store.read() as db:
        found = [
            {
                "name": user.name,
                "roles": user.roles,
                "hear_raw": user.hear_raw,
                "credentials": user.credentials,
                "languages": user.languages,
                "disabled": user.disabled,
            }
            for user in db.scalars(select(User).order_by(User.name))
        ]
    _show(found, as_json=as_json)


@users.command("disable")
@_CORPUS
@click.argument("name")
@_DATABASE
def disable_user(corpus_path: Path, name: str, database: str | None) -> None:
    """Close an account and its sessions; what it did stays on record."""
    with _desk(corpus_path, database) as (_, store), store.write() as db:
        accounts.disable_user(db, name)


@command.command("queue")
@_CORPUS
@click.option("--by", "order", type=click.Choice(ORDERS), default=ORDERS[0], show_default=True)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(min=1))
@_AS_JSON
def show_queue(corpus_path: Path, order: Order, limit: int, as_json: bool) -> None:
    """Rank the segments of all drafts: which to look at first. Ids and figures, no text."""
    found = entries(Corpus.open(corpus_path), clinical_weights)
    rows = ranked(found, order)[:limit]
    _show([msgspec.to_builtins(row) for row in rows], as_json=as_json)


@command.command("simulate")
@_CORPUS
@_AS_JSON
def simulate_orders(corpus_path: Path, as_json: bool) -> None:
    """Replay known references: what each order of the queue finds, in errors a reviewed minute."""
    corpus = Corpus.open(corpus_path)
    if not any(REFERENCE in session.layers for session in corpus.sessions()):
        raise UsageError(f"no recording of {corpus_path} has a layer {REFERENCE!r} to compare with")
    found = simulate(corpus, normaliser_for("en").tokens, clinical_weights)
    _show([msgspec.to_builtins(row) for row in found], as_json=as_json)


@command.command()
@_CORPUS
@_DATABASE
@_AS_JSON
def agreement(corpus_path: Path, database: str | None, as_json: bool) -> None:
    """Compare the passes of those who corrected the same recording: words, speakers, PHI."""
    with _desk(corpus_path, database) as (_, store), store.read() as db:
        found = agreements(db, normaliser_for("en").tokens)
    _show([msgspec.to_builtins(one) for one in found], as_json=as_json)


@command.command()
@_CORPUS
@click.option("--to", "name", help="User to give the tasks to; without it they are for anybody.")
@click.option("--task", "tasks", multiple=True, help="Only these; all open ones without it.")
@_DATABASE
def assign(
    corpus_path: Path, name: str | None, tasks: tuple[str, ...], database: str | None
) -> None:
    """Give open tasks to somebody."""
    with _desk(corpus_path, database) as (corpus, store):
        load(corpus, store, Loading(weigh=clinical_weights))
        with store.write() as db:
            user = accounts.find_user(db, name).id if name else None
            chosen = tasks or db.scalars(select(Task.id).where(Task.state == "open")).all()
            for task in chosen:
                assign_task(db, task, user, by="command line")
    click.echo(f"{len(chosen)} tasks assigned", err=True)


@command.command("export")
@_CORPUS
@click.option(
    "--layer", type=click.Choice(["corrected", "reference"]), default="corrected", show_default=True
)
@click.option("--unfinished", is_flag=True, help="Passes that were not handed over, too.")
@click.option("--redact", is_flag=True, help="Make the redacted copies anew from the corrections.")
@click.option("--threads", default=0, help="CPU threads of the models; 0: as many as cores.")
@_DATABASE
@_AS_JSON
def export_layers(
    corpus_path: Path,
    layer: str,
    unfinished: bool,
    redact: bool,
    threads: int,
    database: str | None,
    as_json: bool,
) -> None:
    """Write what people corrected into CORPUS, as new layers.

    `corrected`: passes that were handed over. `reference`: approved or adjudicated ones.
    With --redact, releases carry the corrected text; the exit code is 1 if a check fails.
    """
    if redact and layer != "corrected":
        raise UsageError("--redact goes with --layer corrected")
    with _desk(corpus_path, database) as (corpus, store):
        found = export(corpus, store, layer, unfinished=unfinished)  # type: ignore[arg-type]
        _show([msgspec.to_builtins(one) for one in found], as_json=as_json)
        reasons = _redact(corpus, found, threads) if redact else {}
    for name, reason in reasons.items():
        click.echo(f"{name}: {reason}", err=True)
    if reasons:
        sys.exit(1)


@command.command()
@_CORPUS
@_DATABASE
def audit(corpus_path: Path, database: str | None) -> None:
    """Check the audit log's chain, also against the checkpoints in the journal."""
    with _desk(corpus_path, database) as (corpus, store), store.read() as db:
        wrong = findings(db, checkpoints(corpus))
    for line in wrong:
        click.echo(line)
    click.echo(f"audit log: {f'{len(wrong)} wrong' if wrong else 'whole'}", err=True)
    if wrong:
        sys.exit(1)


def _redact(corpus: Corpus, found: tuple[Exported, ...], threads: int) -> dict[str, str]:
    return redact_corrected(
        corpus,
        [one.recording for one in found],
        default_pipeline()[-1],
        Resources(threads=threads),
        lambda name: click.echo(f"redacted {name}", err=True),
    )


@contextmanager
def _desk(corpus_path: Path, database: str | None) -> Iterator[tuple[Corpus, Store]]:
    corpus = Corpus.open(corpus_path)
    store = open_store(corpus.root, database)
    try:
        yield corpus, store
    finally:
        store.close()


def _show(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(rows).decode())
        return
    if not rows:
        click.echo("nothing there", err=True)
        return
    table = Table(*rows[0], box=None)
    for row in rows:
        table.add_row(*(_cell(value) for value in row.values()))
    Console().print(table)


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return (
        {True: "yes", False: ""}.get(value, str(value)) if isinstance(value, bool) else str(value)
    )
