"""`speechkit demo`: two recordings through all of it; a table, and a page to look at."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from speechkit.cli.ingest import read_reference
from speechkit.cli.progress import progress_bars
from speechkit.core.stage import Resources
from speechkit.pipeline.demo import Demo, run_demo
from speechkit.pipeline.demo_page import write_demo_page


@click.command()
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build/demo"),
    show_default=True,
)
@click.option("--device", default="cpu", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(folder: Path, device: str, as_json: bool) -> None:
    """A real telephone call and a made-up consultation through the whole pipeline.

    Builds both recordings, brings them in, finds out who says what, removes what identifies
    people, listens again, releases, and measures all of it against what is known to be true.
    """
    with progress_bars() as progress:
        demo = run_demo(
            folder, read_reference, resources=Resources(device=device), progress=progress
        )
    page = write_demo_page(demo, folder / "report")
    if as_json:
        rows = msgspec.json.encode({"recordings": demo.rows, "page": str(page)})
        click.echo(rows.decode())
        return
    Console(width=None).print(_table(demo))
    click.echo(f"release: {demo.release}")
    click.echo(f"page:    {page.resolve()}")


def _table(demo: Demo) -> Table:
    table = Table(
        "recording", "length", "DER %", "WER %", "cpWER %", "PHI removed", "look-alikes kept",
        "heard again", "muted %", "verdict", box=None,
    )  # fmt: skip
    for row in demo.rows:
        phi = row.phi
        table.add_row(
            row.title,
            f"{row.seconds:.0f} s",
            _percent(row.der),
            _percent(row.wer),
            _percent(row.cpwer),
            f"{phi.removed} of {phi.removed + phi.missed}",
            f"{phi.kept} of {phi.kept + phi.lost}",
            str(row.heard),
            _percent(row.muted),
            row.verdict,
        )
    return table


def _percent(rate: float | None) -> str:
    return "" if rate is None else f"{100 * rate:.1f}"
