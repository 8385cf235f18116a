"""`speechkit release withdraw|custody|provenance`: where it came from, and how it goes again."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from speechkit.cli.options import AS_JSON, option, options
from speechkit.cli.release_show import FOLDER, print_json
from speechkit.manifest.custody import Chain, chains, check_custody, released_when
from speechkit.manifest.documentation.facts import NO_LICENCE
from speechkit.manifest.documentation.fhir_provenance import read_provenance, with_times
from speechkit.manifest.release import ReleaseOptions
from speechkit.manifest.schema import RELEASE_JSON
from speechkit.storage.corpus import Corpus
from speechkit.workflows.withdraw_imported import withdraw_imported
from speechkit.workflows.withdrawal import withdraw as run_withdrawal


@click.command()
@click.argument("corpus", type=FOLDER)
@click.option(
    "--participant",
    default="",
    metavar="ID",
    help="Withdraw this person, named by the pseudonym.",
)
@option("--consent", meaning="Withdraw this consent, named by its id.")
@option("--version", required=True, meaning="Semantic version of the release without them.")
@option(
    "--output-dir",
    old=("--output",),
    default=Path("manifests"),
    meaning="Folder of all releases.",
)
@options("--parent")
@option("--license", old=("--licence",), default=NO_LICENCE)
@option(
    "--database", default="", meaning="Database of the review editor, if it has one of its own."
)
@AS_JSON
def withdraw(
    corpus: Path,
    participant: str,
    consent: str,
    version: str,
    output_dir: Path,
    parent: Path | None,
    licence: str,
    database: str,
    as_json: bool,
) -> None:
    """Delete all of one person, or one consent: corpus, releases, exports; make a new version.

    CORPUS may be an imported release: it has no corpus, and the versions beside it are all there is.
    Exit code 1 if something that mentions them is left; it is named.
    """
    if (corpus / RELEASE_JSON).is_file():
        done = withdraw_imported(corpus, version, participant)
    else:
        done = run_withdrawal(
            Corpus.open(corpus),
            version,
            output_dir,
            participant=participant,
            consent=consent,
            database=database,
            options=ReleaseOptions(parent=parent, licence=licence),
        )
    if as_json:
        print_json(done)
    else:
        click.echo(f"withdrawn: {', '.join(done.recordings)}; {done.files_deleted} files deleted")
        click.echo(f"taken out of: {', '.join(done.versions) or 'no version'}")
        click.echo(f"new version: {done.release or 'none, nothing is left to release'}")
        for one in done.exports_deleted:
            click.echo(f"export deleted: {one.path}")
        for one in done.exports_elsewhere:
            click.echo(f"handed out and not there any more, have it deleted: {one.path}", err=True)
        for name in done.left:
            click.echo(f"still mentions it: {name}", err=True)
    if done.left:
        sys.exit(1)


@click.command()
@click.argument("release", type=FOLDER)
@option("--corpus", required=True, meaning="Corpus with whose vault and log it is compared.")
@option("--recording", meaning="Show only the chain of this recording.")
@AS_JSON
def custody(release: Path, corpus_path: Path, recording: str, as_json: bool) -> None:
    """Show and check the chain of custody: device, vault, stages, release; when and by whom.

    Exit code 1 if the vault or the audit log says something else; it is named.
    """
    opened = Corpus.open(corpus_path)
    findings = check_custody(release, opened)
    found = [one for one in chains(release, opened) if recording in ("", one.recording)]
    if as_json:
        print_json({"chains": found, "findings": findings})
    else:
        for one in found:
            _show_chain(one)
        for finding in findings:
            click.echo(str(finding), err=True)
    if findings:
        sys.exit(1)


def _show_chain(chain: Chain) -> None:
    table = Table(chain.recording, "digest", "when", "by", box=None)
    for step in chain.steps:
        table.add_row(f"→ {step.to}", step.digest[:16], step.when, step.by)
    Console().print(table)


@click.command()
@click.argument("release", type=FOLDER)
@option("--corpus", required=True, meaning="Corpus whose log says when it was made.")
def provenance(release: Path, corpus_path: Path) -> None:
    """Print the release's FHIR Provenance (R4B and R5) with when it was made, and by whom."""
    when, by = released_when(release, Corpus.open(corpus_path))
    print_json(with_times(read_provenance(release), when, by))
