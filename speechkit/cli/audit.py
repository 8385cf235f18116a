"""`speechkit audit`: prove and read the log of what was done with a corpus."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO

import click
import msgspec
from rich.console import Console
from rich.table import Table

from speechkit.core.errors import UsageError
from speechkit.governance.audit import (
    LOG,
    Proof,
    make_checkpoint,
    prove_line,
    read_events,
    verify_log,
)
from speechkit.governance.signing import read_public_key, read_secret_key

_PATH = click.Path(path_type=Path)
_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_SHOWN = ("when", "by", "event")
_CHAIN = ("log_seq", "log_prev", "log_hash", "speechkit")


@click.group()
def command() -> None:
    """The audit log: append-only, chained, with signed checkpoints. LOG is a corpus or a file."""


@command.command()
@click.argument("log", type=_PATH)
@click.option("--key", metavar="KEY", help="Who signed the checkpoints: a .pub file, or its line.")
@_AS_JSON
def verify(log: Path, key: str | None, as_json: bool) -> None:
    """Say what was altered, dropped, moved or cut off, and where; exit 1 if anything was."""
    path = _log(log)
    problems = verify_log(path, None if key is None else read_public_key(key))
    if as_json:
        _print_json({"log": str(path), "ok": not problems, "problems": problems})
    else:
        for problem in problems:
            click.echo(str(problem))
        click.echo(f"{path}: {f'{len(problems)} wrong' if problems else 'ok'}", err=bool(problems))
    if problems:
        sys.exit(1)


@command.command()
@click.argument("log", type=_PATH)
@click.option("--event", default="", help="Only events of this kind.")
@click.option("--recording", default="", metavar="ID", help="Only events that name it.")
@_AS_JSON
def show(log: Path, event: str, recording: str, as_json: bool) -> None:
    """Show what was done, when and by whom."""
    table = Table("line", *_SHOWN, "", box=None)
    for number, row in enumerate(read_events(_log(log)), start=1):
        if event and row.get("event") != event:
            continue
        if recording and recording not in msgspec.json.encode(row).decode():
            continue
        if as_json:
            _print_json(row)
            continue
        rest = {k: v for k, v in row.items() if k not in (*_SHOWN, *_CHAIN)}
        facts = " ".join(f"{name}={value}" for name, value in rest.items())
        table.add_row(str(number), *(str(row.get(name, "")) for name in _SHOWN), facts)
    if not as_json:
        Console().print(table)


@command.command()
@click.argument("log", type=_PATH)
@click.option("--key", required=True, type=_PATH, help="A secret key, as minisign has them.")
def checkpoint(log: Path, key: Path) -> None:
    """Sign how long the log is and what is in it; keep the line elsewhere too."""
    made = make_checkpoint(_log(log), read_secret_key(key))
    _print_json(made)


@command.command()
@click.argument("log", type=_PATH)
@click.argument("line", type=int)
@click.option("--size", default=0, help="Length of the log at the checkpoint it is proved by.")
def prove(log: Path, line: int, size: int) -> None:
    """Print the proof (RFC 6962) that LINE is in the log; it shows no other line."""
    _print_json(prove_line(_log(log), line, size))


@command.command("check-proof")
@click.argument("proof", type=click.File("rb"))
@click.option("--root", default="", help="Root that a checkpoint has, in hex.")
def check_proof(proof: IO[bytes], root: str) -> None:
    """Check a proof; exit 1 if it does not hold."""
    try:
        found = msgspec.json.decode(proof.read(), type=Proof)
    except msgspec.MsgspecError as error:
        raise UsageError("not a proof, as `audit prove` prints it") from error
    if not found.holds() or (root and found.root != root):
        click.echo("the proof does not hold", err=True)
        sys.exit(1)
    click.echo(f"line {found.index + 1} of {found.size} is under root {found.root}")


def _log(path: Path) -> Path:
    path = path / LOG if path.is_dir() else path
    if not path.is_file():
        raise UsageError(f"{path}: no such log")
    return path


def _print_json(value: object) -> None:
    click.echo(msgspec.json.encode(value).decode())
