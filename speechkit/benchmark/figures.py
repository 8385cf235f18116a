"""All figures of a result from its rows: what is printed can be computed from the JSON again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from speechkit.benchmark.coverage import coverage
from speechkit.benchmark.integrity import remarks_on
from speechkit.benchmark.pairs import group_letters, pair_scores
from speechkit.benchmark.results import (
    Coverage,
    Gap,
    Pair,
    RecordingScore,
    Remark,
    Scores,
    SliceScore,
    SystemScore,
    Unit,
)
from speechkit.benchmark.slices import known_fields, parse_by, slice_scores
from speechkit.benchmark.summary import Sample, system_scores
from speechkit.benchmark.types import ScoreOptions


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What follows from the rows."""

    systems: tuple[SystemScore, ...]
    slices: tuple[SliceScore, ...]
    gaps: tuple[Gap, ...]
    pairs: tuple[Pair, ...]
    groups: dict[str, str]
    coverage: tuple[Coverage, ...]
    remarks: tuple[Remark, ...]


def summarize(
    rows: Sequence[RecordingScore],
    units: Sequence[Unit],
    options: ScoreOptions,
    names: Sequence[str],
    targets: Mapping[str, Mapping[str, float]],
) -> Figures:
    """Return sums, intervals, slices, gaps and pairs.

    Args:
        rows: counts a recording and system, with their clusters.
        units: fields of recordings and of who speaks in them.
        options: what decides the figures.
        names: of the systems.
        targets: field → value → share of the people that should have it.
    """
    fields = {(unit.recording, unit.speaker): unit.fields for unit in units}
    whole = {unit.recording: unit.fields for unit in units if not unit.speaker}
    by = parse_by(_slicings(options, units), known_fields(unit.fields for unit in units))
    labels = {row.recording: row.cluster for row in rows}
    sample = Sample.draw(rows, labels, options.draws, options.seed)
    slices, gaps = slice_scores(
        rows, fields, whole, sample.clusters, sample.weights, by, options.min_cell
    )
    systems = system_scores(sample, [name for name in names if name in sample.by_system], fields)
    ordered = [row.system for row in systems]
    spoken = {
        (row.recording, speaker): counts.length
        for row in rows
        for speaker, counts in row.by_speaker.items()
    }
    return Figures(
        systems=tuple(systems),
        slices=tuple(slices),
        gaps=tuple(gaps),
        pairs=tuple(pair_scores(sample, ordered, every=options.all_pairs)),
        groups=group_letters(sample, ordered),
        coverage=tuple(
            coverage(spoken, fields, (name for own in by for name in own), dict(targets))
        ),
        remarks=tuple(remarks_on(rows, units, systems, by)),
    )


def recompute(scores: Scores) -> Figures:
    """Return the figures of a result from its rows alone."""
    return summarize(
        scores.recordings,
        scores.units,
        scores.options,
        [row.system for row in scores.systems],
        {},
    )


def _slicings(options: ScoreOptions, units: Sequence[Unit]) -> tuple[str, ...]:
    """Return the slicings asked for; with several languages, by language too."""
    languages = {unit.fields["language"] for unit in units if unit.fields.get("language")}
    if len(languages) > 1 and "language" not in options.by:
        return (*options.by, "language")
    return options.by
