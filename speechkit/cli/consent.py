"""`speechkit consent`: the consents of a corpus."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click
import msgspec
from rich.console import Console
from rich.table import Table

from speechkit.cli.options import AS_JSON, option
from speechkit.core.errors import InputError
from speechkit.governance.consent import ConsentRecord, ConsentRegister, read_records
from speechkit.governance.fhir import from_fhir, read_resources, to_fhir
from speechkit.governance.policy import DEFAULT_POLICY, read_policy
from speechkit.governance.rego import to_rego
from speechkit.storage.corpus import Corpus

_PATH = click.Path(path_type=Path)


@click.group()
def command() -> None:
    """Consents: what each permits, how long, and whether it was withdrawn."""


@command.command("import")
@click.argument("file", type=_PATH)
@option("--corpus", required=True)
@option(
    "--fhir",
    meaning="Read FILE as FHIR Consents of this version: one, a list or a Bundle.",
)
@AS_JSON
def import_(
    file: Path, corpus_path: Path, fhir: Literal["R4B", "R5"] | None, as_json: bool
) -> None:
    """Add the consents of FILE (JSON lines) to a corpus; those with known ids are replaced."""
    opened = Corpus.open(corpus_path)
    records = read_records(file) if fhir is None else _read_fhir(file, fhir)
    register = ConsentRegister(opened.root)
    register.put(*records)
    opened.note("consent", consents=[record.id for record in records], register=register.digest())
    if as_json:
        done = {"consents": [record.id for record in records], "register": str(register.path)}
        click.echo(msgspec.json.encode(done).decode())
        return
    click.echo(f"{len(records)} consents in {register.path}")


@command.command("list")
@click.argument("corpus", type=_PATH)
@AS_JSON
def list_(corpus: Path, as_json: bool) -> None:
    """List the consents of a corpus."""
    records = ConsentRegister(Corpus.open(corpus).root).records()
    if as_json:
        click.echo(msgspec.json.encode(records).decode())
        return
    table = Table("consent", "status", "purposes", "from", "until", "withdrawn", box=None)
    for one in records:
        table.add_row(
            one.id,
            one.status,
            ", ".join(one.purposes),
            one.valid_from,
            one.valid_until,
            one.withdrawn_on,
        )
    Console().print(table)


@command.command()
@click.argument("corpus", type=_PATH)
@option("--fhir", default="R5")
def export(corpus: Path, fhir: Literal["R4B", "R5"]) -> None:
    """Print the consents of a corpus as a FHIR Bundle."""
    records = ConsentRegister(Corpus.open(corpus).root).records()
    entries = [{"resource": to_fhir(record, fhir)} for record in records]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    click.echo(msgspec.json.encode(bundle).decode())


@command.command()
@option("--rules", old=("--policy",))
def rego(rules: Path | None) -> None:
    """Print the rules of consent as a Rego module for Open Policy Agent."""
    click.echo(to_rego(DEFAULT_POLICY if rules is None else read_policy(rules)), nl=False)


def _read_fhir(file: Path, version: Literal["R4B", "R5"]) -> tuple[ConsentRecord, ...]:
    records = []
    for number, resource in enumerate(read_resources(file), start=1):
        try:
            records.append(from_fhir(resource, version))
        except InputError as error:
            raise InputError(f"{file}, resource {number}: {error}") from error
    return tuple(records)
