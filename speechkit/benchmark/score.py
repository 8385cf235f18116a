"""From references and hypotheses to a table: counts a recording, then sums, intervals, slices."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_all_start_methods, get_context

import msgspec

from speechkit.benchmark.absences import absences, check_systems, say_missing
from speechkit.benchmark.alignments import transcript_of
from speechkit.benchmark.counts import RecordingCounter, RecordingCounts, digest_reference
from speechkit.benchmark.figures import summarize
from speechkit.benchmark.integrity import check_hypothesis, check_reference, remarks_once
from speechkit.benchmark.results import (
    Alignment,
    Failure,
    Miss,
    Passage,
    RecordingScore,
    Remark,
    Scores,
    Transcript,
    Unit,
)
from speechkit.benchmark.rows import row_of
from speechkit.benchmark.slices import known_fields, parse_by, unit_fields
from speechkit.benchmark.types import Reference, ScoreOptions, System
from speechkit.core.digest import digest_of
from speechkit.core.errors import InputError, SpeechkitError, UsageError

DEFAULTS = ScoreOptions()


class _Recording(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker returns of one recording. `cluster` is empty if no speaker is known, `whole`
    holds the fields that are true of all of it."""

    rows: list[RecordingScore]
    misses: list[Miss]
    passages: list[Passage]
    alignments: list[Alignment]
    transcripts: list[Transcript]
    remarks: list[Remark]
    failures: list[Failure]
    digest: str
    fields: dict[str, dict[str, str]]
    cluster: str
    whole: dict[str, str]


def score_systems(
    references: Mapping[str, Reference],
    systems: Sequence[System],
    options: ScoreOptions = DEFAULTS,
    *,
    workers: int = 1,
    targets: Mapping[str, Mapping[str, float]] | None = None,
    progress: Callable[[], object] = lambda: None,
) -> Scores:
    """Score systems against references.

    Memory grows with the largest recording, not with the corpus, if the mappings are lazy.
    `workers` processes share the recordings; the result does not depend on their number. A
    recording that cannot be read or scored is a row of `failures`, and missing from the figures.

    Args:
        references: by recording.
        systems: what to score.
        options: what decides the figures.
        workers: processes.
        targets: field → value → share of the people that should have it, for the coverage table.
        progress: called after each recording.

    Raises:
        UsageError: if a system lacks recordings and `options.allow_missing` is off, if systems
            share a name, or if there is nothing to score.
    """
    check_systems(references, systems)
    missing, extra = absences(references, systems)
    if missing and not options.allow_missing:
        raise UsageError(say_missing(missing, len(references)))
    names = sorted(references)
    results = []
    for result in _map(references, systems, options, names, workers):
        results.append(result)
        progress()
    units = [
        Unit(recording=name, speaker=speaker, fields=fields)
        for name, result in zip(names, results, strict=True)
        for speaker, fields in {"": result.whole, **result.fields}.items()
    ]
    labels, clustered_by = _clusters(names, results, options)
    rows = [
        msgspec.structs.replace(row, cluster=labels[row.recording])
        for result in results
        for row in result.rows
    ]
    if not rows:
        raise UsageError(f"nothing could be scored: {results[0].failures[0].reason}")
    figures = summarize(rows, units, options, [system.name for system in systems], targets or {})
    scored = {system.system for system in figures.systems}
    return Scores(
        systems=figures.systems,
        slices=figures.slices,
        gaps=figures.gaps,
        pairs=figures.pairs,
        groups=figures.groups,
        coverage=figures.coverage,
        missing=tuple(missing),
        extra=tuple(extra),
        failures=tuple(failure for result in results for failure in result.failures),
        remarks=(
            *figures.remarks,
            *(
                Remark(
                    kind="nothing scored", system=system.name, text="no recording could be scored"
                )
                for system in systems
                if system.name not in scored
            ),
            *remarks_once(remark for result in results for remark in result.remarks),
        ),
        recordings=tuple(rows),
        units=tuple(units),
        num_recordings=len(names),
        num_clusters=len(set(labels.values())),
        clustered_by=clustered_by,
        options=options,
        reference_digest=digest_of([result.digest for result in results]),
        misses=tuple(miss for result in results for miss in result.misses),
        passages=tuple(passage for result in results for passage in result.passages),
        transcripts=tuple(text for result in results for text in result.transcripts),
        alignments=tuple(alignment for result in results for alignment in result.alignments),
    )


