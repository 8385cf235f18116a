"""`speechkit bench`: score hypotheses against references, compare two scorings."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from speechkit.benchmark.compare import compare as compare_scores
from speechkit.benchmark.report import write_report
from speechkit.benchmark.score import score as score_systems
from speechkit.benchmark.types import ScoreOptions, Scores, SystemScore
from speechkit.core.errors import InputError
from speechkit.core.version import VERSION
from speechkit.pipeline.score_corpus import is_release, release_name
from speechkit.pipeline.score_inputs import read_references, read_systems

_PARALLEL_FROM = 8  # recordings × systems below which starting a second process costs more


@click.group()
def command() -> None:
    """How good is it: WER and its kin, by accent, language, role and device."""


@command.command()
@click.argument("reference")
@click.argument("hypotheses", nargs=-1, required=True, metavar="HYPOTHESIS...")
@click.option("--by", default="", help="Fields to slice by: accent,language or accent*role.")
@click.option("--language", default="", help="Language of references that name none (default en).")
@click.option("--normalizer", default="", help="en, en-spoken, basic, chars; @version optional.")
@click.option("--metadata", type=click.Path(path_type=Path, exists=True), help="Fields: a table.")
@click.option("--cluster", default="", help="Draw recordings of equal FIELD together.")
@click.option("--allow-missing", is_flag=True, help="Score what is there; list what is not.")
@click.option("--min-cell", default=50, show_default=True, help="Words a cell of a gap must have.")
@click.option("--draws", default=1000, show_default=True, help="Bootstrap draws; 0: none.")
@click.option("--seed", default=0, show_default=True, help="Of the bootstrap.")
@click.option("--clinical/--no-clinical", default=True, help="Count clinical errors (English).")
@click.option("--contexts", is_flag=True, help="List each clinical miss: JSON holds what was said.")
@click.option("--workers", default=0, help="Processes (default: one a core).")
@click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON.")
@click.option(
    "--report", type=click.Path(path_type=Path, file_okay=False), help="Write a page here."
)
def score(
    reference: str,
    hypotheses: tuple[str, ...],
    by: str,
    language: str,
    normalizer: str,
    metadata: Path | None,
    cluster: str,
    allow_missing: bool,
    min_cell: int,
    draws: int,
    seed: int,
    clinical: bool,
    contexts: bool,
    workers: int,
    as_json: bool,
    report: Path | None,
) -> None:
    """Score each HYPOTHESIS against REFERENCE.

    Either is a folder or file of TXT, STM, SegLST, TextGrid, CTM, VTT, SRT, JSON or JSONL, a
    layer of a corpus (CORPUS#reference, CORPUS#attributed) or a release. A folder of folders
    holds a system each.
    """
    options = ScoreOptions(
        language=language,
        normalizer=normalizer,
        by=tuple(name.strip() for name in by.split(",") if name.strip()),
        cluster=cluster,
        allow_missing=allow_missing,
        min_cell=min_cell,
        draws=draws,
        seed=seed,
        clinical=clinical,
        contexts=contexts,
    )
    references = read_references(reference, metadata)
    systems = read_systems(hypotheses, references)
    if not workers:
        small = len(references) * len(systems) < _PARALLEL_FROM
        workers = 1 if small else (os.cpu_count() or 1)
    console = Console(stderr=True)
    columns = (TextColumn("scoring"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("scoring", total=len(references))
        scores = score_systems(
            references, systems, options, workers=workers, progress=lambda: bar.advance(task)
        )
    scores = msgspec.structs.replace(scores, reference=_shown(reference), version=VERSION)
    if report is not None:
        click.echo(f"report: {write_report(scores, report)}", err=True)
    if as_json:
        click.echo(msgspec.json.encode(scores).decode())
    else:
        _print(scores)


@command.command()
@click.argument("before", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("after", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def compare(before: Path, after: Path, as_json: bool) -> None:
    """Compare two results of `bench score --json`; exit 1 if a system is worse than chance."""
    rows = compare_scores(_load(before), _load(after))
    if as_json:
        click.echo(msgspec.json.encode({"comparisons": rows}).decode())
    else:
        table = Table("system", "before", "after", "difference", "95 %", "", box=None)
        for row in rows:
            table.add_row(
                row.after,
                _percent(row.wer_before),
                _percent(row.wer_after),
                f"{100 * row.difference:+.2f}",
                _interval(row.interval, signed=True),
                "worse" if row.worse else "",
            )
        Console().print(table)
    raise SystemExit(1 if any(row.worse for row in rows) else 0)


def _load(path: Path) -> Scores:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Scores)
    except msgspec.MsgspecError as error:
        raise InputError(
            f"{path}: not what `speechkit bench score --json` prints ({error})"
        ) from error


def _shown(reference: str) -> str:
    """Name the reference without the machine's folders; a release as one cites it."""
    if is_release(Path(reference)):
        return release_name(Path(reference))
    folder, separator, layer = reference.rpartition("#")
    return f"{Path(folder).name}#{layer}" if separator else Path(reference).resolve().name


# ---- tables


def _print(scores: Scores) -> None:
    console = Console()
    shown = _columns(scores)
    table = Table(box=None)
    table.add_column("")
    for title, _ in shown:
        table.add_column(title, overflow="fold" if title == "system" else "ellipsis")
    for row in scores.systems:
        table.add_row(str(row.rank), *(str(cell(row)) for _, cell in shown))
    console.print(table)
    if scores.slices:
        console.print(_slice_table(scores))
    for title, absent in (("missing", scores.missing), ("extra, not scored", scores.extra)):
        if absent:
            names = ", ".join(f"{a.system}: {a.recording}" for a in absent[:20])
            more = f" and {len(absent) - 20} more" if len(absent) > 20 else ""
            console.print(f"{title} ({len(absent)}): {names}{more}", highlight=False)
    console.print(
        f"{scores.num_recordings} recordings, intervals over {scores.num_clusters} "
        f"{scores.clustered_by}s; reference {scores.reference_digest[:12]}",
        highlight=False,
    )


def _columns(scores: Scores) -> list[tuple[str, Callable[[SystemScore], object]]]:
    columns: list[tuple[str, Callable[[SystemScore], object]]] = [
        ("system", lambda r: r.system),
        ("WER %", lambda r: _percent(r.wer)),
        ("95 %", lambda r: _interval(r.wer_interval)),
        ("ranks", lambda r: "–".join(map(str, r.rank_interval)) if r.rank_interval else ""),
        ("CER %", lambda r: _percent(r.cer)),
        ("sub", lambda r: r.substitutions),
        ("del", lambda r: r.deletions),
        ("ins", lambda r: r.insertions),
        ("cpWER %", lambda r: _percent(r.cpwer)),
        ("DER %", lambda r: _percent(r.der)),
        ("DER .25", lambda r: _percent(r.der_collar_025)),
        ("clinical %", lambda r: _percent(r.clinical_error)),
        ("words", lambda r: r.num_words),
        ("normaliser", lambda r: r.normalizer),
    ]
    return [
        (title, cell) for title, cell in columns if any(cell(row) != "" for row in scores.systems)
    ]


def _slice_table(scores: Scores) -> Table:
    systems = [row.system for row in scores.systems]
    table = Table("by", "value", "words", *systems, box=None)
    cells: dict[tuple[str, str], dict[str, str]] = {}
    words: dict[tuple[str, str], int] = {}
    for cell in scores.slices:
        key = (cell.by, " × ".join(cell.values.values()))
        mark = " (small)" if cell.small else ""
        cells.setdefault(key, {})[cell.system] = (
            f"{_percent(cell.wer)} {_interval(cell.wer_interval)}{mark}"
        )
        words[key] = max(words.get(key, 0), cell.num_words)
    for key, row in cells.items():
        table.add_row(*key, str(words[key]), *(row.get(system, "") for system in systems))
    return table


def _percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.2f}"


def _interval(bounds: tuple[float, float] | None, *, signed: bool = False) -> str:
    if bounds is None:
        return ""
    form = "+.2f" if signed else ".2f"
    return f"[{100 * bounds[0]:{form}}, {100 * bounds[1]:{form}}]".replace("[", "(").replace(
        "]", ")"
    )
