"""`speechkit deidentify`: remove what identifies people, from text and audio."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click
import msgspec

from speechkit.cli.deidentify_audio import command as audio
from speechkit.cli.pairs import parse_pairs
from speechkit.core.engines import make_engine
from speechkit.core.errors import UsageError
from speechkit.core.stage import Resources
from speechkit.deidentification.keys import KeyStore
from speechkit.deidentification.policy import load_policy
from speechkit.deidentification.report import lines as report_lines
from speechkit.deidentification.report import make_report
from speechkit.deidentification.text.detect_stage import with_policy
from speechkit.deidentification.text.documents import (
    BadLineError,
    deidentify_document,
    read_gold,
    read_lines,
)
from speechkit.deidentification.text.evaluate import Evaluation, evaluate, table
from speechkit.storage.corpus import Corpus
from speechkit.storage.files import atomic_path


@click.group()
def command() -> None:
    """Remove what identifies people, from text and audio."""


command.add_command(audio)


@command.command()
@click.argument("input_path", metavar="IN.jsonl", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("output_path", metavar="OUT.jsonl", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--policy", default="safe-harbor", show_default=True, help="A name or a .toml file.")
@click.option("--engine", default="spoken", show_default=True, help="What finds identifiers.")
@click.option("--set", "settings", multiple=True, metavar="OPTION=VALUE", help="Of the engine.")
@click.option("--language", default="", help="Of lines that name none, e.g. en, es, fr, de.")
@click.option(
    "--keys",
    "keys_path",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the secrets of surrogates and date shifts lie, one a patient; keep it private.",
)
@click.option(
    "--evaluate",
    "gold_path",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Gold spans to compare with; prints recall, leak, over-redaction.",
)
def text(
    input_path: Path,
    output_path: Path,
    policy: str,
    engine: str,
    settings: tuple[str, ...],
    language: str,
    keys_path: Path | None,
    gold_path: Path | None,
) -> None:
    """Find identifiers in the texts of IN.jsonl and write them with tags to OUT.jsonl.

    A line of IN is {"id", "lang", "text"}; a line of OUT has, besides, "spans" and "redacted".
    With a policy that draws surrogates or moves dates, name --keys; lines with the same "patient"
    get the same ones.
    """
    rules = load_policy(policy)
    if rules.needs_key and keys_path is None:
        raise UsageError(
            f"policy {policy} draws surrogates or moves dates: name a private folder for the "
            "patients' secrets with --keys DIR (of a corpus: CORPUS/vault/keys)"
        )
    keys = KeyStore(keys_path) if keys_path else None
    options = with_policy(
        engine, parse_pairs(settings), rules.least_score, any_language=rules.any_language
    )
    gold = read_gold(gold_path) if gold_path else {}
    total = Evaluation()
    unknown = 0
    with (
        make_engine("phi-detector", engine, options).open(Resources()) as detect,
        atomic_path(output_path) as temporary,
        temporary.open("w", encoding="utf-8") as output,
    ):
        for line in read_lines(input_path):
            found = deidentify_document(line, detect, rules, line.get("lang") or language, keys)
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
    if gold_path:
        click.echo(table(total))
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
    """Destroy the secrets of PATIENTs: nobody can tie their surrogates to them any more."""
    store = KeyStore(keys_path)
    destroyed = sum(store.destroy(patient) for patient in patients)
    click.echo(f"{destroyed} of {len(patients)} keys destroyed")
    if destroyed < len(patients):
        sys.exit(1)


@command.command()
@click.argument("corpus_path", metavar="CORPUS", type=click.Path(path_type=Path, file_okay=False))
@click.option("--compare", default="", metavar="ENGINE", help="Another detector, as baseline.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def report(corpus_path: Path, compare: str, as_json: bool) -> None:
    """What was removed from CORPUS, how it was checked, what risk is left, what people saw.

    Counts and ids only; made for an expert determination or a data protection officer.
    """
    second = make_engine("phi-detector", compare) if compare else None
    made = make_report(Corpus.open(corpus_path), second)
    if as_json:
        click.echo(msgspec.json.encode(made).decode())
    else:
        click.echo("\n".join(report_lines(made)))
