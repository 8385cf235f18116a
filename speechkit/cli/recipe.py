"""`speechkit recipe`: corpora that are known, how to get them, and the way into ingest."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from speechkit.cli.pairs import parse_pairs
from speechkit.core.errors import UsageError
from speechkit.ingestion.ingest import IngestOptions, IngestReport, ingest_folder
from speechkit.ingestion.read_reference import read_reference
from speechkit.recipe.discovery import (
    Recipe,
    load_recipe,
    prepare_recipe,
    read_recipe,
    recipe_names,
)
from speechkit.recipe.download import download_recipe
from speechkit.recipe.prepared import Prepared
from speechkit.storage.corpus import Corpus

_FOLDER = click.Path(path_type=Path, file_okay=False)
_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def command() -> None:
    """Recipes: known corpora, how to get them, and how to bring them in."""


@command.command("list")
@click.option("--clinical", is_flag=True, help="Only corpora of clinical speech or text.")
@_AS_JSON
def list_recipes(clinical: bool, as_json: bool) -> None:
    """List the recipes with language, licence and access."""
    recipes = [read_recipe(name) for name in recipe_names()]
    recipes = [recipe for recipe in recipes if recipe.clinical or not clinical]
    if as_json:
        click.echo(msgspec.json.encode({"recipes": recipes}).decode())
        return
    table = Table(box=None)
    for column in ("recipe", "kind", "languages", "access", "licence", "title"):
        table.add_column(column, no_wrap=column != "languages", overflow="ellipsis")
    for recipe in recipes:
        languages = " ".join(recipe.languages)
        table.add_row(
            recipe.name, recipe.kind, languages, recipe.access, recipe.licence, recipe.title
        )
    Console().print(table)


@command.command()
@click.argument("name")
@_AS_JSON
def show(name: str, as_json: bool) -> None:
    """Show what a recipe says about its corpus, and what to do with it."""
    recipe = read_recipe(name)
    if as_json:
        click.echo(msgspec.json.encode(recipe).decode())
        return
    for field, value in msgspec.to_builtins(recipe).items():
        if field == "download":
            value = [item["url"] for item in value]
        if isinstance(value, dict):
            for key, line in value.items():
                click.echo(f"{field}.{key}: {line}")
        elif value not in ("", (), [], False):
            click.echo(f"{field}: {', '.join(value) if isinstance(value, list | tuple) else value}")
    module = load_recipe(name)
    if hasattr(module, "prepare"):
        options = "".join(f" [--option {o}=…]" for o in module.prepare.__kwdefaults__ or {})
        click.echo(f"next: speechkit recipe prepare {name} RAW DEST{options}")


@command.command()
@click.argument("name")
@click.argument("dest", type=_FOLDER)
def download(name: str, dest: Path) -> None:
    """Bring a corpus into DEST, where its licence lets anybody do so."""
    recipe = read_recipe(name)
    path = download_recipe(recipe, dest)
    click.echo(f"{path}: {recipe.title}; licence {recipe.licence}")
    click.echo(f"next: speechkit recipe prepare {name} {shlex.quote(str(path))} DEST")


@command.command()
@click.argument("name")
@click.argument("raw", type=_FOLDER)
@click.argument("dest", type=_FOLDER)
@click.option(
    "--option", "options", multiple=True, metavar="NAME=VALUE", help="An option of the recipe."
)
@click.option(
    "--corpus",
    "corpus_path",
    type=click.Path(path_type=Path),
    help="Bring the result into this corpus, too.",
)
@_AS_JSON
def prepare(
    name: str,
    raw: Path,
    dest: Path,
    options: tuple[str, ...],
    corpus_path: Path | None,
    as_json: bool,
) -> None:
    """Turn the corpus in RAW, as it is published, into a table and references in DEST.

    Nothing is changed in RAW. The last lines say how to go on.
    """
    recipe = read_recipe(name)
    prepared = prepare_recipe(name, raw, dest, parse_pairs(options, "--option", "NAME=VALUE"))
    brought = None if corpus_path is None else _bring(prepared, corpus_path)
    if as_json:
        both = {"prepared": prepared, "ingested": brought}
        click.echo(msgspec.json.encode(both, enc_hook=str).decode())
        raise SystemExit(1 if brought and brought.failures else 0)
    for note in prepared.notes:
        click.echo(note, err=True)
    if prepared.dialogues:
        click.echo(f"{prepared.dialogues} dialogues: {dest / 'dialogues.jsonl'}")
    if prepared.table:
        click.echo(f"{prepared.recordings} recordings, {prepared.references} with a reference")
    if prepared.table and brought is None:
        click.echo(f"next: {_ingest_line(recipe, prepared)}")
        click.echo(f"next: {_run_line(recipe, Path('corpora', recipe.name))}")
    if corpus_path is not None and brought is not None:
        click.echo(f"{brought.recordings} recordings in {corpus_path}")
        if brought.failures:
            click.echo(f"{len(brought.failures)} failures: {corpus_path}/failures.jsonl", err=True)
        click.echo(f"next: {_run_line(recipe, corpus_path)}")
        raise SystemExit(1 if brought.failures else 0)


def _bring(prepared: Prepared, corpus_path: Path) -> IngestReport:
    if prepared.table is None:
        raise UsageError("--corpus: this corpus has no sound here, there is nothing to bring in")
    options = IngestOptions(metadata=prepared.table, only_listed=True)
    return ingest_folder(prepared.folder, Corpus(corpus_path), options, read_reference)


def _ingest_line(recipe: Recipe, prepared: Prepared) -> str:
    folder, table = shlex.quote(str(prepared.folder)), shlex.quote(str(prepared.table))
    return (
        f"speechkit ingest {folder} --corpus corpora/{recipe.name} --metadata {table} --only-listed"
    )


def _run_line(recipe: Recipe, corpus: Path) -> str:
    settings = "".join(f" --set {key}={value}" for key, value in recipe.pipeline.items())
    return f"speechkit run --corpus {shlex.quote(str(corpus))}{settings}"
