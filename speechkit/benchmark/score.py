"""From references and hypotheses to a table: counts a recording, then sums, intervals, slices."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_all_start_methods, get_context

import msgspec

from speechkit.benchmark.counts import Tally, digest_reference, tally_recording, transcript_of
from speechkit.benchmark.coverage import coverage
from speechkit.benchmark.results import Absent, RecordingScore, Scores, Transcript
from speechkit.benchmark.slices import known_fields, parse_by, slice_scores, unit_fields
from speechkit.benchmark.summary import Sample, pair_scores, system_scores
from speechkit.benchmark.types import Hypothesis, Reference, ScoreOptions, System
from speechkit.core.digest import digest_of
from speechkit.core.errors import UsageError

DEFAULTS = ScoreOptions()
_SHOWN = 10


class _Recording(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker returns of one recording. `cluster` is empty where nobody is known, `whole`
    holds the fields that are true of all of it."""

    tallies: list[Tally]
    digest: str
    fields: dict[str, dict[str, str]]
    cluster: str
    whole: dict[str, str]
    transcript: Transcript | None = None


def score(
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
    `workers` processes share the recordings; the result does not depend on their number.
    `progress` is called after each recording. `targets` says which share of the people should have
    which value of a field (field → value → share); the coverage table compares.

    Raises:
        UsageError: if a system lacks recordings and `options.allow_missing` is off, if systems
            share a name, or if there is nothing to score.
    """
    _check(references, systems)
    missing, extra = _absences(references, systems)
    if missing and not options.allow_missing:
        raise UsageError(_say_missing(missing, len(references)))
    names = sorted(references)
    results = []
    for result in _map(references, systems, options, names, workers):
        results.append(result)
        progress()
    tallies = [tally for result in results for tally in result.tallies]
    fields = {
        (name, speaker): values
        for name, result in zip(names, results, strict=True)
        for speaker, values in result.fields.items()
    }
    whole = {name: result.whole for name, result in zip(names, results, strict=True)}
    by = parse_by(options.by, known_fields([*fields.values(), *whole.values()]))
    labels, clustered_by = _clusters(names, results, fields, options)
    sample = Sample.draw(tallies, labels, options.draws, options.seed)
    slices, gaps = slice_scores(
        tallies, fields, whole, sample.clusters, sample.weights, by, options.min_cell
    )
    rows = system_scores(sample, [system.name for system in systems])
    spoken = {
        (tally.recording, speaker): counts.length
        for tally in tallies
        for speaker, counts in tally.by_speaker.items()
    }
    return Scores(
        systems=tuple(rows),
        slices=tuple(slices),
        gaps=tuple(gaps),
        pairs=tuple(pair_scores(sample, [row.system for row in rows])),
        missing=tuple(missing),
        extra=tuple(extra),
        recordings=tuple(
            RecordingScore(
                system=tally.system,
                recording=tally.recording,
                cluster=labels[tally.recording],
                errors=tally.words.errors,
                words=tally.words.length,
            )
            for tally in tallies
        ),
        num_recordings=len(names),
        num_clusters=sample.weights.shape[1],
        clustered_by=clustered_by,
        options=options,
        reference_digest=digest_of([result.digest for result in results]),
        misses=tuple(miss for tally in tallies for miss in tally.misses),
        transcripts=tuple(
            [r.transcript for r in results if r.transcript is not None]
            + [t.transcript for t in tallies if t.transcript is not None]
        ),
        alignments=tuple(t.alignment for t in tallies if t.alignment is not None),
        ledger=tuple(passage for tally in tallies for passage in tally.passages),
        coverage=tuple(
            coverage(spoken, fields, (name for names_ in by for name in names_), targets or {})
        ),
    )


# ---- what is there


def _check(references: Mapping[str, Reference], systems: Sequence[System]) -> None:
    if not references:
        raise UsageError("no references to score against")
    if not systems:
        raise UsageError("no systems to score")
    names = [system.name for system in systems]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UsageError(f"two systems are called {twice[0]!r}; rename one of the folders")


def _absences(
    references: Mapping[str, Reference], systems: Sequence[System]
) -> tuple[list[Absent], list[Absent]]:
    known = set(references)
    missing, extra = [], []
    for system in systems:
        given = set(system.hypotheses)
        if not given & known:
            raise UsageError(
                f"{system.name}: none of its {len(given)} recordings is in the reference; "
                f"there: {', '.join(sorted(known)[:3])}; here: {', '.join(sorted(given)[:3])}"
            )
        missing += [Absent(system=system.name, recording=name) for name in sorted(known - given)]
        extra += [Absent(system=system.name, recording=name) for name in sorted(given - known)]
    return missing, extra


def _say_missing(missing: Sequence[Absent], total: int) -> str:
    by_system: dict[str, list[str]] = {}
    for absent in missing:
        by_system.setdefault(absent.system, []).append(absent.recording)
    lines = []
    for system, names in by_system.items():
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        lines.append(f"{system} lacks {len(names)} of {total}: {', '.join(names[:_SHOWN])}{more}")
    return "; ".join(lines) + "; score what is there with --allow-missing"


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
    reference = references[name]

    def hypotheses() -> Iterator[tuple[str, Hypothesis]]:
        for system in systems:
            if name in system.hypotheses:
                yield system.name, system.hypotheses[name]

    tallies = tally_recording(name, reference, hypotheses(), options)
    speakers = {speaker for tally in tallies for speaker in tally.by_speaker}
    fields = {speaker: unit_fields(reference, speaker) for speaker in sorted(speakers)}
    own = [values.get(options.cluster or "participant", "") for values in fields.values()]
    cluster = "+".join(sorted(set(filter(None, own))))
    shared = options.contexts and not any(tally.transcript for tally in tallies)
    return _Recording(
        tallies=tallies,
        digest=digest_reference(name, reference),
        fields=fields,
        cluster=cluster,
        whole=unit_fields(reference, ""),
        transcript=transcript_of(name, reference, options) if shared else None,
    )


def _clusters(
    names: Sequence[str],
    results: Sequence[_Recording],
    fields: Mapping[tuple[str, str], Mapping[str, str]],
    options: ScoreOptions,
) -> tuple[dict[str, str], str]:
    """Return each recording's cluster, and what clusters are.

    By default the speaker where every recording has one who is known, else the recording: of a
    doctor who is in every consultation there would be one cluster only.
    """
    known = {name: result.cluster or name for name, result in zip(names, results, strict=True)}
    if options.cluster:
        parse_by([options.cluster], known_fields(fields.values()))
        return known, options.cluster
    if all(len(result.fields) == 1 and result.cluster for result in results):
        return known, "participant"
    return {name: name for name in names}, "recording"
