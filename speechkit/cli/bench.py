"""`speechkit bench`: score hypotheses against references, run engines, compare two scorings."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import msgspec

from speechkit.benchmark.inputs.targets import read_targets
from speechkit.benchmark.report import write_report
from speechkit.benchmark.results import RunCost, Scores
from speechkit.benchmark.score import score as score_systems
from speechkit.benchmark.types import Reference, ScoreOptions, System
from speechkit.cli.pairs import parse_pairs
from speechkit.core.errors import InputError, UsageError
from speechkit.core.version import VERSION
from speechkit.pipeline.machine import usable_cores
from speechkit.workflows.score_corpus import is_release, release_audio, release_name
from speechkit.workflows.score_inputs import read_references, read_systems

_PARALLEL_FROM = 8  # recordings × systems below which starting a second process costs more


@click.group()
def command() -> None:
    """How good is it: WER and its kin, by accent, language, role and device."""


def _number(name: str, default: int, text: str) -> Callable[..., Any]:
    return click.option(
        name, default=default, type=click.IntRange(min=0), show_default=True, help=text
    )


def _scoring(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that `score` and `run` share."""
    for option in reversed(
        (
            click.option("--by", default="", help="Fields to slice by: accent,language or a*b."),
            click.option("--language", default="", help="Where the reference names none: en."),
            click.option("--normalizer", default="", help="en, en@1, en-spoken, basic, chars, …"),
            click.option(
                "--metadata", type=click.Path(path_type=Path, exists=True), help="Fields: a table."
            ),
            click.option("--cluster", default="", help="Draw recordings of equal FIELD together."),
            _number("--min-cell", 50, "Words a cell needs."),
            _number("--draws", 1000, "Of the bootstrap."),
            _number("--seed", 0, "Of the bootstrap."),
            click.option(
                "--clinical/--no-clinical", default=True, help="Count clinical errors (English)."
            ),
            click.option(
                "--alternates/--no-alternates",
                default=True,
                help="Of {a / b}, (a), <UNSURE>, <UNIN/> take what fits best.",
            ),
            click.option(
                "--contexts", is_flag=True, help="Keep what was said around misses, to be read."
            ),
            click.option(
                "--targets", type=click.Path(path_type=Path, exists=True), help="Who should be in."
            ),
            click.option("--meeting", is_flag=True, help="tcpWER and ORC-WER, too (meeteval)."),
            _number("--workers", 0, "Processes; 0: one a core."),
            click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON."),
            click.option(
                "--report",
                type=click.Path(path_type=Path, file_okay=False),
                help="Write a page and its files here.",
            ),
            click.option("--audio", is_flag=True, help="Copy a release's audio beside the page."),
        )
    ):
        command = option(command)
    return command


@command.command()
@click.argument("reference")
@click.argument("hypotheses", nargs=-1, required=True, metavar="HYPOTHESIS...")
@click.option("--allow-missing", is_flag=True, help="Score what is there; list what is not.")
@_scoring
def score(
    reference: str,
    hypotheses: tuple[str, ...],
    allow_missing: bool,
    metadata: Path | None,
    **given: Any,
) -> None:
    """Score each HYPOTHESIS against REFERENCE.

    Either is a folder or file of TXT, STM, SegLST, TextGrid, CTM, VTT, SRT, JSON or JSONL, a
    layer of a corpus (CORPUS#reference, CORPUS#attributed) or a release. A folder of folders
    holds a system each.
    """
    references = read_references(reference, metadata)
    systems = read_systems(hypotheses, references)
    _score(reference, references, systems, {}, allow_missing=allow_missing, **given)


