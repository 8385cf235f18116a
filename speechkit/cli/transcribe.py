"""`speechkit transcribe`: what was said; one transcript a file."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import msgspec

from speechkit.cli.options import PATH, option, options
from speechkit.cli.outputs import output_names
from speechkit.cli.pairs import parse_pairs
from speechkit.cli.progress import progress_bars
from speechkit.core.engines import Speakers
from speechkit.core.stage import Resources
from speechkit.formats import format_segments, writable_formats
from speechkit.storage.files import write_bytes
from speechkit.workflows.files import FileResult, transcribe_files


@click.command()
@click.argument("audio", nargs=-1, required=True, type=PATH)
@options("--engine", "--language", "--diarize", "--num-speakers", "--min-speakers")
@options("--max-speakers", "--set", "--device", "--threads")
@option(
    "--format",
    kind=click.Choice(writable_formats()),
    default="json",
    meaning="Format of the transcripts.",
)
@option("--output-dir", required=True)
@option("--json", meaning="Print what was written as JSON.")
def command(
    audio: tuple[Path, ...],
    engine: str,
    language: str,
    diarize: bool,
    num_speakers: int | None,
    min_speakers: int | None,
    max_speakers: int | None,
    settings: tuple[str, ...],
    device: str,
    threads: int,
    format_: str,
    output_dir: Path,
    as_json: bool,
) -> None:
    """Write down what is said in each AUDIO file, with word times: DIR/<name>.<format>.

    Each is written as soon as it is known. The text is as heard: it may name people. Files that
    fail are named on stderr, the others go on, and the exit code is 1.
    """
    names = output_names(audio)
    written: dict[int, dict[str, str | int | list[str]]] = {}

    def write(position: int, result: FileResult) -> None:
        name = names[position]
        path = output_dir / f"{name}.{format_ if format_ != 'seglst' else 'seglst.json'}"
        write_bytes(path, format_segments(format_, name, result.segments).encode())
        written[position] = {
            "audio": str(result.path),
            "transcript": str(path),
            "segments": len(result.segments),
            "languages": sorted({s.language for s in result.segments if s.language}),
        }

    with progress_bars() as progress:
        results = transcribe_files(
            audio,
            engine=engine,
            engine_options=parse_pairs(settings),
            language=language,
            diarize=diarize,
            speakers=Speakers(exactly=num_speakers, at_least=min_speakers, at_most=max_speakers),
            resources=Resources(device=device, threads=threads),
            progress=progress,
            finished=write,
        )
    for result in results:
        if result.reason:
            click.echo(f"failed: {result.path}: {result.reason}", err=True)
    rows = [written[position] for position in sorted(written)]
    if as_json:
        click.echo(msgspec.json.encode({"files": rows}).decode())
    else:
        for row in rows:
            click.echo(row["transcript"])
    sys.exit(1 if len(written) < len(results) else 0)
