"""`speechkit ingest`: a folder of recordings, and a table about them, become a corpus."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Literal

import click
import msgspec
from rich.console import Console
from rich.table import Table

from speechkit.cli.options import option, options
from speechkit.cli.pairs import parse_pairs
from speechkit.cli.progress import progress_bars
from speechkit.ingestion.ingest import IngestOptions, IngestReport, ingest_folder
from speechkit.storage.corpus import Corpus


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@option(
    "--corpus", required=True, meaning="Folder of the corpus; it is created if it does not exist."
)
@options("--metadata")
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="Say which column holds a field, if its name does not tell: accent=native_language.",
)
@click.option(
    "--keep",
    multiple=True,
    metavar="COLUMN",
    help="Keep the text of this column as a tag. Free text may name people: check it first.",
)
@click.option("--only-listed", is_flag=True, help="Leave out files that the table does not name.")
@option("--language", meaning="Language of recordings for which the table gives none, such as en.")
@option("--consent", meaning="Id of the consent of recordings for which the table gives none.")
@click.option(
    "--pseudonym-key",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Use the key of another corpus, so that the same people get the same pseudonyms.",
)
@click.option(
    "--fill-merged",
    is_flag=True,
    help="Use the value of a spreadsheet's merged cell for all rows it covers.",
)
@click.option(
    "--tracks",
    type=click.Choice(["first", "channels"]),
    default="first",
    show_default=True,
    help="Of a file with several audio tracks, read the first, or all of them, as channels.",
)
@options("--json")
def command(
    folder: Path,
    corpus_path: Path,
    metadata: Path | None,
    columns: tuple[str, ...],
    keep: tuple[str, ...],
    only_listed: bool,
    language: str,
    consent: str,
    pseudonym_key: Path | None,
    fill_merged: bool,
    tracks: Literal["first", "channels"],
    as_json: bool,
) -> None:
    """Add the recordings in DIR and its subfolders to a corpus.

    Formats: WAV, FLAC, Ogg/Opus, WebM, MP3, M4A and whatever else FFmpeg decodes, 8-192 kHz. Nothing
    is changed in DIR. Running it again adds only what is new.

    What could not be read is listed in CORPUS/failures.jsonl, which names files: keep it private.
    """
    options = IngestOptions(
        metadata=metadata,
        columns=parse_pairs(columns, "--column", "FIELD=COLUMN, as in accent=native_language"),
        keep=keep,
        only_listed=only_listed,
        language=language,
        consent=consent,
        pseudonym_key=pseudonym_key,
        fill_merged=fill_merged,
        tracks=tracks,
    )
    corpus = Corpus(corpus_path)
    with progress_bars() as bars:
        report = ingest_folder(
            folder,
            corpus,
            options,
            lambda finished, total: bars("ingest", finished, total),
        )
    if as_json:
        click.echo(msgspec.json.encode(report).decode())
    else:
        _print(report)
    _complain(report, corpus)
    raise SystemExit(1 if report.failures else 0)


def _print(report: IngestReport) -> None:
    console = Console()
    if report.columns:
        pairs = ", ".join(f"{field} from {name!r}" for field, name in report.columns.items())
        console.print(f"columns: {pairs}", highlight=False, markup=False, soft_wrap=True)
    minutes, seconds = divmod(round(report.seconds), 60)
    table = Table(show_header=False, box=None)
    table.add_row("recordings", str(report.recordings), f"{minutes} min {seconds} s")
    for name in ("added", "updated", "unchanged"):
        table.add_row(f"  {name}", str(getattr(report, name)))
    for flag, count in report.flags.items():
        table.add_row(f"  {flag}", str(count))
    table.add_row("failures", str(len(report.failures)))
    table.add_row("other files", str(report.ignored))
    console.print(table)


def _complain(report: IngestReport, corpus: Corpus) -> None:
    """Say why, without names of files: a terminal's output ends up in logs."""
    for warning in report.warnings:
        click.echo(f"warning: {warning}", err=True)
    if not report.failures:
        return
    for reason, count in Counter(failure.reason for failure in report.failures).most_common(10):
        lines = sorted({f.line for f in report.failures if f.reason == reason and f.line})
        where = f" (line {', '.join(map(str, lines[:10]))} of the table)" if lines else ""
        click.echo(f"{count} × {reason}{where}", err=True)
    click.echo(f"which files: {corpus.root / 'failures.jsonl'} (private)", err=True)