@command.command()
@click.argument("release")
@click.option("--engine", "engines", multiple=True, required=True, help="faster-whisper:base, …")
@click.option("--set", "settings", multiple=True, metavar="OPTION=VALUE", help="Engines' options.")
@click.option("--diarize", is_flag=True, help="Who speaks, too: cpWER and DER.")
@click.option("--device", default="cpu", show_default=True, help="cpu, cuda, …")
@click.option("--threads", default=0, help="CPU threads of the models; 0: as many as cores.")
@click.option("--limit", type=click.IntRange(min=1), help="Only the first N recordings.")
@_scoring
def run(
    release: str,
    engines: tuple[str, ...],
    settings: tuple[str, ...],
    diarize: bool,
    device: str,
    threads: int,
    limit: int | None,
    metadata: Path | None,
    **given: Any,
) -> None:
    """Run engines over RELEASE and score what they write.

    RELEASE is a released version, or a layer of a corpus (CORPUS#reference). What an engine wrote
    before is not done again. A recording on which an engine fails is named on stderr and counts
    as missing; the exit code is then 1.
    """
    # All stages come with these; scoring alone is done sooner than they are loaded.
    from speechkit.cli.progress import progress_bars
    from speechkit.core.stage import Resources
    from speechkit.workflows.bench_run import EngineJob, as_system, run_engine

    path = Path(release)
    if "#" not in release and (path / "corpus.json").is_file():
        release = f"{release}#reference"
    references = read_references(release, metadata)
    names = tuple(references)[:limit]
    systems, costs, failed = [], {}, False
    for engine in engines:
        job = EngineJob(
            source=release,
            engine=engine,
            options=parse_pairs(settings),
            language=given["language"],
            diarize=diarize,
            resources=Resources(device=device, threads=threads),
            only=names,
        )
        with progress_bars() as progress:
            done = run_engine(
                job, lambda name, stage, at, total: progress(f"{name} {stage}", at, total)
            )
        for name, reason in done.failures.items():
            failed = True
            click.echo(f"failed: {engine}: {name}: {reason}", err=True)
        systems.append(as_system(job, done))
        costs[engine] = done.cost
    kept = {name: references[name] for name in names} if limit else references
    _score(release, kept, systems, costs, allow_missing=failed, **given)
    raise SystemExit(1 if failed else 0)


def _score(
    reference: str,
    references: Mapping[str, Reference],
    systems: list[System],
    costs: Mapping[str, RunCost],
    *,
    by: str,
    workers: int,
    as_json: bool,
    report: Path | None,
    targets: Path | None,
    audio: bool,
    **given: Any,
) -> None:
    if audio and not (report and given["contexts"] and is_release(Path(reference))):
        raise UsageError("--audio needs --report, --contexts and a release: only its is redacted")
    names = tuple(name.strip() for name in by.split(",") if name.strip())
    options = ScoreOptions(by=names, **given)
    if not workers:
        small = len(references) * len(systems) < _PARALLEL_FROM
        workers = 1 if small else usable_cores()
    with _bar(len(references)) as advance:
        scores = score_systems(
            references,
            systems,
            options,
            workers=workers,
            targets=read_targets(targets) if targets else {},
            progress=advance,
        )
    rows = tuple(msgspec.structs.replace(row, cost=costs.get(row.system)) for row in scores.systems)
    scores = msgspec.structs.replace(
        scores, systems=rows, reference=_shown(reference), version=VERSION
    )
    if report is not None:
        sounds = release_audio(Path(reference)) if audio else {}
        click.echo(f"report: {write_report(scores, report, audio=sounds)}", err=True)
    if as_json:
        click.echo(msgspec.json.encode(scores).decode())
    else:
        from speechkit.cli.bench_tables import print_scores

        print_scores(scores)


@contextmanager
def _bar(total: int) -> Iterator[Callable[[], object]]:
    """Show a bar on a terminal, else nothing; yield what moves it."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("scoring"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("scoring", total=total)
        yield lambda: bar.advance(task)


@command.command()
@click.argument("before", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("after", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def compare(before: Path, after: Path, as_json: bool) -> None:
    """Compare two results of `bench score --json`; exit 1 if a system is worse than chance."""
    from speechkit.benchmark.compare import compare as compare_scores
    from speechkit.cli.bench_tables import print_comparisons

    rows = compare_scores(_load(before), _load(after))
    if as_json:
        click.echo(msgspec.json.encode({"comparisons": rows}).decode())
    else:
        print_comparisons(rows)
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
