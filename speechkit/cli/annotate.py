"""`speechkit annotate`: what a transcript says about health, as places in it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click
import msgspec

from speechkit.cli.options import PATH, option, options
from speechkit.cli.pairs import parse_pairs
from speechkit.storage.files import write_bytes
from speechkit.workflows.annotate_transcript import AnnotateTranscriptOptions, annotate_transcript


@click.command()
@click.argument("transcript", type=PATH)
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False), metavar="OUT")
@option(
    "--input-format", meaning="Format of TRANSCRIPT; without it, what its name and content tell."
)
@option("--engine", default="rules", meaning="Annotator, such as rules, which has English lists.")
@option("--language", meaning="Language of segments for which TRANSCRIPT names none.")
@options("--set", "--strict", "--json")
def command(
    transcript: Path,
    target: Path,
    input_format: str,
    engine: str,
    language: str,
    settings: tuple[str, ...],
    strict: bool,
    as_json: bool,
) -> None:
    """Mark drugs, doses, symptoms, conditions and readings in TRANSCRIPT; write where they are as OUT.

    TRANSCRIPT is in any format that `convert` reads; redact it first. OUT is JSON lines, one a recording:
    for each entity the id of its segment, as `convert` gives it, and code points of the segment's
    text, never the words. English only; docs/dialogue.md says what is marked, and how well.
    """
    asked = AnnotateTranscriptOptions(
        language=language,
        input_format=input_format,
        engine=engine,
        engine_options=parse_pairs(settings),
        strict=strict,
    )
    done = annotate_transcript(transcript, asked)
    lines = [
        msgspec.json.encode({"recording": name, **msgspec.to_builtins(found)}) + b"\n"
        for name, found in done.recordings.items()
    ]
    write_bytes(target, b"".join(lines))
    for note in done.notes:
        click.echo(f"passed over: {note}", err=True)
    for name, found in done.recordings.items():
        for what, why in found.not_marked.items():
            click.echo(f"{name}: no {what}: {why}", err=True)
    counts = Counter(one.type for found in done.recordings.values() for one in found.entities)
    if as_json:
        report = {"path": str(target), "recordings": len(lines), "entities": dict(counts)}
        click.echo(msgspec.json.encode(report).decode())
        return
    for kind, number in counts.most_common():
        click.echo(f"{kind:<10} {number:6}")
    click.echo(str(target))
