"""`speechkit synth`: made-up consultations whose every word, speaker and identifier is known."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table

from speechkit.cli.pairs import parse_pairs
from speechkit.core.errors import UsageError
from speechkit.recipe.discovery import load_recipe


@click.command()
@click.argument("dest", type=click.Path(path_type=Path, file_okay=False))
@click.option("--count", type=click.IntRange(min=0), default=0, help="How many consultations.")
@click.option("--minutes", type=click.FloatRange(min=0), default=0.0, help="How much in all.")
@click.option(
    "--language", "languages", multiple=True, metavar="CODE", help="en, es, fr, de; all in turn."
)
@click.option("--specialty", default="", help="Only cases of it, as cardiology.")
@click.option("--condition", default="", help="room, phone or headset; all in turn.")
@click.option(
    "--voice",
    "voices",
    multiple=True,
    metavar="ROLE=VOICE",
    help="doctor=espeak:gmw/en+m3, patient='command:say {text} {output}'.",
)
@click.option(
    "--patient-sex", default="", type=click.Choice(["", "female", "male"]), help="Of patients."
)
@click.option("--patient-ages", default="19-89", show_default=True, metavar="FROM-TO")
@click.option(
    "--plan",
    "plan_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Make what `release stats --targets TABLE --json` says is missing.",
)
@click.option("--seed", default=1, show_default=True, help="Another one makes others.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    dest: Path,
    count: int,
    minutes: float,
    languages: tuple[str, ...],
    specialty: str,
    condition: str,
    voices: tuple[str, ...],
    patient_sex: str,
    patient_ages: str,
    plan_path: Path | None,
    seed: int,
    as_json: bool,
) -> None:
    """Make up consultations, speak them, and write them with their references into DEST.

    Without --count and --minutes, eight; with --plan, as many as are missing.
    Everything is marked synthetic. The last line says how to bring the result into a corpus.
    """
    synth = load_recipe("synth")
    asked: dict[str, Any] = {"languages": languages} if languages else {}
    request = synth.Request(
        **asked,
        count=count or (0 if minutes else 8),
        minutes=minutes,
        specialty=specialty,
        condition=condition,
        voices=parse_pairs(voices, "--voice", "ROLE=VOICE, as in doctor=piper:joe"),
        patient_sex=patient_sex,
        patient_ages=_ages(patient_ages),
        seed=seed,
    )
    requests = [request]
    if plan_path is not None:
        requests, left = synth.requests_for(synth.read_plan(plan_path), request)
        for line in left:
            click.echo(
                f"cannot be made up: {line.missing:g} {line.unit} of {line.field} {line.value}",
                err=True,
            )
        if not requests:
            raise UsageError(f"{plan_path}: nothing in this plan can be made up")
    made: list[Any] = []

    def tell(one: Any) -> None:
        made.append(one)
        click.echo(f"{one.name}: {one.language}, {one.specialty}, {one.seconds:.0f} s", err=True)

    prepared = synth.build(dest, requests, tell)
    if as_json:
        click.echo(msgspec.json.encode({"consultations": made, "prepared": prepared}, enc_hook=str))
        return
    Console().print(_table(made))
    folder = shlex.quote(str(dest))
    click.echo(
        f"next: speechkit ingest {folder} --corpus corpora/synthetic --metadata "
        f"{shlex.quote(str(prepared.table))} --pseudonym-key {folder}/pseudonym.key"
    )


def _table(made: list[Any]) -> Table:
    table = Table("language", "consultations", "minutes", "words", "identifiers", box=None)
    for language in dict.fromkeys(one.language for one in made):
        own = [one for one in made if one.language == language]
        table.add_row(
            language,
            str(len(own)),
            f"{sum(one.seconds for one in own) / 60:.1f}",
            str(sum(one.words for one in own)),
            str(sum(one.identifiers for one in own)),
        )
    return table


def _ages(given: str) -> tuple[int, int]:
    low, dash, high = given.partition("-")
    if not (dash and low.isdecimal() and high.isdecimal()):
        raise UsageError("--patient-ages: write FROM-TO, as in 70-89")
    return int(low), int(high)
