"""`speechkit demo`: two recordings through all of it; a table, and a page to look at."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from speechkit.cli.options import option, options
from speechkit.cli.progress import progress_bars
from speechkit.core.stage import Resources
from speechkit.workflows.demo import Demo, run_demo
from speechkit.workflows.demo_page import write_demo_page


@click.command()
@option("--output-dir", old=("--dir",), default=Path("build/demo"))
@options("--device", "--json")
def command(output_dir: Path, device: str, as_json: bool) -> None:
    """Run a real telephone call and a synthetic consultation through the whole pipeline.

    Builds both recordings, ingests them, finds out who says what, removes what identifies people,
    listens again, releases, and measures all of it against what is known to be true.
    """
    with progress_bars() as progress:
        demo = run_demo(output_dir, resources=Resources(device=device), progress=progress)
    page = write_demo_page(demo, output_dir / "report")
    if as_json:
        rows = msgspec.json.encode({"recordings": demo.rows, "page": str(page)})
        click.echo(rows.decode())
        return
    Console().print(_table(demo))
    click.echo(f"release: {demo.release}")
    click.echo(f"page:    {page.resolve()}")


def _table(demo: Demo) -> Table:
    table = Table("", *(row.title for row in demo.rows), box=None)
    for name, cells in {
        "length": [f"{row.seconds:.0f} s" for row in demo.rows],
        "diarization error (DER)": [_percent(row.der) for row in demo.rows],
        "word error (WER)": [_percent(row.wer) for row in demo.rows],
        "word error with speakers (cpWER)": [_percent(row.cpwer) for row in demo.rows],
        "identifiers removed": [_of(row.phi.removed, row.phi.missed) for row in demo.rows],
        "look-alikes kept": [_of(row.phi.kept, row.phi.lost) for row in demo.rows],
        "audio muted": [_percent(row.muted) for row in demo.rows],
        "removed words heard again": [str(row.heard) for row in demo.rows],
        "verdict of the second listening": [row.verdict for row in demo.rows],
    }.items():
        table.add_row(name, *cells)
    return table


def _of(done: int, rest: int) -> str:
    return f"{done} of {done + rest}" if done + rest else "none said"


def _percent(rate: float | None) -> str:
    return "" if rate is None else f"{100 * rate:.1f} %"
