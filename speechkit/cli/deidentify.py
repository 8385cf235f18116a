"""`speechkit deidentify`: remove what identifies people, from text and audio."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click
import msgspec

from speechkit.cli.deidentify_audio import command as audio
from speechkit.cli.deidentify_transcript import command as transcript
from speechkit.cli.options import option, options
from speechkit.cli.pairs import parse_pairs
from speechkit.core.engines import make_engine
from speechkit.core.errors import InputError
from speechkit.deidentification.keys import KeyStore
from speechkit.deidentification.report import lines as report_lines
from speechkit.deidentification.report import make_report
from speechkit.deidentification.sampling import (
    draw_sample,
    read_sample,
    sample_size,
    write_sample,
)
from speechkit.deidentification.text.documents import (
    BadLineError,
    read_gold,
    read_lines,
)
from speechkit.deidentification.text.evaluate import Evaluation, evaluate, table
from speechkit.storage.corpus import Corpus
from speechkit.storage.files import atomic_path
from speechkit.workflows.deidentify_documents import DETECTOR, POLICY, text_deidentifier


@click.group()
def command() -> None:
    """Remove what identifies people, from text and audio."""


command.add_command(audio)
command.add_command(transcript)


@command.command()
@click.argument("input_path", metavar="IN.jsonl", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("output_path", metavar="OUT.jsonl", type=click.Path(path_type=Path, dir_okay=False))
@option(
    "--policy",
    default=POLICY,
    metavar="NAME",
    show_default=True,
    meaning="What to remove, and how: the name of a policy, or a .toml file.",
)
@option(
    "--engine",
    default=DETECTOR,
    meaning="Engine that finds identifiers, such as combined, spoken or baseline.",
)
@options("--set")
@option("--language", meaning="Language of lines that name none, as an ISO 639-1 code (en).")
@click.option(
    "--keys",
    "keys_path",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Private folder of the secrets of surrogates and date shifts, one for each patient.",
)
@click.option(
    "--evaluate",
    "gold_path",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="GOLD.jsonl",
    help="Compare with these gold spans, and print recall, leaks and over-redaction.",
)
@options("--json")
def text(
    input_path: Path,
    output_path: Path,
    policy: str,
    engine: str,
    settings: tuple[str, ...],
    language: str,
    keys_path: Path | None,
    gold_path: Path | None,
    as_json: bool,
) -> None:
    """Find identifiers in the texts of IN.jsonl and write them with tags to OUT.jsonl.

    A line of IN is {"id", "lang", "text"}; a line of OUT has, besides, "spans" and "redacted".
    With a policy that draws surrogates or moves dates, name --keys; lines with the same "patient"
    get the same ones.
    """
    keys = KeyStore(keys_path) if keys_path else None
    gold = read_gold(gold_path) if gold_path else {}
    total = Evaluation()
    num_lines = unknown = 0
    with (
        text_deidentifier(
            policy=policy, engine=engine, options=parse_pairs(settings), keys=keys
        ) as deidentify,
        atomic_path(output_path) as temporary,
        temporary.open("w", encoding="utf-8") as output,
    ):
        for line in read_lines(input_path):
            found = deidentify(line, language)
            num_lines += 1
            output.write(_line(found) + "\n")
            unknown += found.get("patterns_only", False)
            expected = gold.get(str(line.get("id")))
            if gold_path and expected is None:
                continue
            if expected is not None:
                if expected.text != line["text"]:
                    raise BadLineError(f"{gold_path}: document {expected.id} has another text")
                total += evaluate(expected, [(s["start"], s["end"]) for s in found["spans"]])
    if unknown:
        click.echo(
            f"{unknown} texts are in a language without tables: patterns only, no names", err=True
        )
    if as_json:
        evaluated = msgspec.to_builtins(total) if gold_path else None
        counts = {"lines": num_lines, "patterns_only": unknown, "evaluation": evaluated}
        click.echo(msgspec.json.encode({"output": str(output_path), **counts}).decode())
    elif gold_path:
        click.echo(table(total))
    if gold_path:
        if total.documents < len(gold):
            click.echo(f"{len(gold) - total.documents} gold documents had no line", err=True)


# Some readers of lines (`str.splitlines`) end one at these, too.
_BREAKS = str.maketrans({"\x85": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def _line(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False).translate(_BREAKS)


@command.command()
@click.argument("keys_path", metavar="KEYS", type=click.Path(path_type=Path, exists=True))
@click.argument("patients", metavar="PATIENT...", nargs=-1, required=True)
def forget(keys_path: Path, patients: tuple[str, ...]) -> None:
    """Destroy the secrets of PATIENTs: their surrogates can no longer be traced to them."""
    store = KeyStore(keys_path)
    destroyed = sum(store.destroy(patient) for patient in patients)
    click.echo(f"{destroyed} of {len(patients)} keys destroyed")
    if destroyed < len(patients):
        sys.exit(1)


@command.command()
@click.argument("corpus_path", metavar="CORPUS", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--compare",
    default="",
    metavar="ENGINE",
    help="Compare with another detector, such as baseline.",
)
@click.option(
    "--sample",
    "sample_path",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A sample that a person filled in, as `deidentify sample` writes it.",
)
@options("--json")
def report(corpus_path: Path, compare: str, sample_path: Path | None, as_json: bool) -> None:
    """What was removed from CORPUS, how it was checked, what risk is left, what people saw.

    Counts and ids only; made for an expert determination or a data protection officer.
    """
    second = make_engine("phi-detector", compare) if compare else None
    sample = read_sample(sample_path) if sample_path else ()
    made = make_report(Corpus.open(corpus_path), second, sample)
    if as_json:
        click.echo(msgspec.json.encode(made).decode())
    else:
        click.echo("\n".join(report_lines(made)))


@command.command()
@click.argument("corpus_path", metavar="CORPUS", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--rate",
    type=float,
    default=0.01,
    show_default=True,
    help="Share of segments with identifiers left that the sample is to rule out, with 95 % confidence.",
)
@option("--seed", default=1)
@click.option(
    "--output",
    "output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="CSV file to write: one row per segment, with a column for the count.",
)
@options("--json")
def sample(corpus_path: Path, rate: float, seed: int, output: Path, as_json: bool) -> None:
    """Draw segments of clean copies that a person should look at, and listen to.

    The person writes into the column identifiers_left how many are left in each; `deidentify report
    --sample` then says what share of all segments can be ruled out.
    """
    drawn = draw_sample(Corpus.open(corpus_path), rate, seed)
    if output.exists():
        raise InputError(f"{output} exists; nothing was overwritten")
    write_sample(output, drawn)
    needed, recordings = sample_size(rate), len({one.recording for one in drawn})
    if as_json:
        counts = {"segments": len(drawn), "recordings": recordings, "needed": needed}
        click.echo(json.dumps(counts))
        return
    click.echo(f"{len(drawn)} segments of {recordings} recordings")
    if needed > len(drawn):
        click.echo(f"all there are; to rule out {rate:.2%} takes {needed}")
