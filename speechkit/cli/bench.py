"""`speechkit bench`: score hypotheses against references, run engines, compare two scorings."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from speechkit.benchmark.clinical.second_judge import ask_judge, parse_address
from speechkit.benchmark.compare import (
    METRICS,
    Gate,
    Metric,
    as_junit,
    as_markdown,
    compare_scores,
)
from speechkit.benchmark.inputs.targets import read_targets
from speechkit.benchmark.report import write_report
from speechkit.benchmark.results import SCHEMA, RunCost, Scores, TermCounts
from speechkit.benchmark.score import score_systems
from speechkit.benchmark.sites import export_counts
from speechkit.benchmark.types import Reference, ScoreOptions, System
from speechkit.benchmark.vocabulary import count_terms, with_terms_of_fields
from speechkit.cli.bench_more import audit_reference, merge, write_audio
from speechkit.cli.bench_published import published
from speechkit.cli.bench_tables import print_comparisons, print_scores
from speechkit.cli.options import FOLDER, gather, option, options
from speechkit.cli.pairs import parse_pairs
from speechkit.cli.progress import progress_bars
from speechkit.core.errors import InputError, ModelError, UsageError
from speechkit.core.stage import Resources
from speechkit.core.version import VERSION
from speechkit.core.vocabulary import as_option, read_vocabulary
from speechkit.pipeline.machine import usable_cores
from speechkit.storage.files import write_bytes
from speechkit.workflows.score_corpus import is_release, release_audio, release_name
from speechkit.workflows.score_inputs import read_references, read_systems

_PARALLEL_FROM = 8  # recordings × systems below which starting a second process costs more


@click.group()
def command() -> None:
    """Error rates of transcripts and diarization, by accent, language, role and device."""


command.add_command(audit_reference)
command.add_command(merge)
command.add_command(published)
command.add_command(write_audio)


class Scoring(msgspec.Struct, frozen=True, kw_only=True):
    """What `score` and `run` are asked for alike."""

    by: tuple[str, ...]
    language: str
    normalizer: str
    metadata: Path | None
    uem: Path | None
    cluster: str
    min_cell: int
    draws: int
    seed: int
    clinical: bool
    alternates: bool
    contexts: bool
    targets: Path | None
    judge: str
    judge_elsewhere: bool
    meeting: bool
    der_extent: Literal["both", "reference"]
    all_pairs: bool
    workers: int
    as_json: bool
    report: Path | None
    audio: bool
    export_counts: Path | None
    privacy_budget: float
    most_words: int

    @property
    def options(self) -> ScoreOptions:
        """Options of the scoring itself."""
        fields = {name for name in ScoreOptions.__struct_fields__ if hasattr(self, name)}
        given = {name: getattr(self, name) for name in fields}
        # Several fields separated by commas are the spelling of old.
        names = (name.strip() for each in self.by for name in each.split(","))
        return ScoreOptions(**{**given, "by": tuple(filter(None, names))})


_SCORING = (
    option("--by"),
    option("--language", meaning="Language of references that name none, as en."),
    option(
        "--normalizer",
        default="",
        metavar="NAME",
        meaning="Normalizer of the words before they are compared: en, en@1, en-spoken, basic, "
        "chars, …; without it, that of the language.",
    ),
    option("--metadata", meaning="Table with fields of recordings to slice by."),
    click.option(
        "--uem",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        metavar="FILE",
        help="Score only the parts of recordings in this UEM file, on both sides.",
    ),
    click.option(
        "--cluster",
        default="",
        metavar="FIELD",
        help="Draw recordings that are equal in this field together, as speaker.",
    ),
    click.option(
        "--min-cell",
        default=50,
        type=click.IntRange(min=0),
        metavar="N",
        show_default=True,
        help="Leave slices of fewer words out of comparisons.",
    ),
    click.option(
        "--draws",
        default=1000,
        type=click.IntRange(min=0),
        metavar="N",
        show_default=True,
        help="Number of bootstrap draws for the intervals; 0 for none.",
    ),
    option("--seed", meaning="Seed of the bootstrap."),
    click.option(
        "--clinical/--no-clinical",
        default=True,
        show_default=True,
        help="Count clinical errors (English).",
    ),
    click.option(
        "--alternates/--no-alternates",
        default=True,
        show_default=True,
        help="Let {a / b}, (a), <UNSURE> and <UNIN/> in references match what fits best.",
    ),
    click.option(
        "--contexts", is_flag=True, help="Keep the words around each miss, so that it can be read."
    ),
    option("--targets"),
    click.option(
        "--judge",
        default="",
        metavar="ADDRESS#MODEL",
        help="Ask a language model how grave each clinical error is, at an OpenAI-compatible "
        "address, as http://127.0.0.1:8000/v1#medical-7b; needs --contexts.",
    ),
    click.option(
        "--judge-elsewhere",
        is_flag=True,
        help="Let the words around clinical errors go to a judge on another machine.",
    ),
    click.option(
        "--meeting", is_flag=True, help="Compute tcpWER and ORC-WER as well (needs meeteval)."
    ),
    click.option(
        "--der-extent",
        type=click.Choice(["both", "reference"]),
        default="both",
        show_default=True,
        help="Score diarization from the first start to the last end on both sides, as "
        "pyannote.metrics does, or of the reference alone, as md-eval does.",
    ),
    click.option(
        "--all-pairs",
        is_flag=True,
        help="Compare every two systems, also where there are more than 20.",
    ),
    option("--workers"),
    option("--json", meaning="Print all results as JSON."),
    click.option(
        "--report",
        type=FOLDER,
        metavar="DIR",
        help="Write a page of the results, and its files, into this folder.",
    ),
    click.option(
        "--export-counts",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Write sums by slice for `bench merge`: nothing of a single recording.",
    ),
    click.option(
        "--privacy-budget",
        type=click.FloatRange(min=0),
        default=0.0,
        metavar="EPSILON",
        show_default=True,
        help="Privacy budget of the noise in --export-counts, for each recording; 0 for no noise.",
    ),
    click.option(
        "--most-words",
        type=click.IntRange(min=0),
        default=0,
        metavar="N",
        show_default=True,
        help="Words that one recording adds at most to --export-counts; 0 for no bound.",
    ),
    click.option(
        "--audio", is_flag=True, help="Copy the audio of a release beside the page of --report."
    ),
)


def _scoring(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that `score` and `run` share."""
    command = gather(Scoring, "asked")(command)
    for each in reversed(_SCORING):
        command = each(command)
    return command


