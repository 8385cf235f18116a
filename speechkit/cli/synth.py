"""`speechkit synth`: synthetic consultations whose every word, speaker and identifier is known."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table

from speechkit.cli.options import ShownOption, option, options
from speechkit.cli.pairs import parse_pairs
from speechkit.core.errors import UsageError
from speechkit.recipe.discovery import load_recipe


@click.command()
@click.argument("dest", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--num-consultations",
    cls=ShownOption,
    old=("--count",),
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Number of consultations; without this and --minutes, eight.",
)
@click.option(
    "--minutes",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="N",
    help="Minutes of sound in all.",
)
@option(
    "--language",
    parameter="languages",
    repeated=True,
    meaning="Spoken language: en, es, fr or de; without it, all that the voices speak, in turn.",
)
@click.option(
    "--specialty",
    default="",
    metavar="NAME",
    help="Only cases of this specialty, such as cardiology.",
)
@click.option(
    "--condition",
    default="",
    metavar="NAME",
    help="Recording condition: room, phone, headset or far (a distant microphone); without it, the "
    "first three in turn.",
)
@click.option(
    "--voice",
    "voices",
    multiple=True,
    metavar="ROLE=VOICE",
    help="Voice of a role: doctor=kokoro:af_heart, patient='command:say {text} {output}'.",
)
@click.option(
    "--draw-from",
    multiple=True,
    metavar="PATTERN",
    help="Voices to draw from in place of the standard ones: kokoro:* or kokoro:[ab]m_*; may be "
    "given more than once.",
)
@option(
    "--num-speakers",
    default=2,
    meaning="Number of speakers: 2, or 3 with somebody who came along with the patient.",
)
@click.option(
    "--similar-voices",
    is_flag=True,
    help="All speakers of a recording have the same sex and accent.",
)
@click.option(
    "--overlap",
    type=click.FloatRange(0, 1),
    default=0.12,
    show_default=True,
    metavar="SHARE",
    help="Share of turns that begin before the one before has ended.",
)
@click.option(
    "--patient-sex",
    default="",
    type=click.Choice(["", "female", "male"]),
    help="Sex of all patients; without it, both.",
)
@click.option(
    "--patient-ages",
    default="19-89",
    show_default=True,
    metavar="FROM-TO",
    help="Ages of the patients.",
)
@click.option(
    "--plan",
    "plan_path",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Make what `speechkit release stats --targets TABLE --json` says is missing.",
)
@option(
    "--seed", default=1, meaning="Seed of the invention; another one makes other consultations."
)
@options("--json")
def command(
    dest: Path,
    num_consultations: int,
    minutes: float,
    languages: tuple[str, ...],
    specialty: str,
    condition: str,
    voices: tuple[str, ...],
    draw_from: tuple[str, ...],
    num_speakers: int,
    similar_voices: bool,
    overlap: float,
    patient_sex: str,
    patient_ages: str,
    plan_path: Path | None,
    seed: int,
    as_json: bool,
) -> None:
    """Write synthetic consultations with their sound and references into DEST.

    With --plan, as many as are missing. Everything is marked synthetic. The last line says how to
    ingest the result.
    """
    synth = load_recipe("synth").module
    request = synth.Request(
        languages=languages,
        count=num_consultations or (0 if minutes else 8),
        minutes=minutes,
        specialty=specialty,
        condition=condition,
        voices=parse_pairs(voices, "--voice", "ROLE=VOICE, as in doctor=piper:joe"),
        draw_from=draw_from,
        num_speakers=num_speakers,
        similar_voices=similar_voices,
        overlap=overlap,
        patient_sex=patient_sex,
        patient_ages=_ages(patient_ages),
        seed=seed,
    )
    requests = [request]
    if plan_path is not None:
        requests, left = synth.requests_for(synth.read_plan(plan_path), request)
        for line in left:
            click.echo(
                f"cannot be generated: {line.missing:g} {line.unit} of {line.field} {line.value}",
                err=True,
            )
        if not requests:
            raise UsageError(f"{plan_path}: nothing in this plan can be generated")
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
