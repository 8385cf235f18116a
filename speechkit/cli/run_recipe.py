"""What `speechkit run RECIPE` does around a run: get, prepare and bring in; say how to go on."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import click

from speechkit.core.errors import InputError
from speechkit.recipe.discovery import read_recipe
from speechkit.storage.corpus import Corpus
from speechkit.workflows.recipe_to_corpus import (
    CORPORA,
    PREPARED,
    bring,
    prepare_for_run,
    raw_folder,
    redact_dialogues,
)
from speechkit.workflows.watch import changes


class Source(NamedTuple):
    """A recipe, where its files lie (None: raw/NAME) and go (None: corpora/NAME), and how many."""

    name: str
    raw: Path | None
    corpus_path: Path | None
    options: dict[str, str]
    limit: int | None


Go = Callable[[Path, dict[str, str]], bool]


def run_recipe(source: Source, go: Go, watch: float | None, *, quiet: bool) -> bool:
    """Prepare, bring in and run; with `watch`, again whenever files have changed, until stopped.

    Args:
        source: what to run.
        go: runs a corpus with settings; says whether nothing failed.
        watch: seconds between two looks; None to run once.
        quiet: do not say how to go on.

    Returns:
        Whether nothing failed.
    """
    raw = raw_folder(source.name, source.raw)
    if watch is None:
        done = _once(source, raw, go)
        if not quiet:
            _tell_next(source)
        return done
    table = source.options.get("table")
    for _ in changes([raw, *([Path(table)] if table else [])], watch):
        try:
            _once(source, raw, go)
        except InputError as error:
            # Half of a delivery: the rest of it is a change, too.
            click.echo(f"{error}; waiting for more", err=True)
    return True


def _once(source: Source, raw: Path, go: Go) -> bool:
    recipe = read_recipe(source.name)
    prepared = prepare_for_run(source.name, raw, source.options)
    for note in prepared.notes:
        click.echo(note, err=True)
    if prepared.dialogues:
        count, redacted = redact_dialogues(PREPARED / source.name, source.limit)
        click.echo(f"{prepared.dialogues} dialogues; {count} with identifiers replaced: {redacted}")
    if prepared.table is None:
        return True
    path = _corpus(source)
    brought = bring(prepared, Corpus(path), source.limit)
    click.echo(f"{brought.recordings} recordings of {source.name} in {path}", err=True)
    for reason, count in Counter(failure.reason for failure in brought.failures).items():
        click.echo(f"{count} × {reason}", err=True)
    return go(path, {**recipe.pipeline, **prepared.pipeline}) and not brought.failures


def _tell_next(source: Source) -> None:
    """Say how what was run becomes a release and a page."""
    path = _corpus(source)
    page = f"--report pages/{shlex.quote(source.name)}"
    if (PREPARED / source.name / "dialogues.jsonl").exists():
        references = PREPARED / source.name / "references"
        click.echo(f"next: speechkit bench score {references} HYPOTHESES {page}")
    if path.exists():
        corpus = shlex.quote(str(path))
        people = [p for one in Corpus.open(path).sessions() for p in one.recording.participants]
        by = "accent,language" if any(person.accent for person in people) else "language"
        click.echo(f"next: speechkit release create {corpus} --version 1.0.0")
        click.echo(
            f"next: speechkit bench score {corpus}#reference {corpus}#attributed --by {by} {page}"
        )


def _corpus(source: Source) -> Path:
    return source.corpus_path or CORPORA / source.name