score = score_systems


# ---- the work, a recording at a time

_shared: tuple[Mapping[str, Reference], Sequence[System], ScoreOptions]


def _map(
    references: Mapping[str, Reference],
    systems: Sequence[System],
    options: ScoreOptions,
    names: Sequence[str],
    workers: int,
) -> Iterable[_Recording]:
    # Forked workers share what is loaded; where there is no fork, starting them costs more
    # than they bring.
    if workers < 2 or len(names) < 2 or "fork" not in get_all_start_methods():
        _share(references, systems, options)
        yield from map(_work, names)
        return
    with ProcessPoolExecutor(
        min(workers, len(names)), get_context("fork"), _begin, (references, systems, options)
    ) as pool:
        yield from pool.map(_work, names, chunksize=max(1, len(names) // (workers * 8)))


def _begin(
    references: Mapping[str, Reference], systems: Sequence[System], options: ScoreOptions
) -> None:
    gc.freeze()  # looking through what the parent had would copy its pages
    _share(references, systems, options)


def _share(
    references: Mapping[str, Reference], systems: Sequence[System], options: ScoreOptions
) -> None:
    global _shared  # noqa: PLW0603 - a pool's initializer has no other way to hand things on
    _shared = (references, systems, options)


def _work(name: str) -> _Recording:
    references, systems, options = _shared
    try:
        reference = references[name]
        digest = digest_reference(name, reference)
        counter = RecordingCounter(name, reference, options)
    except SpeechkitError as error:
        if isinstance(error, UsageError):
            raise
        return _unscored(name, str(error))
    counts: list[RecordingCounts] = []
    failures: list[Failure] = []
    remarks: list[Remark] = []
    for system in systems:
        try:
            if name not in system.hypotheses:
                continue
            hypothesis = system.hypotheses[name]
            remarks += check_hypothesis(name, system.name, reference, hypothesis)
            counts.append(counter.count(system.name, hypothesis))
        except UsageError:
            raise  # the command is wrong, not this recording
        except InputError as error:
            failures.append(Failure(system=system.name, recording=name, reason=str(error)))
        except Exception as error:
            reason = f"{type(error).__name__} while it was scored; please report this"
            failures.append(Failure(system=system.name, recording=name, reason=reason))
    for count in counts:
        if count.meeting is not None and count.meeting.note:
            remarks.append(
                Remark(kind="meeting", system="", recording=name, text=count.meeting.note)
            )
    speakers = {speaker for count in counts for speaker in count.by_speaker}
    fields = {speaker: unit_fields(reference, speaker) for speaker in sorted(speakers)}
    own = [values.get(options.cluster or "participant", "") for values in fields.values()]
    transcripts = [count.transcript for count in counts if count.transcript is not None]
    if options.contexts and not transcripts:
        transcripts = [transcript_of(name, reference, options)]
    return _Recording(
        rows=[row_of(count, "") for count in counts],
        misses=[miss for count in counts for miss in count.misses],
        passages=[passage for count in counts for passage in count.passages],
        alignments=[count.alignment for count in counts if count.alignment is not None],
        transcripts=transcripts,
        remarks=[*check_reference(name, reference, options), *remarks],
        failures=failures,
        digest=digest,
        fields=fields,
        cluster="+".join(sorted(set(filter(None, own)))),
        whole=unit_fields(reference, ""),
    )


def _unscored(name: str, reason: str) -> _Recording:
    return _Recording(
        rows=[],
        misses=[],
        passages=[],
        alignments=[],
        transcripts=[],
        remarks=[],
        failures=[Failure(system="", recording=name, reason=reason)],
        digest="",
        fields={},
        cluster="",
        whole={},
    )


def _clusters(
    names: Sequence[str], results: Sequence[_Recording], options: ScoreOptions
) -> tuple[dict[str, str], str]:
    """Return each recording's cluster, and what clusters are.

    By default the speaker where every recording has one who is known, else the recording: of a
    doctor who is in every consultation there would be one cluster only.
    """
    known = {name: result.cluster or name for name, result in zip(names, results, strict=True)}
    if options.cluster:
        every = [fields for result in results for fields in result.fields.values()]
        parse_by([options.cluster], known_fields(every))
        return known, options.cluster
    if all(len(result.fields) == 1 and result.cluster for result in results if result.rows):
        return known, "participant"
    return {name: name for name in names}, "recording"
