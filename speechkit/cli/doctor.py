"""`speechkit doctor`: what is installed, which models verify, what will be slow and why."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from speechkit.cli.options import option, options
from speechkit.workflows.doctor import GIB, Checkup, examine


@click.command()
@option(
    "--corpus",
    default=Path(),
    show_default="this folder",
    meaning="Where a corpus lies or will lie.",
)
@click.option("--all", "show_all", is_flag=True, help="Show what is in order as well.")
@options("--json")
def command(corpus_path: Path, show_all: bool, as_json: bool) -> None:
    """Look this machine over. Nothing is changed or downloaded.

    Exit code 1 says that something the default pipeline needs is missing.
    """
    checkup = examine(corpus_path)
    if as_json:
        click.echo(msgspec.json.encode(checkup).decode())
    else:
        _print(checkup, show_all)
    raise SystemExit(0 if checkup.ready else 1)


def _print(checkup: Checkup, show_all: bool) -> None:
    console = Console(highlight=False, markup=False)
    console.print(
        f"speechkit {checkup.version}, Python {checkup.python}, {checkup.platform}, "
        f"{checkup.cores} cores, {checkup.memory / GIB:.1f} GiB",
        soft_wrap=True,
    )
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for found in checkup.findings:
        if show_all or found.state == "slow" or found.about in ("disk", "device"):
            table.add_row(found.state, found.about, found.name, found.says)
        elif found.state == "missing":
            mark = "MISSING" if found.needed else "absent"
            table.add_row(mark, found.about, found.name, found.says)
    console.print(table)
    num_well = sum(found.state == "ok" for found in checkup.findings)
    console.print(f"{num_well} of {len(checkup.findings)} well" + ("" if show_all else "; --all"))
    console.print(
        "the default pipeline can run"
        if checkup.ready
        else "the default pipeline cannot run: install or download what is MISSING"
    )
