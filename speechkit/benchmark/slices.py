"""Who is served how well: error rates by any field of the recording or of who speaks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from speechkit.benchmark.der import DiarizationErrors
from speechkit.benchmark.errors import rate
from speechkit.benchmark.intervals import interval, rates, sum_by_cluster
from speechkit.benchmark.results import Gap, RecordingScore, SliceScore
from speechkit.benchmark.types import ROLES, Reference
from speechkit.core.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

NOT_GIVEN = "(not given)"
FEWEST_PEOPLE = 3  # in a cell that gets an interval


def known_fields(units: Iterable[Mapping[str, str]]) -> list[str]:
    """Return the names of all fields that any unit has.

    >>> known_fields([{"accent": "Scottish"}, {"role": "doctor"}])
    ['accent', 'role']
    """
    return sorted({name for fields in units for name in fields})


def unit_fields(reference: Reference, speaker: str) -> dict[str, str]:
    """Return the fields of what one speaker says in one recording.

    Where the recording has one described speaker only, all of its words are theirs. A speaker who
    is called "doctor" is one.
    """
    fields = dict(reference.fields)
    if speaker in ROLES:
        fields["role"] = speaker
    if reference.language:
        fields.setdefault("language", reference.language)
    described = reference.speakers.get(speaker)
    if described is None and len(reference.speakers) == 1:
        described = next(iter(reference.speakers.values()))
    fields.update({name: value for name, value in (described or {}).items() if value})
    return fields


def parse_by(by: Sequence[str], fields: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the fields of each slicing; `accent*role` crosses two.

    Raises:
        UsageError: if no recording and no speaker has such a field.
    """
    parsed = []
    for one in by:
        names = tuple(name.strip() for name in one.split("*") if name.strip())
        for name in names:
            if name not in fields:
                raise UsageError(f"cannot slice by {name!r}; {did_you_mean(name, fields)}")
        if names:
            parsed.append(names)
    return parsed


def slice_scores(
    rows: Sequence[RecordingScore],
    fields: Mapping[tuple[str, str], Mapping[str, str]],
    whole: Mapping[str, Mapping[str, str]],
    clusters: Mapping[str, int],
    weights: Floats,
    by: Sequence[tuple[str, ...]],
    min_cell: int,
) -> tuple[list[SliceScore], list[Gap]]:
    """Return every cell of every slicing, and each system's gap between best and worst cell.

    Args:
        rows: counts a recording and system.
        fields: (recording, speaker) → its fields.
        whole: recording → the fields that are true of all of it.
        clusters: recording → index of its cluster, a column of `weights`.
        weights: (draws, clusters), from `draw_weights`.
        by: field names, a tuple a slicing.
        min_cell: reference words below which a cell is small.
    """
    scores: list[SliceScore] = []
    gaps: list[Gap] = []
    if not by:
        return scores, gaps
    for names in by:
        cells, samples = _cells(rows, fields, whole, clusters, names, weights, min_cell)
        scores += cells
        gaps += _gaps(cells, samples, weights.shape[1])
    return scores, gaps


class _Cell:
    """What is added up for one cell and system."""

    def __init__(self) -> None:
        self.clusters: list[int] = []
        self.errors: list[int] = []
        self.words: list[int] = []
        self.recordings: set[str] = set()
        self.people: set[str] = set()
        self.diarization = DiarizationErrors()


def _cells(
    rows: Sequence[RecordingScore],
    fields: Mapping[tuple[str, str], Mapping[str, str]],
    whole: Mapping[str, Mapping[str, str]],
    clusters: Mapping[str, int],
    names: tuple[str, ...],
    weights: Floats,
    min_cell: int,
) -> tuple[list[SliceScore], dict[int, Floats]]:
    found: dict[tuple[tuple[str, ...], str], _Cell] = {}
    for row in rows:
        for speaker, words in row.by_speaker.items():
            own = fields[row.recording, speaker]
            values = tuple(own.get(name) or NOT_GIVEN for name in names)
            cell = found.setdefault((values, row.system), _Cell())
            cell.clusters.append(clusters[row.recording])
            cell.errors.append(words.errors)
            cell.words.append(words.length)
            cell.recordings.add(row.recording)
            if words.length:
                cell.people.add(own.get("participant") or f"{row.recording}\0{speaker}")
        of_all = tuple(whole[row.recording].get(name, "") for name in names)
        if row.diarization is not None and all(of_all):
            cell = found.setdefault((of_all, row.system), _Cell())
            cell.recordings.add(row.recording)
            cell.diarization += row.diarization
    cells: list[SliceScore] = []
    samples: dict[int, Floats] = {}
    for (values, system), cell in sorted(found.items(), key=lambda item: item[0]):
        errors = sum_by_cluster(cell.clusters, cell.errors, weights.shape[1])
        words_ = sum_by_cluster(cell.clusters, cell.words, weights.shape[1])
        drawn = rates(weights, errors, words_)
        samples[len(cells)] = drawn
        wer = rate(float(errors.sum()), float(words_.sum()))
        cells.append(
            SliceScore(
                by="*".join(names),
                values=dict(zip(names, values, strict=True)),
                system=system,
                wer=None if wer is None else round(wer, 6),
                wer_interval=(
                    interval(drawn, int((words_ > 0).sum()))
                    if len(cell.people) >= FEWEST_PEOPLE
                    else None
                ),
                num_words=int(words_.sum()),
                num_recordings=len(cell.recordings),
                num_clusters=int((words_ > 0).sum()),
                small=bool(words_.sum() < min_cell),
                num_people=len(cell.people),
                der=_der(cell.diarization),
            )
        )
    return cells, samples


def _der(errors: DiarizationErrors) -> float | None:
    if not errors.total:
        return None
    return round((errors.missed + errors.false_alarm + errors.confusion) / errors.total, 6)


def _gaps(
    cells: Sequence[SliceScore], samples: Mapping[int, Floats], num_clusters: int
) -> list[Gap]:
    gaps = []
    for system in sorted({cell.system for cell in cells}):
        own = [
            (cell.wer, index)
            for index, cell in enumerate(cells)
            if cell.system == system
            and not cell.small
            and cell.wer is not None
            # People who are not described do not form a group, and cannot be the best or worst served one.
            and NOT_GIVEN not in cell.values.values()
        ]
        if len(own) < 2:
            continue
        (low, best), (high, worst) = min(own), max(own)
        spread = samples[worst] - samples[best]
        involved = min(cells[best].num_clusters, cells[worst].num_clusters)
        gaps.append(
            Gap(
                by=cells[best].by,
                system=system,
                best=" × ".join(cells[best].values.values()),
                worst=" × ".join(cells[worst].values.values()),
                gap=round(high - low, 6),
                gap_interval=(
                    interval(spread, min(involved, num_clusters))
                    if min(cells[best].num_people, cells[worst].num_people) >= FEWEST_PEOPLE
                    else None
                ),
                ratio=round(high / low, 4) if low else None,
            )
        )
    return gaps
