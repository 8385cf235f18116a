"""`speechkit convert`: a transcript in one format, written in another."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from speechkit.cli.options import option, options
from speechkit.formats.convert import convert_transcripts


@click.command()
@click.argument("source", type=click.Path(path_type=Path), metavar="IN")
@click.argument("target", type=click.Path(path_type=Path), metavar="OUT")
@option("--input-format", meaning="Format of IN; without it, what its name and content tell.")
@option("--format", default="", meaning="Format of OUT; without it, what its name tells.")
@options("--strict", "--json")
def command(
    source: Path, target: Path, input_format: str, format_: str, strict: bool, as_json: bool
) -> None:
    """Write the transcript IN as OUT, in another format.

    IN is a file or a folder of files, OUT a file or a folder. What OUT cannot hold, and what of IN
    was passed over, is reported on stderr. docs/formats.md lists what each format holds.
    """
    done = convert_transcripts(
        source, target, from_format=input_format, to_format=format_, strict=strict
    )
    for note in done.notes:
        click.echo(f"passed over: {note}", err=True)
    for what, count in done.lost.items():
        click.echo(f"lost: {what} of {count} segments", err=True)
    if as_json:
        click.echo(
            msgspec.json.encode(
                {
                    "paths": [str(path) for path in done.paths],
                    "recordings": done.recordings,
                    "segments": done.segments,
                    "lost": done.lost,
                    "notes": done.notes,
                }
            ).decode()
        )
        return
    for path in done.paths:
        click.echo(str(path))
