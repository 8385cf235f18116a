"""`speechkit transcribe`: what was said; one transcript a file."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from speechkit.cli.outputs import output_names
from speechkit.cli.pairs import parse_pairs
from speechkit.cli.progress import progress_bars
from speechkit.core.stage import Resources
from speechkit.formats import format_segments, writable_formats
from speechkit.storage.files import write_bytes
from speechkit.workflows.files import transcribe_files


@click.command()
@click.argument("audio", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--engine", default="faster-whisper:base", show_default=True)
@click.option("--language", default="", help="ISO 639-1 code, as en; detected if not given.")
@click.option("--diarize", is_flag=True, help="Say who speaks, too.")
@click.option("--num-speakers", type=click.IntRange(min=1), help="How many speak, if known.")
@click.option("--set", "settings", multiple=True, metavar="OPTION=VALUE", help="Engine option.")
@click.option("--device", default="cpu", show_default=True)
@click.option("--format", "format_", type=click.Choice(writable_formats()), default="json")
@click.option("--output-dir", required=True, type=click.Path(path_type=Path, file_okay=False))
def command(
    audio: tuple[Path, ...],
    engine: str,
    language: str,
    diarize: bool,
    num_speakers: int | None,
    settings: tuple[str, ...],
    device: str,
    format_: str,
    output_dir: Path,
) -> None:
    """Write down what is said in each AUDIO file, with word times: DIR/<name>.<format>.

    The text is as heard: it may name people. Files that fail are named on stderr, the others go
    on, and the exit code is 1.
    """
    names = output_names(audio)
    with progress_bars() as progress:
        results = transcribe_files(
            audio,
            engine=engine,
            engine_options=parse_pairs(settings),
            language=language,
            diarize=diarize,
            num_speakers=num_speakers,
            resources=Resources(device=device),
            progress=progress,
        )
    failed = 0
    for result, name in zip(results, names, strict=True):
        if result.reason:
            failed += 1
            click.echo(f"failed: {result.path}: {result.reason}", err=True)
            continue
        path = output_dir / f"{name}.{format_ if format_ != 'seglst' else 'seglst.json'}"
        write_bytes(path, format_segments(format_, name, result.segments).encode())
        click.echo(str(path))
    sys.exit(1 if failed else 0)
