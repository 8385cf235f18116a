"""Who is served how well: error rates by any field of the recording or of who speaks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from speechkit.benchmark.errors import rate
from speechkit.benchmark.intervals import interval, rates, sum_by_cluster
from speechkit.benchmark.tally import Tally
from speechkit.benchmark.types import Gap, Reference, SliceScore
from speechkit.core.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

NOT_GIVEN = "(not given)"


def known_fields(units: Iterable[Mapping[str, str]]) -> list[str]:
    """Return the names of all fields that any unit has.

    >>> known_fields([{"accent": "Scottish"}, {"role": "doctor"}])
    ['accent', 'role']
    """
    return sorted({name for fields in units for name in fields})


def unit_fields(reference: Reference, speaker: str) -> dict[str, str]:
    """Return the fields of what one speaker says in one recording.

    Where the recording has one described speaker only, all of its words are theirs.
    """
    fields = dict(reference.fields)
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
                raise UsageError(f"nothing to slice by {name!r}; {did_you_mean(name, fields)}")
        if names:
            parsed.append(names)
    return parsed


def slice_scores(
    tallies: Sequence[Tally],
    fields: Mapping[tuple[str, str], Mapping[str, str]],
    clusters: Mapping[str, int],
    weights: Floats,
    by: Sequence[tuple[str, ...]],
    min_cell: int,
) -> tuple[list[SliceScore], list[Gap]]:
    """Return every cell of every slicing, and each system's gap between best and worst cell.

    Args:
        tallies: counts a recording and system.
        fields: (recording, speaker) → its fields.
        clusters: recording → index of its cluster, a column of `weights`.
        weights: (draws, clusters), from `draw_weights`.
        by: field names, a tuple a slicing.
        min_cell: reference words below which a cell is small.
    """
    scores: list[SliceScore] = []
    gaps: list[Gap] = []
    if not by:
        return scores, gaps
    table = _table(tallies, fields, clusters)
    for names in by:
        cells, samples = _cells(table, names, weights, min_cell)
        scores += cells
        gaps += _gaps(cells, samples, weights.shape[1])
    return scores, gaps


def _table(
    tallies: Sequence[Tally],
    fields: Mapping[tuple[str, str], Mapping[str, str]],
    clusters: Mapping[str, int],
) -> pd.DataFrame:
    """A row for what one speaker says in one recording, as one system wrote it."""
    import pandas as pd

    return pd.DataFrame(
        [
            {
                **{f"field {k}": v for k, v in fields[tally.recording, speaker].items()},
                "system": tally.system,
                "recording": tally.recording,
                "cluster": clusters[tally.recording],
                "errors": words.errors,
                "words": words.length,
            }
            for tally in tallies
            for speaker, words in tally.by_speaker.items()
        ]
    )


def _cells(
    table: pd.DataFrame, names: tuple[str, ...], weights: Floats, min_cell: int
) -> tuple[list[SliceScore], dict[int, Floats]]:
    columns = [f"field {name}" for name in names]
    filled = table.assign(**{c: table[c].fillna(NOT_GIVEN).replace("", NOT_GIVEN) for c in columns})
    cells: list[SliceScore] = []
    samples: dict[int, Floats] = {}
    num_clusters = weights.shape[1]
    for key, part in filled.groupby([*columns, "system"], sort=True):
        *values, system = key if isinstance(key, tuple) else (key,)
        used = part["cluster"].to_numpy()
        errors = sum_by_cluster(used, part["errors"], num_clusters)
        words = sum_by_cluster(used, part["words"], num_clusters)
        drawn = rates(weights, errors, words)
        samples[len(cells)] = drawn
        wer = rate(float(errors.sum()), float(words.sum()))
        cells.append(
            SliceScore(
                by="*".join(names),
                values=dict(zip(names, map(str, values), strict=True)),
                system=str(system),
                wer=None if wer is None else round(wer, 6),
                wer_interval=interval(drawn, int((words > 0).sum())),
                num_words=int(words.sum()),
                num_recordings=int(part["recording"].nunique()),
                num_clusters=int((words > 0).sum()),
                small=bool(words.sum() < min_cell),
            )
        )
    return cells, samples


def _gaps(
    cells: Sequence[SliceScore], samples: Mapping[int, Floats], num_clusters: int
) -> list[Gap]:
    gaps = []
    for system in sorted({cell.system for cell in cells}):
        own = [
            (cell.wer, index)
            for index, cell in enumerate(cells)
            if cell.system == system and not cell.small and cell.wer is not None
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
                gap_interval=interval(spread, min(involved, num_clusters)),
                ratio=round(high / low, 4) if low else None,
            )
        )
    return gaps
