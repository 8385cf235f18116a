"""What the files of `speechkit release` share: options, and how a release is shown."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from speechkit.cli.options import PATH
from speechkit.manifest.findings import findings_in_words
from speechkit.manifest.schema import Release
from speechkit.manifest.versions import release_digest

FOLDER = PATH


def show_release(path: Path, release: Release, *, as_json: bool) -> None:
    """Print what a release holds: a table, or all of release.json."""
    if as_json:
        print_json({"path": str(path), "digest": release_digest(path), "release": release})
        return
    counts = release.counts
    table = Table(f"{release.corpus} {release.version}", "", box=None)
    table.add_row("folder", str(path))
    table.add_row("digest", release_digest(path))
    table.add_row("parent", f"{release.parent.version}" if release.parent else "none")
    table.add_row("license", release.policy.licence)
    table.add_row("recordings", f"{counts.recordings} ({counts.synthetic} synthetic)")
    table.add_row("audio", f"{counts.seconds / 60:.1f} min")
    table.add_row("segments, words", f"{counts.segments}, {counts.words}")
    table.add_row("removed", ", ".join(f"{k} {n}" for k, n in release.statement.removed.items()))
    for finding, sentence in findings_in_words(release.statement):
        table.add_row(finding, sentence)
    table.add_row("splits", ", ".join(f"{k} {n}" for k, n in counts.splits.items()))
    table.add_row("withheld", str(len(release.withheld)))
    Console().print(table)


def print_json(value: object) -> None:
    """Print a value as one line of JSON."""
    click.echo(msgspec.json.encode(value).decode())
