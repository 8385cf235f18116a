"""`speechkit recipe`: known corpora, how to get them, prepare them and run them."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from speechkit.cli.options import AS_JSON, ShownOption, option
from speechkit.cli.pairs import parse_pairs
from speechkit.cli.run import recipe_command
from speechkit.recipe.contract import Recipe, RecipeOption
from speechkit.recipe.discovery import load_recipe, read_recipe, recipe_names
from speechkit.recipe.download import download_recipe
from speechkit.recipe.prepared import Prepared
from speechkit.storage.corpus import Corpus
from speechkit.workflows.recipe_to_corpus import ingest_prepared

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group()
def command() -> None:
    """Recipes: known corpora, how to get them, and how to ingest them."""


command.add_command(recipe_command)


@command.command("list")
@click.option(
    "--only-clinical",
    cls=ShownOption,
    old=("--clinical",),
    is_flag=True,
    help="Only corpora of clinical speech or text.",
)
@AS_JSON
def list_recipes(only_clinical: bool, as_json: bool) -> None:
    """List the recipes with language, license and access."""
    recipes = [read_recipe(name) for name in recipe_names()]
    recipes = [recipe for recipe in recipes if recipe.clinical or not only_clinical]
    if as_json:
        click.echo(msgspec.json.encode({"recipes": recipes}).decode())
        return
    table = Table(box=None)
    for column in ("recipe", "kind", "languages", "access", "license", "title"):
        table.add_column(column, no_wrap=column != "languages", overflow="ellipsis")
    for recipe in recipes:
        languages = " ".join(recipe.languages)
        table.add_row(
            recipe.name, recipe.kind, languages, recipe.access, recipe.licence, recipe.title
        )
    Console().print(table)


@command.command()
@click.argument("name")
@AS_JSON
def show(name: str, as_json: bool) -> None:
    """Show what a recipe says about its corpus, and what to do with it."""
    recipe = read_recipe(name)
    if as_json:
        click.echo(msgspec.json.encode(recipe).decode())
        return
    for field, value in msgspec.to_builtins(recipe).items():
        if field == "download":
            value = [item["url"] for item in value]
        if field == "options":
            value = {key: _shown(option) for key, option in recipe.options.items()}
        if isinstance(value, dict):
            for key, line in value.items():
                click.echo(f"{field}.{key}: {line}")
        elif value not in ("", (), [], False):
            click.echo(f"{field}: {', '.join(value) if isinstance(value, list | tuple) else value}")
    if load_recipe(name).prepares:
        options = "".join(f" [--option {option}=…]" for option in recipe.options)
        click.echo(f"next: speechkit recipe prepare {name} RAW DEST{options}")


@command.command()
@click.argument("name")
@click.argument("dest", type=_FOLDER)
@AS_JSON
def download(name: str, dest: Path, as_json: bool) -> None:
    """Download a corpus into DEST, if its license allows everybody to do so."""
    recipe = read_recipe(name)
    path = download_recipe(load_recipe(name), dest)
    if as_json:
        done = {"recipe": name, "folder": str(path), "licence": recipe.licence}
        click.echo(msgspec.json.encode(done).decode())
        return
    click.echo(f"{path}: {recipe.title}; license {recipe.licence}")
    click.echo(f"next: speechkit recipe prepare {name} {shlex.quote(str(path))} DEST")


@command.command()
@click.argument("name")
@click.argument("raw", type=_FOLDER)
@click.argument("dest", type=_FOLDER)
@option("--option")
@option("--corpus", meaning="Ingest the result into this corpus as well.")
@AS_JSON
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
    loaded = load_recipe(name)
    recipe = loaded.contract
    prepared = loaded.prepare(raw, dest, parse_pairs(options, "--option", "NAME=VALUE"))
    ingested = None if corpus_path is None else ingest_prepared(prepared, Corpus(corpus_path))
    if as_json:
        both = {"prepared": prepared, "ingested": ingested}
        click.echo(msgspec.json.encode(both, enc_hook=str).decode())
        raise SystemExit(1 if ingested and ingested.failures else 0)
    for note in prepared.notes:
        click.echo(note, err=True)
    if prepared.dialogues:
        click.echo(f"{prepared.dialogues} dialogues: {dest / 'dialogues.jsonl'}")
    if prepared.table:
        click.echo(f"{prepared.recordings} recordings, {prepared.references} with a reference")
    if prepared.table and ingested is None:
        click.echo(f"next: {_ingest_line(recipe, prepared)}")
        click.echo(f"next: {_run_line(recipe, Path('corpora', recipe.name))}")
    if corpus_path is not None and ingested is not None:
        click.echo(f"{ingested.recordings} recordings in {corpus_path}")
        if ingested.failures:
            click.echo(f"{len(ingested.failures)} failures: {corpus_path}/failures.jsonl", err=True)
        click.echo(f"next: {_run_line(recipe, corpus_path)}")
        raise SystemExit(1 if ingested.failures else 0)


def _shown(option: RecipeOption) -> str:
    return f"{option.meaning} [default: {option.default}]" if option.default else option.meaning


def _ingest_line(recipe: Recipe, prepared: Prepared) -> str:
    folder, table = shlex.quote(str(prepared.folder)), shlex.quote(str(prepared.table))
    return (
        f"speechkit ingest {folder} --corpus corpora/{recipe.name} --metadata {table} --only-listed"
    )


def _run_line(recipe: Recipe, corpus: Path) -> str:
    settings = "".join(f" --set {key}={value}" for key, value in recipe.pipeline.items())
    return f"speechkit run {shlex.quote(str(corpus))}{settings}"