@command.command()
@click.argument("reference")
@click.argument("hypotheses", nargs=-1, required=True, metavar="HYPOTHESIS...")
@option(
    "--allow-missing",
    meaning="Score the recordings that a system has, and list those that it has not.",
)
@_scoring
def score(reference: str, hypotheses: tuple[str, ...], allow_missing: bool, asked: Scoring) -> None:
    """Score each HYPOTHESIS against REFERENCE.

    Either is a folder or file of TXT, STM, SegLST, TextGrid, CTM, VTT, SRT, JSON or JSONL, a
    layer of a corpus (CORPUS#reference, CORPUS#attributed) or a release. A folder of folders
    holds a system each.
    """
    references = read_references(reference, asked.metadata, asked.uem)
    systems = read_systems(hypotheses, references)
    _score(reference, references, systems, {}, asked, allow_missing=allow_missing)


@command.command()
@click.argument("release")
@option(
    "--engine",
    parameter="engines",
    repeated=True,
    required=True,
    metavar="[LABEL=]ENGINE",
    meaning="Engine to run, as faster-whisper:base; a label tells variants of one engine apart.",
)
@option(
    "--set",
    metavar="[ENGINE.]OPTION=VALUE",
    meaning="Set an option of the engines, or of the one with this name or label.",
)
@option("--diarize", meaning="Find out who speaks as well, for cpWER and DER.")
@options("--device", "--threads", "--limit")
@click.option(
    "--vocabulary",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Words to tell the engines that can be told, one a line, as names of drugs and clinicians; "
    "each of them runs with and without.",
)
@click.option(
    "--vocabulary-field",
    "vocabulary_fields",
    multiple=True,
    metavar="FIELD",
    help="Field of the recordings' metadata whose values are told, too, as site; repeatable.",
)
@click.option(
    "--max-cost",
    type=click.FloatRange(min=0, min_open=True),
    metavar="USD",
    help="US dollars that each server may cost in this run.",
)
@click.option(
    "--leaves-this-machine",
    is_flag=True,
    help="Let sound go to servers on other machines, if each recording's consent permits it.",
)
@option(
    "--output-dir",
    meaning="Write what each engine wrote into DIR/<engine>, which bench score reads; it may name "
    "people.",
)
@_scoring
def run(
    release: str,
    engines: tuple[str, ...],
    settings: tuple[str, ...],
    diarize: bool,
    device: str,
    threads: int,
    limit: int | None,
    vocabulary: Path | None,
    vocabulary_fields: tuple[str, ...],
    max_cost: float | None,
    leaves_this_machine: bool,
    output_dir: Path | None,
    asked: Scoring,
) -> None:
    """Run engines over RELEASE and score what they write.

    RELEASE is a released version, or a layer of a corpus (CORPUS#reference). What an engine wrote
    before is not done again. All engines are checked before the first one starts. A server that
    does not answer, and a recording on which an engine fails, is named on stderr with the reason,
    and the rest goes on; the exit code is then 1.
    """
    # All stages come with these; scoring alone is done sooner than they are loaded.
    from speechkit.workflows.bench_run import (
        as_system,
        check_engines,
        engine_jobs,
        run_engine,
        unreachable,
        write_hypotheses,
    )

    path = Path(release)
    if "#" not in release and (path / "corpus.json").is_file():
        release = f"{release}#reference"
    references = read_references(release, asked.metadata, asked.uem)
    names = tuple(references)[:limit]
    terms = read_vocabulary(vocabulary) if vocabulary else ()
    if vocabulary_fields:
        asked_of = {name: references[name] for name in names}
        terms = with_terms_of_fields(terms, asked_of, vocabulary_fields)
    jobs = engine_jobs(
        engines,
        parse_pairs(settings),
        source=release,
        language=asked.language,
        diarize=diarize,
        resources=Resources(device=device, threads=threads),
        only=names,
        vocabulary=as_option(terms),
        for_servers={
            **({"max_cost": f"{max_cost:g}"} if max_cost else {}),
            **({"leaves_this_machine": "true"} if leaves_this_machine else {}),
        },
    )
    check_engines(jobs)
    silent = unreachable(jobs)
    for name, reason in silent.items():
        click.echo(f"failed: {name}: {reason}", err=True)
    if len(silent) == len(jobs):
        raise ModelError("no engine can be asked")
    systems, costs, failed = [], {}, bool(silent)
    for job in (each for each in jobs if each.name not in silent):
        with progress_bars() as progress:
            done = run_engine(
                job, lambda name, stage, at, total: progress(f"{name} {stage}", at, total)
            )
        for name, reason in done.failures.items():
            failed = True
            click.echo(f"failed: {job.name}: {name}: {reason}", err=True)
        system = as_system(job, done)
        if not system.hypotheses:
            click.echo(f"failed: {job.name}: it wrote nothing of any recording", err=True)
            continue
        systems.append(system)
        costs[job.name] = done.cost
        if output_dir is not None:
            click.echo(f"written: {write_hypotheses(systems[-1], output_dir)}", err=True)
    if not systems:
        raise InputError("no engine wrote anything; the reasons are above")
    kept = {name: references[name] for name in names} if limit else references
    told = count_terms(kept, systems, [term.text for term in terms], asked.options) if terms else ()
    _score(release, kept, systems, costs, asked, allow_missing=failed, vocabulary=told)
    raise SystemExit(1 if failed else 0)


