"""`speechkit bench published`: leaderboards of others, counted again."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from speechkit.benchmark.score import score_systems
from speechkit.benchmark.types import ScoreOptions
from speechkit.cli.bench_tables import percent, print_scores
from speechkit.cli.options import FOLDER, option, options
from speechkit.workflows.published import LISTS, CountedAgain, count_again, read_published

_SAME = 0.0001  # a hundredth of a point


@click.command("published")
@click.argument("name", metavar="LIST", type=click.Choice(list(LISTS)))
@click.argument("folder", type=FOLDER)
@option("--by")
@option("--normalizer", default="", metavar="NAME", meaning="Normalizer, in place of the list's.")
@options("--workers", "--json")
def published(
    name: str,
    folder: Path,
    by: tuple[str, ...],
    normalizer: str,
    workers: int,
    as_json: bool,
) -> None:
    """Count a published leaderboard again, from a copy of its repository in FOLDER.

    Each system's published WER stands beside the mean over recordings and the WER over all words,
    counted here. Nothing is fetched.
    """
    found = read_published(name, folder)
    for note in found.left_out:
        click.echo(f"note: {note}", err=True)
    asked = ScoreOptions(
        language="en", normalizer=normalizer or found.normalizer, allow_missing=True, by=by
    )
    scores = score_systems(found.references, found.systems, asked, workers=workers or 1)
    rows = count_again(found, scores)
    if as_json:
        click.echo(msgspec.json.encode({"published": rows, "scores": scores}).decode())
        return
    print_scores(scores)
    _print(rows)


def _print(rows: tuple[CountedAgain, ...]) -> None:
    table = Table(
        "system",
        "recordings",
        "published %",
        "mean here %",
        "WER here %",
        "farthest, points",
        box=None,
    )
    for row in rows:
        table.add_row(
            row.system,
            str(row.num_recordings),
            percent(row.published),
            percent(row.mean),
            percent(row.pooled),
            percent(row.farthest),
        )
    console = Console()
    console.print(table)
    known = [row for row in rows if row.published is not None]
    same = sum(_is_same(row) for row in known)
    console.print(
        f"{same} of {len(known)} systems within 0.01 points of the published figure, by the mean or "
        "over all words",
        highlight=False,
    )


def _is_same(row: CountedAgain) -> bool:
    return any(
        here is not None and row.published is not None and abs(here - row.published) <= _SAME
        for here in (row.mean, row.pooled)
    )
