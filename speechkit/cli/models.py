"""`speechkit models`: which weights there are, bring them, check them."""

from __future__ import annotations

import click
import msgspec
from rich.console import Console
from rich.table import Table

from speechkit.core.errors import ModelError, WrongDigestError
from speechkit.storage import models


@click.group()
def command() -> None:
    """Pinned weights: list, fetch, verify."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_models(as_json: bool) -> None:
    """List every model with its licence and whether it is on this machine."""
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
    table = Table("model", "for", "licence", "revision", "here", "note", box=None)
    for row in rows:
        table.add_row(*(("no", "yes")[v] if isinstance(v, bool) else v for v in row.values()))
    Console().print(table)


@command.command()
@click.argument("names", nargs=-1, metavar="[MODEL]...")
def fetch(names: tuple[str, ...]) -> None:
    """Bring models (by default those that the default pipeline uses) and verify them."""
    for name in names or _defaults():
        click.echo(f"{name}: {models.fetch(name)}")


@command.command()
@click.argument("names", nargs=-1, metavar="[MODEL]...")
def verify(names: tuple[str, ...]) -> None:
    """Check the digest of every file of the models on this machine."""
    bad = False
    for name in names or tuple(models.known_models()):
        try:
            models.resolve(name)
            click.echo(f"{name}: ok")
        except ModelError as error:
            bad = bad or bool(names) or isinstance(error, WrongDigestError)
            click.echo(f"{name}: {error}")
    raise SystemExit(1 if bad else 0)


def _defaults() -> tuple[str, ...]:
    return tuple(m.name for m in models.known_models().values() if m.default)


def _is_here(name: str) -> bool:
    try:
        models.resolve(name)
    except ModelError:
        return False
    return True