def _score(
    reference: str,
    references: Mapping[str, Reference],
    systems: list[System],
    costs: Mapping[str, RunCost],
    asked: Scoring,
    *,
    allow_missing: bool,
    vocabulary: tuple[TermCounts, ...] = (),
) -> None:
    if asked.audio and not (asked.report and asked.contexts and is_release(Path(reference))):
        raise UsageError("--audio needs --report, --contexts and a release: only its is redacted")
    if asked.judge and not asked.contexts:
        raise UsageError("--judge needs --contexts: it reads the words around each clinical error")
    judge = parse_address(asked.judge, elsewhere=asked.judge_elsewhere) if asked.judge else None
    workers = asked.workers
    if not workers:
        small = len(references) * len(systems) < _PARALLEL_FROM
        workers = 1 if small else usable_cores()
    with _bar(len(references)) as advance:
        scores = score_systems(
            references,
            systems,
            msgspec.structs.replace(asked.options, allow_missing=allow_missing),
            workers=workers,
            targets=read_targets(asked.targets) if asked.targets else {},
            progress=advance,
        )
    rows = tuple(msgspec.structs.replace(row, cost=costs.get(row.system)) for row in scores.systems)
    scores = msgspec.structs.replace(
        scores, systems=rows, reference=_shown(reference), version=VERSION, vocabulary=vocabulary
    )
    if judge is not None:
        with _bar(len(scores.misses), "judging") as advance:
            judged, setup = ask_judge(scores.misses, judge, progress=advance)
        scores = msgspec.structs.replace(scores, misses=judged, judge=setup)
    if asked.export_counts is not None:
        counts = export_counts(scores, epsilon=asked.privacy_budget, clip=asked.most_words)
        write_bytes(asked.export_counts, msgspec.json.encode(counts))
    if asked.report is not None:
        sounds = release_audio(Path(reference)) if asked.audio else {}
        click.echo(f"report: {write_report(scores, asked.report, audio=sounds)}", err=True)
    for failure in scores.failures:
        who = f"{failure.system}: " if failure.system else ""
        click.echo(f"failed: {who}{failure.recording}: {failure.reason}", err=True)
    for remark in scores.remarks:
        about = ": ".join(filter(None, (remark.system, remark.recording)))
        click.echo(f"note: {about}{': ' if about else ''}{remark.text}", err=True)
    if asked.as_json:
        click.echo(msgspec.json.encode(scores).decode())
    else:
        print_scores(scores)
    if scores.failures:
        raise SystemExit(1)


