"""`speechkit deidentify transcript`: a finished transcript, its identifiers replaced by tags."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from speechkit.cli.options import option, options
from speechkit.cli.pairs import parse_pairs
from speechkit.workflows.deidentify_documents import DETECTOR, POLICY
from speechkit.workflows.deidentify_transcripts import deidentify_transcript


@click.command("transcript")
@click.argument("source", metavar="IN", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("target", metavar="OUT", type=click.Path(path_type=Path, dir_okay=False))
@option(
    "--language", required=True, meaning="Language of the transcript, as an ISO 639-1 code (en)."
)
@option(
    "--policy",
    default=POLICY,
    metavar="NAME",
    show_default=True,
    meaning="What to remove: the name of a policy that puts tags, or a .toml file.",
)
@option(
    "--engine",
    default=DETECTOR,
    meaning="Engine that finds identifiers, such as combined, spoken or baseline.",
)
@options("--set", "--json")
def command(
    source: Path,
    target: Path,
    language: str,
    policy: str,
    engine: str,
    settings: tuple[str, ...],
    as_json: bool,
) -> None:
    """Write the transcript IN as OUT, in the same format, with tags instead of identifiers.

    Times are kept; speakers who are called by name become S1, S2, … Nothing proves that all
    identifiers were found: look at OUT before it leaves.
    """
    done = deidentify_transcript(
        source,
        target,
        language=language,
        policy=policy,
        engine=engine,
        options=parse_pairs(settings),
    )
    for note in done.notes:
        click.echo(f"not carried over: {note}", err=True)
    if as_json:
        found = {"output": str(done.path), "segments": done.segments, "tags": done.tags}
        click.echo(msgspec.json.encode({**found, "notes": done.notes}).decode())
    else:
        click.echo(f"{done.path}: {done.segments} segments, {done.tags} tags")
