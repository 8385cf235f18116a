"""`speechkit context`: circumstances of recordings, to and from FHIR Encounter and OMOP tables."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any, Literal

import click
import msgspec

from speechkit.cli.options import AS_JSON, option
from speechkit.core.errors import InputError, UsageError
from speechkit.core.types import Context, Recording
from speechkit.governance.encounter import from_encounter, identifiers_of, to_encounter
from speechkit.governance.fhir import read_resources
from speechkit.governance.omop import read_omop, to_omop, write_omop
from speechkit.manifest.lines import read_lines
from speechkit.manifest.schema import RECORDINGS, RELEASE_JSON, SEGMENTS, ReleasedSegment
from speechkit.storage.corpus import Corpus

_PATH = click.Path(path_type=Path)


@click.group()
def command() -> None:
    """Contexts: class, type, service and reason of the encounters that were recorded."""


@command.command()
@click.argument("source", type=_PATH)
@option("--fhir", meaning="Print a Bundle of Encounters of this version of FHIR.")
@click.option(
    "--omop", type=_PATH, metavar="DIR", help="Write OMOP CDM tables as CSV into this folder."
)
def export(source: Path, fhir: Literal["R4B", "R5"] | None, omop: Path | None) -> None:
    """Export the contexts of a release, or of a corpus.

    Notes of a release hold its de-identified text; those of a corpus are empty.
    """
    if (fhir is None) == (omop is None):
        raise UsageError("give --fhir R4B, --fhir R5 or --omop FOLDER")
    recordings, texts = _read(source)
    if omop is not None:
        write_omop(to_omop(recordings, texts), omop)
        click.echo(f"{omop}: {len(recordings)} visits")
    elif fhir is not None:
        entries = [{"resource": to_encounter(recording, fhir)} for recording in recordings]
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
        click.echo(msgspec.json.encode(bundle).decode())


@command.command("import")
@click.argument("source", type=_PATH)
@option("--corpus", required=True)
@option(
    "--fhir",
    meaning="Read SOURCE as FHIR Encounters of this version: one, a list or a Bundle.",
)
@option(
    "--tag",
    parameter="tag",
    default="encounter",
    meaning="The tag of recordings that holds an encounter's id.",
)
@AS_JSON
def import_(
    source: Path, corpus_path: Path, fhir: Literal["R4B", "R5"] | None, tag: str, as_json: bool
) -> None:
    """Take contexts of recordings from FHIR Encounters, or from a folder of OMOP tables.

    An encounter is a recording's if it has the recording's id, or the id in the recording's tag.
    What the file does not say stays as it was.
    """
    opened = Corpus.open(corpus_path)
    found = _encounters(source, fhir) if fhir else read_omop(source)
    done = []
    for session in opened.sessions():
        recording = session.recording
        new = found.get(recording.id) or found.get(recording.context.tags.get(tag, ""))
        if new is None:
            continue
        done.append(recording.id)
        context = _joined(recording.context, new)
        changed = msgspec.structs.replace(recording, context=context)
        opened.put_session(msgspec.structs.replace(session, recording=changed))
    if not done:
        raise InputError(
            f"{source}: no encounter there is one of {corpus_path}'s recordings (--tag)"
        )
    opened.note("context", recordings=done)
    if as_json:
        click.echo(msgspec.json.encode({"recordings": done}).decode())
        return
    click.echo(f"{len(done)} recordings of {corpus_path} have contexts from {source}")


def _read(source: Path) -> tuple[list[Recording], dict[str, str]]:
    if not (source / RELEASE_JSON).is_file():
        return [session.recording for session in Corpus.open(source).sessions()], {}
    texts: dict[str, list[str]] = defaultdict(list)
    for segment in read_lines(source, SEGMENTS, ReleasedSegment):
        texts[segment.recording].append(f"{segment.role}: {segment.text}")
    joined = {name: "\n".join(lines) for name, lines in texts.items()}
    return list(read_lines(source, RECORDINGS, Recording)), joined


def _encounters(source: Path, version: Literal["R4B", "R5"]) -> dict[str, Context]:
    found: dict[str, Context] = {}
    for number, resource in enumerate(read_resources(source), start=1):
        try:
            context = from_encounter(resource, version)
        except InputError as error:
            raise InputError(f"{source}, resource {number}: {error}") from error
        found |= dict.fromkeys(identifiers_of(resource), context)
    return found


def _joined(old: Context, new: Context) -> Context:
    said: dict[str, Any] = {
        name: value
        for name in new.__struct_fields__
        if (value := getattr(new, name)) != getattr(Context(), name)
    }
    return msgspec.structs.replace(old, **said)