@contextmanager
def _bar(total: int, doing: str = "scoring") -> Iterator[Callable[[], object]]:
    """Show a bar on a terminal, else nothing; yield what moves it."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(doing, total=total)
        yield lambda: bar.advance(task)


@command.command()
@click.argument("before", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("after", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--metric",
    type=click.Choice(METRICS),
    default="wer",
    show_default=True,
    help="Error rate to compare.",
)
@click.option(
    "--tolerance",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="POINTS",
    show_default=True,
    help="Percentage points that a rate may rise before it counts as worse.",
)
@option("--by", meaning="Field to compare within, too: each of its values passes or fails.")
@option(
    "--format",
    kind=click.Choice(["table", "json", "junit", "markdown"]),
    default="table",
    show_default=True,
    meaning="How to print the comparison.",
)
@options("--json")
def compare(
    before: Path,
    after: Path,
    metric: Metric,
    tolerance: float,
    by: tuple[str, ...],
    format_: str,
    as_json: bool,
) -> None:
    """Compare two results of `bench score --json`.

    The exit code is 1 if a system is worse, by more than --tolerance and not by chance.
    """

    gate = Gate(metric=metric, tolerance=tolerance / 100, by=by)
    rows = compare_scores(_load(before), _load(after), gate)
    if as_json or format_ == "json":
        click.echo(msgspec.json.encode({"comparisons": rows}).decode())
    elif format_ == "junit":
        click.echo(as_junit(rows), nl=False)
    elif format_ == "markdown":
        click.echo(as_markdown(rows), nl=False)
    else:
        print_comparisons(rows)
    raise SystemExit(1 if any(row.worse for row in rows) else 0)


class _Versioned(msgspec.Struct):
    schema: str = ""


def _load(path: Path) -> Scores:
    data = path.read_bytes()
    try:
        schema = msgspec.json.decode(data, type=_Versioned).schema
        if schema != SCHEMA:
            raise InputError(
                f"{path}: written by another version of speechkit ({schema or 'before 0.2'}); "
                "score again"
            )
        return msgspec.json.decode(data, type=Scores)
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
