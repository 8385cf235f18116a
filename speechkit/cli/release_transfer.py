"""`speechkit release export|import|formats`: to and from other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click
from rich.console import Console
from rich.table import Table

from speechkit.cli.release_show import AS_JSON, FOLDER, print_json, show_release
from speechkit.manifest.documentation.facts import NO_LICENCE
from speechkit.manifest.export.exchange import export_release
from speechkit.manifest.export.registry import FORMATS
from speechkit.manifest.importer import ImportOptions, import_release
from speechkit.manifest.versions import read_release
from speechkit.storage.corpus import Corpus


@click.command()
@click.argument("release", type=FOLDER)
@click.option("--to", "format_", required=True, metavar="FORMAT", help="See: release formats.")
@click.option("--output", required=True, type=FOLDER, help="A new folder.")
@click.option("--purpose", default="", metavar="NAME", help="What for; it is recorded.")
@click.option("--corpus", type=FOLDER, help="Ask its consents as they are now.")
@AS_JSON
def export(
    release: Path, format_: str, output: Path, purpose: str, corpus: Path | None, as_json: bool
) -> None:
    """Write RELEASE for another tool; what its format cannot hold is said."""
    root = None if corpus is None else Corpus.open(corpus).root
    made = export_release(release, format_, output, purpose=purpose, corpus=root)
    if corpus is not None:
        facts = {"release": made.release, "digest": made.digest, "format": made.format}
        Corpus.open(corpus).note("export", **facts, path=made.path, purpose=purpose)
    if as_json:
        print_json(made)
        return
    click.echo(f"{made.path}: {made.recordings} recordings, {made.segments} segments")
    for lost in made.drops:
        click.echo(f"{format_} cannot hold: {lost}", err=True)


@click.command("import")
@click.argument("source", type=FOLDER)
@click.option("--from", "format_", required=True, metavar="FORMAT", help="See: release formats.")
@click.option("--corpus", required=True, metavar="NAME", help="Name of the corpus it becomes.")
@click.option("--version", required=True, metavar="X.Y.Z", help="Semantic version of the release.")
@click.option(
    "--phi",
    required=True,
    type=click.Choice(["redacted", "none"]),
    help="Were identifiers removed, or were there never any?",
)
@click.option("--vouched-by", required=True, metavar="WHO", help="Who says so; it is recorded.")
@click.option(
    "--output", default=Path("manifests"), show_default=True, type=FOLDER, help="Where to."
)
@click.option("--licence", default=NO_LICENCE, show_default=True, metavar="SPDX")
@AS_JSON
def import_(
    source: Path,
    format_: str,
    corpus: str,
    version: str,
    phi: Literal["redacted", "none"],
    vouched_by: str,
    output: Path,
    licence: str,
    as_json: bool,
) -> None:
    """Make a release of another tool's files, which somebody vouches hold no identifiers."""
    options = ImportOptions(phi=phi, vouched_by=vouched_by, licence=licence)
    path = import_release(source, format_, corpus, version, output, options)
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
