"""`speechkit audit`: prove and read the log of what was done with a corpus."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO

import click
import msgspec
from rich.console import Console
from rich.table import Table

from speechkit.cli.options import AS_JSON, option
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
_SHOWN = ("when", "by", "event")
_CHAIN = ("log_seq", "log_prev", "log_hash", "speechkit")


@click.group()
def command() -> None:
    """The audit log: append-only, chained, with signed checkpoints. LOG is a corpus or a file."""


@command.command()
@click.argument("log", type=_PATH)
@option(
    "--public-key",
    old=("--key",),
    meaning="Check the signatures of checkpoints with this public key, a .pub file or its line.",
)
@AS_JSON
def verify(log: Path, public_key: str | None, as_json: bool) -> None:
    """Say what was altered, dropped, moved or cut off, and where; exit 1 if anything was."""
    path = _log(log)
    problems = verify_log(path, None if public_key is None else read_public_key(public_key))
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
@click.option("--event", default="", metavar="KIND", help="Only events of this kind.")
@option("--recording", meaning="Only events that name this recording.")
@AS_JSON
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
@option("--secret-key", old=("--key",), required=True)
def checkpoint(log: Path, secret_key: Path) -> None:
    """Sign how long the log is and what is in it; keep the line elsewhere too."""
    made = make_checkpoint(_log(log), read_secret_key(secret_key))
    _print_json(made)


@command.command()
@click.argument("log", type=_PATH)
@click.argument("line", type=int)
@click.option(
    "--size",
    default=0,
    metavar="N",
    help="Lines of the log at the checkpoint by which it is proved; 0 for all there are.",
)
def prove(log: Path, line: int, size: int) -> None:
    """Print the proof (RFC 6962) that LINE is in the log; it shows no other line."""
    _print_json(prove_line(_log(log), line, size))


@command.command("check-proof")
@click.argument("proof", type=click.File("rb"))
@click.option("--root", default="", metavar="HEX", help="Root of the checkpoint it must be under.")
@AS_JSON
def check_proof(proof: IO[bytes], root: str, as_json: bool) -> None:
    """Check a proof; exit 1 if it does not hold."""
    try:
        found = msgspec.json.decode(proof.read(), type=Proof)
    except msgspec.MsgspecError as error:
        raise UsageError("not a proof, as `audit prove` prints it") from error
    holds = found.holds() and root in ("", found.root)
    if as_json:
        _print_json({"ok": holds, "line": found.index + 1, "size": found.size, "root": found.root})
        sys.exit(0 if holds else 1)
    if not holds:
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
