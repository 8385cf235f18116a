"""`speechkit bench audit-reference`, `bench merge` and `bench audio`."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from speechkit.benchmark.audit import Audit, audit_references
from speechkit.benchmark.sites import COUNTS_SCHEMA, MergedCell, SiteCounts, merge_counts
from speechkit.benchmark.types import ScoreOptions
from speechkit.cli.bench_tables import percent
from speechkit.cli.options import option, options
from speechkit.cli.progress import progress_bars
from speechkit.core.errors import InputError
from speechkit.workflows.score_inputs import read_references, read_systems


@click.command("audit-reference")
@click.argument("reference")
@click.argument("hypotheses", nargs=-1, required=True, metavar="HYPOTHESIS...")
@option("--language", meaning="Language of references that name none, as en.")
@option("--normalizer", default="", metavar="NAME", meaning="Normalizer, as for `bench score`.")
@click.option(
    "--places",
    default=300,
    type=click.IntRange(min=1),
    metavar="N",
    show_default=True,
    help="Number of places to list, the surest first.",
)
@options("--json")
def audit_reference(
    reference: str,
    hypotheses: tuple[str, ...],
    language: str,
    normalizer: str,
    places: int,
    as_json: bool,
) -> None:
    """List the places where most systems agree with each other against REFERENCE.

    It takes three systems or more. The list holds what was said: treat it as the reference itself.
    The leaderboard is printed with and without the doubtful places.
    """
    references = read_references(reference)
    systems = read_systems(hypotheses, references)
    audit = audit_references(
        references,
        systems,
        ScoreOptions(language=language, normalizer=normalizer),
        limit=places,
    )
    if as_json:
        click.echo(msgspec.json.encode(audit).decode())
    else:
        _print_audit(audit)


def _print_audit(audit: Audit) -> None:
    console = Console()
    table = Table("sure", "recording", "from, s", "reference", "systems", "agree", box=None)
    for doubt in audit.doubts:
        table.add_row(
            f"{doubt.sureness:.2f}",
            doubt.recording,
            "" if doubt.start is None else f"{doubt.start:.1f}",
            f"… {doubt.before} [{doubt.said or '–'}] {doubt.after} …",
            doubt.written or "–",
            f"{len(doubt.agreeing)} of {doubt.num_systems}",
        )
    console.print(table, markup=False)
    board = Table("system", "WER %", "rank", "without, WER %", "rank", box=None)
    for row in audit.systems:
        board.add_row(
            row.system,
            percent(row.wer),
            str(row.rank),
            percent(row.wer_without),
            str(row.rank_without),
        )
    console.print(board)
    console.print(
        f"{audit.num_doubtful} doubtful places in {audit.num_words} words", highlight=False
    )


@click.command("merge")
@click.argument(
    "counts", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@options("--json")
def merge(counts: tuple[Path, ...], as_json: bool) -> None:
    """Pool the COUNTS that sites wrote with `bench score --export-counts`."""
    rows = merge_counts([_load_counts(path) for path in counts])
    if as_json:
        click.echo(msgspec.json.encode({"cells": rows}).decode())
    else:
        _print_merged(rows)


def _load_counts(path: Path) -> SiteCounts:
    try:
        site = msgspec.json.decode(path.read_bytes(), type=SiteCounts)
    except msgspec.MsgspecError as error:
        raise InputError(
            f"{path}: not what `speechkit bench score --export-counts` writes ({error})"
        ) from error
    if site.schema != COUNTS_SCHEMA:
        raise InputError(f"{path}: counts of another version ({site.schema}); export them again")
    return site


def _print_merged(rows: list[MergedCell]) -> None:
    table = Table("by", "value", "system", "WER %", "95 %", "words", "sites", "I² %", box=None)
    for row in rows:
        bounds = row.wer_interval
        table.add_row(
            row.by,
            row.value,
            row.system,
            percent(row.wer),
            "" if bounds is None else f"{100 * bounds[0]:.1f}–{100 * bounds[1]:.1f}",
            f"{row.num_words:.0f}",
            str(row.num_sites),
            "" if row.i_squared is None else f"{100 * row.i_squared:.0f}",
        )
    Console().print(table)


@click.command("audio")
@click.argument("source", metavar="CORPUS")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--sample-rate",
    default=16_000,
    type=click.IntRange(min=8_000, max=192_000),
    metavar="HZ",
    show_default=True,
    help="Sample rate of the clips.",
)
@options("--limit", "--json")
def write_audio(
    source: str, folder: Path, sample_rate: int, limit: int | None, as_json: bool
) -> None:
    """Write the recordings of a corpus or release as clips for a system elsewhere.

    A clip is called by the id of its recording, DIR/<id>.wav, and holds nothing else of the old
    file. DIR.map.csv, beside DIR, says which is which: keep it private. What the system writes, in
    files of the same names, is scored with `bench run --engine results:FOLDER`.
    """
    from speechkit.workflows.bench_audio import write_clips

    with progress_bars() as bars:
        written = write_clips(
            source,
            folder,
            sample_rate=sample_rate,
            limit=limit,
            progress=lambda done, total: bars("clips", done, total),
        )
    for name, reason in written.failures.items():
        click.echo(f"failed: {name}: {reason}", err=True)
    if raw := sum(clip.phi == "raw" for clip in written.clips):
        click.echo(f"note: {raw} clips may hold identifiers: they are not released", err=True)
    if as_json:
        click.echo(msgspec.json.encode({"clips": written.clips}).decode())
    else:
        click.echo(f"{len(written.clips)} clips in {folder}, the map back in {written.map_path}")
    raise SystemExit(1 if written.failures else 0)
