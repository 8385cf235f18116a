"""`speechkit release export|import|formats`: to and from other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click
from rich.console import Console
from rich.table import Table

from speechkit.cli.options import AS_JSON, option
from speechkit.cli.release_show import FOLDER, print_json, show_release
from speechkit.manifest.documentation.facts import NO_LICENCE
from speechkit.manifest.export.exchange import export_release
from speechkit.manifest.export.registry import FORMATS
from speechkit.manifest.importer import ImportOptions, import_release
from speechkit.manifest.versions import read_release
from speechkit.storage.corpus import Corpus


@click.command()
@click.argument("release", type=FOLDER)
@option(
    "--format",
    old=("--to",),
    required=True,
    meaning="Format to write; speechkit release formats lists them.",
)
@option("--output-dir", old=("--output",), required=True, meaning="New folder to write into.")
@option("--purpose", meaning="Purpose of use, which is recorded.")
@option("--corpus", meaning="Ask the consents of this corpus as they are now.")
@AS_JSON
def export(
    release: Path,
    format_: str,
    output_dir: Path,
    purpose: str,
    corpus_path: Path | None,
    as_json: bool,
) -> None:
    """Write RELEASE for another tool; what its format cannot hold is reported."""
    root = None if corpus_path is None else Corpus.open(corpus_path).root
    made = export_release(release, format_, output_dir, purpose=purpose, corpus=root)
    if corpus_path is not None:
        facts = {"release": made.release, "digest": made.digest, "format": made.format}
        Corpus.open(corpus_path).note("export", **facts, path=made.path, purpose=purpose)
    if as_json:
        print_json(made)
        return
    click.echo(f"{made.path}: {made.recordings} recordings, {made.segments} segments")
    for lost in made.drops:
        click.echo(f"{format_} cannot hold: {lost}", err=True)


@click.command("import")
@click.argument("source", type=FOLDER)
@option(
    "--format",
    old=("--from",),
    required=True,
    meaning="Format to read; speechkit release formats lists them.",
)
@option(
    "--name",
    old=("--corpus",),
    required=True,
    metavar="NAME",
    meaning="Name of the corpus that it becomes.",
)
@option("--version", required=True)
@click.option(
    "--phi",
    required=True,
    type=click.Choice(["redacted", "none"]),
    help="Whether identifiers were removed, or there were never any.",
)
@click.option("--vouched-by", required=True, metavar="WHO", help="Who says so, which is recorded.")
@option(
    "--output-dir",
    old=("--output",),
    default=Path("manifests"),
    meaning="Folder of all releases; this one becomes DIR/<corpus>/<version>.",
)
@option("--license", old=("--licence",), default=NO_LICENCE)
@option(
    "--allow-missing",
    meaning="Import recordings without sound where the files name sound that is not there.",
)
@option("--strict")
@AS_JSON
def import_(
    source: Path,
    format_: str,
    name: str,
    version: str,
    phi: Literal["redacted", "none"],
    vouched_by: str,
    output_dir: Path,
    licence: str,
    allow_missing: bool,
    strict: bool,
    as_json: bool,
) -> None:
    """Make a release from another tool's files; a person must vouch that they hold no identifiers."""
    options = ImportOptions(
        phi=phi,
        vouched_by=vouched_by,
        licence=licence,
        allow_missing=allow_missing,
        strict=strict,
    )

    def tell(sentence: str) -> None:
        click.echo(f"{format_}: {sentence}", err=True)

    path = import_release(source, format_, name, version, output_dir, options, tell)
    show_release(path, read_release(path), as_json=as_json)


@click.command()
@AS_JSON
def formats(as_json: bool) -> None:
    """List the formats of export and import, and what each cannot hold."""
    if as_json:
        print_json(
            [
                {"name": f.name, "title": f.title, "import": f.read is not None, "drops": f.drops}
                for f in FORMATS.values()
            ]
        )
        return
    table = Table("format", "", "cannot hold", box=None)
    for one in FORMATS.values():
        table.add_row(one.name, one.title, "; ".join(one.drops))
    Console().print(table)
