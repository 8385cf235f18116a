"""`speechkit engines`: what is installed, and whether it keeps its contract."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import click
import msgspec
from rich.console import Console
from rich.table import Table

from speechkit.cli.options import FILE, option, options
from speechkit.cli.pairs import parse_pairs
from speechkit.core.engines import EngineInfo, EngineKind
from speechkit.workflows.engines import KINDS, check, installed_engines

_MANY = 5  # languages that are written out


@click.group()
def command() -> None:
    """Engines: what is installed, and whether it keeps its contract."""


@command.command("list")
@options("--json")
def list_engines(as_json: bool) -> None:
    """List the engines, what each can do and what it lacks."""
    engines = installed_engines()
    if as_json:
        click.echo(msgspec.json.encode({"engines": engines}).decode())
        return
    table = Table("kind", "engine", "languages", "devices", "can", "lacks", box=None)
    for each in engines:
        if each.info is None:
            table.add_row(each.kind, each.name, "", "", "", each.missing)
            continue
        name = f"{each.name}:…" if each.info.needs_model else each.name
        about = (_languages(each.info), ", ".join(each.info.devices), _can(each.info))
        table.add_row(each.kind, name, *about, each.missing)
    Console(highlight=False, markup=False).print(table)


@command.command("check")
@click.argument("engine", metavar="ENGINE")
@click.option("--kind", type=click.Choice(KINDS), help="Kind of engine, if several have this name.")
@option("--set", meaning="Set an option of the engine, as beam_size=1.")
@click.option(
    "--clip", type=FILE, help="Recording of speech, about 10 s; without it, a sample call."
)
@option("--language", default="en", show_default=True, meaning="Language of the clip.")
@options("--json")
def check_one(
    engine: str,
    kind: str | None,
    settings: tuple[str, ...],
    clip: Path | None,
    language: str,
    as_json: bool,
) -> None:
    """Open ENGINE and try all that its kind promises: times, languages, silence, chance.

    Exit code 1 says that a promise is broken.
    """
    outcomes = check(
        engine,
        kind=cast("EngineKind | None", kind),
        options=parse_pairs(settings, form="OPTION=VALUE"),
        clip=clip,
        language=language,
    )
    broken = sum(bool(each.problem) for each in outcomes)
    if as_json:
        click.echo(msgspec.json.encode({"engine": engine, "checks": outcomes}).decode())
    else:
        for each in outcomes:
            state = "broken" if each.problem else "not tried" if each.skipped else "ok"
            why = each.problem or each.skipped
            click.echo(f"{state:9}  {each.check}" + (f": {why}" if why else ""))
        click.echo(f"{engine}: {broken} of {len(outcomes)} promises broken")
    raise SystemExit(1 if broken else 0)


def _languages(info: EngineInfo) -> str:
    if not info.languages:
        return "any"
    if len(info.languages) > _MANY:
        return f"{len(info.languages)}"
    return ", ".join(info.languages)


def _can(info: EngineInfo) -> str:
    can = {
        "word times": info.word_times,
        "speakers": info.speakers,
        "vocabulary": info.vocabulary,
        "calibrated": info.calibration is not None,
        "sends sound elsewhere": info.leaves_this_machine,
    }
    if info.word_margin is not None:
        can[f"words within {info.word_margin:g} s"] = True
    return ", ".join(name for name, holds in can.items() if holds)
