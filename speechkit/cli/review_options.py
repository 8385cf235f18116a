"""What the commands of `speechkit review` share: the corpus, the database, tables of rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Column, Table

from speechkit.cli.options import option
from speechkit.review.store import Store, open_store
from speechkit.storage.corpus import Corpus

CORPUS = click.argument("corpus_path", metavar="CORPUS", type=click.Path(path_type=Path))
DATABASE = option("--database")

_WIDEST = 10_000  # characters of a table


@contextmanager
def opened(corpus_path: Path, database: str | None) -> Iterator[tuple[Corpus, Store]]:
    """Open a corpus and its review database; close the database afterwards."""
    corpus = Corpus.open(corpus_path)
    store = open_store(corpus.root, database)
    try:
        yield corpus, store
    finally:
        store.close()


def show(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    """Print rows of equal keys as JSON or as a table."""
    if as_json:
        click.echo(msgspec.json.encode(rows).decode())
        return
    if not rows:
        click.echo("nothing there", err=True)
        return
    # Ids are there to be copied: a narrow window must not cut them.
    table = Table(*(Column(name, no_wrap=True) for name in rows[0]), box=None)
    for row in rows:
        table.add_row(*(_cell(value) for value in row.values()))
    width = Console(width=_WIDEST).measure(table).maximum
    Console(width=max(Console().width, width)).print(table)


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return (
        {True: "yes", False: ""}.get(value, str(value)) if isinstance(value, bool) else str(value)
    )
