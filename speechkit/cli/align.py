"""`speechkit align`: word times for a transcript that a person or another tool wrote."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from speechkit.cli.options import PATH, option, options
from speechkit.cli.pairs import parse_pairs
from speechkit.core.stage import Resources
from speechkit.formats.convert import format_of_target, save_transcripts
from speechkit.workflows.align_transcript import AlignTranscriptOptions, align_transcript


@click.command()
@click.argument("audio", type=PATH)
@click.argument("transcript", type=PATH)
@click.argument("target", type=click.Path(path_type=Path), metavar="OUT")
@option(
    "--input-format", meaning="Format of TRANSCRIPT; without it, what its name and content tell."
)
@option("--format", default="", meaning="Format of OUT; without it, what its name tells.")
@option("--engine", default="ctc", meaning="Aligner: ctc or mms.")
@option("--language", meaning="Language of segments for which TRANSCRIPT names none.")
@options("--set", "--device", "--threads", "--strict", "--json")
def command(
    audio: Path,
    transcript: Path,
    target: Path,
    input_format: str,
    format_: str,
    engine: str,
    language: str,
    settings: tuple[str, ...],
    device: str,
    threads: int,
    strict: bool,
    as_json: bool,
) -> None:
    """Find each word of TRANSCRIPT in AUDIO, and write it with word times as OUT.

    TRANSCRIPT is in any format that `convert` reads. Its words, order and speakers stay; its times say
    where to look for them. JSON and CTM hold word times. What OUT cannot hold, what of TRANSCRIPT
    was passed over, and how many segments hold words that were not found, is reported on stderr.
    """
    name = format_ or format_of_target(target)
    asked = AlignTranscriptOptions(
        language=language,
        input_format=input_format,
        engine=engine,
        engine_options=parse_pairs(settings),
        strict=strict,
    )
    done = align_transcript(audio, transcript, asked, Resources(device=device, threads=threads))
    saved = save_transcripts(
        {audio.stem: done.segments}, target, name, source=transcript, notes=done.notes
    )
    for note in saved.notes:
        click.echo(f"passed over: {note}", err=True)
    for what, count in saved.lost.items():
        click.echo(f"lost: {what} of {count} segments", err=True)
    if done.unplaced:
        click.echo(
            f"not found: words of {done.unplaced} of {saved.segments} segments, marked unaligned",
            err=True,
        )
    if as_json:
        report = {
            "paths": [str(path) for path in saved.paths],
            "segments": saved.segments,
            "unplaced": done.unplaced,
            "lost": saved.lost,
            "notes": saved.notes,
        }
        click.echo(msgspec.json.encode(report).decode())
        return
    for path in saved.paths:
        click.echo(str(path))
