"""`speechkit models`: list, download and verify weights."""

from __future__ import annotations

import click
import msgspec
from rich.console import Console
from rich.table import Table

from speechkit.cli.options import AS_JSON
from speechkit.core.errors import ModelError, WrongDigestError
from speechkit.storage import models
from speechkit.workflows.engines import fetch_weights


@click.group()
def command() -> None:
    """Pinned weights: list, fetch, verify."""


@command.command("list")
@AS_JSON
def list_models(as_json: bool) -> None:
    """List every model with its license and whether it is on this machine."""
    rows: list[dict[str, str | bool]] = [
        {
            "name": model.name,
            "task": model.task,
            "licence": model.licence,
            "revision": model.revision[:12],
            "here": _is_here(model.name),
            "note": model.note,
        }
        for model in models.known_models().values()
    ]
    if as_json:
        click.echo(msgspec.json.encode({"models": rows}).decode())
        return
    table = Table("model", "for", "license", "revision", "here", "note", box=None)
    for row in rows:
        table.add_row(*(("no", "yes")[v] if isinstance(v, bool) else v for v in row.values()))
    Console().print(table)


@command.command()
@click.argument("names", nargs=-1, metavar="[MODEL]...")
@AS_JSON
def fetch(names: tuple[str, ...], as_json: bool) -> None:
    """Download models (by default those that the default pipeline uses) and verify them.

    MODEL is a name from `models list`, or an engine with one of its library's models
    (`faster-whisper:large-v3`), which is pinned to what is downloaded first.
    """
    rows = []
    for name in names or _defaults():
        folder = fetch_weights(name) if ":" in name else models.fetch(name)
        rows.append({"name": name, "folder": str(folder)})
        if not as_json:
            click.echo(f"{name}: {folder}")
    if as_json:
        click.echo(msgspec.json.encode({"models": rows}).decode())


@command.command()
@click.argument("names", nargs=-1, metavar="[MODEL]...")
@AS_JSON
def verify(names: tuple[str, ...], as_json: bool) -> None:
    """Check the digest of every file of the models on this machine."""
    bad = False
    rows = []
    for name in names or tuple(models.known_models()):
        try:
            models.resolve(name)
            told = "ok"
        except ModelError as error:
            bad = bad or bool(names) or isinstance(error, WrongDigestError)
            told = str(error)
        rows.append({"name": name, "ok": told == "ok", "says": told})
        if not as_json:
            click.echo(f"{name}: {told}")
    if as_json:
        click.echo(msgspec.json.encode({"models": rows}).decode())
    raise SystemExit(1 if bad else 0)


def _defaults() -> tuple[str, ...]:
    return tuple(m.name for m in models.known_models().values() if m.default)


def _is_here(name: str) -> bool:
    try:
        models.resolve(name)
    except ModelError:
        return False
    return True
