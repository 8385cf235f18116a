"""`speechkit recipe`: corpora that are known, how to get them, and the way into ingest."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from speechkit.core.errors import UsageError
from speechkit.pipeline.download import download_recipe
from speechkit.pipeline.prepared import Prepared
from speechkit.pipeline.recipes import (
    Recipe,
    load_recipe,
    prepare_recipe,
    read_recipe,
    recipe_names,
)

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
@_AS_JSON
def prepare(name: str, raw: Path, dest: Path, options: tuple[str, ...], as_json: bool) -> None:
    """Turn the corpus in RAW, as it is published, into a table and references in DEST.

    Nothing is changed in RAW. The last line says how to bring the result into a corpus.
    """
    recipe = read_recipe(name)
    prepared = prepare_recipe(name, raw, dest, _options(options))
    if as_json:
        click.echo(msgspec.json.encode(prepared, enc_hook=str).decode())
        return
    for note in prepared.notes:
        click.echo(note, err=True)
    if prepared.dialogues:
        click.echo(f"{prepared.dialogues} dialogues: {dest / 'dialogues.jsonl'}")
    if prepared.table:
        click.echo(f"{prepared.recordings} recordings, {prepared.references} with a reference")
        for line in _next(recipe, prepared):
            click.echo(f"next: {line}")


def _next(recipe: Recipe, prepared: Prepared) -> tuple[str, str]:
    folder, table = shlex.quote(str(prepared.folder)), shlex.quote(str(prepared.table))
    corpus = f"corpora/{recipe.name}"
    settings = "".join(f" --set {key}={value}" for key, value in recipe.pipeline.items())
    return (
        f"speechkit ingest {folder} --corpus {corpus} --metadata {table} --only-listed",
        f"speechkit run --corpus {corpus}{settings}",
    )


def _options(given: tuple[str, ...]) -> dict[str, str]:
    options = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UsageError(f"--option {pair}: write NAME=VALUE")
        options[name.strip()] = value.strip()
    return options
