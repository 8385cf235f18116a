"""`speechkit deidentify audio`: redacted audio, redacted transcript, and the proof."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, get_args

import click
import msgspec

from speechkit.audio.mask import Method
from speechkit.cli.options import PATH, option, options
from speechkit.cli.pairs import parse_pairs
from speechkit.cli.progress import progress_bars
from speechkit.core.stage import Resources
from speechkit.pipeline.pipelines import options_by_stage
from speechkit.workflows.deidentify_files import DeidentifiedFile, deidentify_audio


@click.command(name="audio")
@click.argument("audio", nargs=-1, required=True, type=PATH)
@option("--output-dir", required=True)
@click.option(
    "--transcript",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="What is said, as `speechkit transcribe` writes it; without it, it is transcribed.",
)
@click.option(
    "--method",
    type=click.Choice(get_args(Method)),
    default="silence",
    show_default=True,
    help="How to mask. From silence nothing can be recovered; tone and noise show where there "
    "was speech.",
)
@click.option(
    "--disguise", is_flag=True, help="Move voices in pitch. This does not make them anonymous."
)
@options("--language")
@option(
    "--set",
    metavar="STAGE.OPTION=VALUE",
    meaning="Set an option of a stage, such as redact.extra_margin=0.3.",
)
@options("--device", "--threads", "--json")
def command(
    audio: tuple[Path, ...],
    output_dir: Path,
    transcript: Path | None,
    method: Method,
    disguise: bool,
    language: str,
    settings: tuple[str, ...],
    device: str,
    threads: int,
    as_json: bool,
) -> None:
    """Remove what identifies people from AUDIO files, and listen to check that it is gone.

    Writes DIR/<id>.flac and DIR/<id>.json for each, and DIR/redactions.json: start, end,
    identifier, method and verdict of every mask. The id comes from the recording's digest, never
    from its file name. A file in which something removed is heard again is not written, and the
    exit code is 1.
    """
    stages = options_by_stage(parse_pairs(settings, form="STAGE.OPTION=VALUE"))
    if disguise:
        stages.setdefault("redact", {})["disguise"] = "true"
    with progress_bars() as progress:
        results = deidentify_audio(
            audio,
            output_dir,
            method=method,
            language=language,
            transcript=transcript,
            settings=stages,
            resources=Resources(device=device, threads=threads),
            progress=progress,
        )
    if as_json:
        click.echo(msgspec.json.encode([_plain(result) for result in results]).decode())
    for result in results:
        if result.reason:
            click.echo(f"failed: {result.path}: {result.reason}", err=True)
        elif not as_json:
            masks = f"{result.redactions} mask{'s' if result.redactions != 1 else ''}"
            click.echo(f"{result.path} → {result.audio_path} ({masks}, {result.verdict})")
    if any(result.reason for result in results):
        sys.exit(1)


def _plain(result: DeidentifiedFile) -> dict[str, Any]:
    fields = msgspec.structs.asdict(result)
    return {k: str(v) if isinstance(v, Path) else v for k, v in fields.items()}
