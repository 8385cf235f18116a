"""`speechkit diarize`: who spoke when; one RTTM a file."""

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
from speechkit.formats import format_rttm
from speechkit.storage.files import write_bytes
from speechkit.workflows.files import FileResult, diarize_files


@click.command()
@click.argument("audio", nargs=-1, required=True, type=PATH)
@option(
    "--engine",
    default="auto",
    meaning="Engine that tells speakers apart, such as pyannote:local or channels; auto picks one.",
)
@options("--num-speakers")
@option("--min-speakers", old=("--min",))
@option("--max-speakers", old=("--max",))
@options("--set", "--device", "--threads")
@option("--output-dir", required=True)
@option("--json", meaning="Print what was written as JSON.")
def command(
    audio: tuple[Path, ...],
    engine: str,
    num_speakers: int | None,
    min_speakers: int | None,
    max_speakers: int | None,
    settings: tuple[str, ...],
    device: str,
    threads: int,
    output_dir: Path,
    as_json: bool,
) -> None:
    """Say who speaks when in each AUDIO file: DIR/<name>.rttm.

    Each is written as soon as it is known. Overlapping speech has overlapping lines. Files that
    fail are named on stderr, the others go on, and the exit code is 1.
    """
    names = output_names(audio)
    written: dict[int, dict[str, str | int]] = {}

    def write(position: int, result: FileResult) -> None:
        turns = tuple(turn for turn in result.turns if not turn.exclusive)
        path = output_dir / f"{names[position]}.rttm"
        write_bytes(path, format_rttm({names[position]: turns}).encode())
        written[position] = {"audio": str(result.path), "rttm": str(path), "turns": len(turns)}

    with progress_bars() as progress:
        results = diarize_files(
            audio,
            engine=engine,
            engine_options=parse_pairs(settings),
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
            click.echo(row["rttm"])
    sys.exit(1 if len(written) < len(results) else 0)
