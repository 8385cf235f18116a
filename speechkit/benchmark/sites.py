"""A leaderboard over many sites without moving audio or text: additive counts by slice.

A site exports for each system and cell the sums of errors and words, and of their squares and
products over clusters; nothing of a single recording. Sums of sums are sums: the merged WER is the
one that scoring together would give, and its interval follows from the second moments (the ratio
estimator's linearized variance; Cochran, Sampling Techniques, 1977, §6.3). How far sites differ
beyond chance is told by Cochran's Q and I² (Higgins & Thompson, 2002).
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping, Sequence

import msgspec

from speechkit.benchmark.results import RecordingScore, Scores
from speechkit.core.errors import UsageError

COUNTS_SCHEMA = "speechkit.counts/1"
OTHER = "(other)"
FEWEST_CLUSTERS = 3  # a cell of one recording would be that recording
_NUM_SUMS = 5  # per cell: errors, words and their second moments


class Sums(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over clusters: of errors and words, their squares and their product."""

    errors: float = 0.0
    words: float = 0.0
    errors2: float = 0.0
    words2: float = 0.0
    product: float = 0.0
    clusters: int = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            **{name: getattr(self, name) + getattr(other, name) for name in self.__struct_fields__}
        )

    @property
    def rate(self) -> float | None:
        """Errors a word."""
        return self.errors / self.words if self.words > 0 else None

    @property
    def variance(self) -> float | None:
        """Variance of the rate, None from fewer than two clusters."""
        if self.rate is None or self.clusters < 2:
            return None
        spread = self.errors2 - 2 * self.rate * self.product + self.rate**2 * self.words2
        return max(spread, 0.0) / self.words**2 * self.clusters / (self.clusters - 1)


class CellCounts(msgspec.Struct, frozen=True, kw_only=True):
    """One system's sums in one cell; `by` and `value` are empty for all of it."""

    system: str
    by: str
    value: str
    sums: Sums


class SiteCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What a site exports: nothing else leaves it.

    `min_cell`: cells with fewer words, or of fewer than three clusters, are merged into "(other)".
    `epsilon`: privacy budget of the noise for one cluster, over all that is exported; 0 for none.
    """

    schema: str = COUNTS_SCHEMA
    normalizer: str
    unit: str
    min_cell: int
    epsilon: float = 0.0
    clip: int = 0
    cells: tuple[CellCounts, ...]


class MergedCell(msgspec.Struct, frozen=True, kw_only=True):
    """A pooled rate with its 95 % interval, and how far sites differ: Cochran's Q, I² (0–1)."""

    system: str
    by: str
    value: str
    wer: float | None
    wer_interval: tuple[float, float] | None
    num_words: float
    num_sites: int
    site_wers: tuple[float, ...]
    q: float | None
    i_squared: float | None


def export_counts(scores: Scores, *, epsilon: float = 0.0, clip: int = 0) -> SiteCounts:
    """Return the counts of a result that may leave a site.

    Args:
        scores: with the slices to export in its options (`by`).
        epsilon: total privacy budget of Laplace noise for one cluster (a recording, or a person
            where clusters are people); 0 for none.
        clip: words and errors that one cluster adds at most; needed with noise.

    Raises:
        UsageError: if noise is asked for without a bound, if normalizers are mixed, or if there are
            fewer than three clusters.
    """
    if epsilon and clip < 1:
        raise UsageError("noise needs a bound on what one recording adds: say how many words")
    if scores.num_clusters < FEWEST_CLUSTERS:
        raise UsageError(
            f"counts of fewer than {FEWEST_CLUSTERS} {scores.clustered_by}s would be those of single "
            "ones: nothing is exported"
        )
    rules = {row.normalizer for row in scores.systems}
    if len(rules) != 1:
        raise UsageError(f"counts of one normalizer only can be merged, not {sorted(rules)}")
    fields = {(unit.recording, unit.speaker): unit.fields for unit in scores.units}
    cells: dict[tuple[str, str, str], dict[str, list[float]]] = {}
    for row in scores.recordings:
        for by in ("", *scores.options.by):
            for value, errors, words in _parts(row, by, fields):
                own = cells.setdefault((row.system, by, value), {})
                pair = own.setdefault(row.cluster, [0.0, 0.0])
                pair[0] += errors
                pair[1] += words
    merged = _without_small(cells, scores.options.min_cell)
    noise = _Laplace(epsilon, clip, num_slicings=1 + len(scores.options.by)) if epsilon else None
    return SiteCounts(
        normalizer=rules.pop(),
        unit=scores.systems[0].unit,
        min_cell=scores.options.min_cell,
        epsilon=epsilon,
        clip=clip,
        cells=tuple(
            CellCounts(system=system, by=by, value=value, sums=_sums(own, clip, noise))
            for (system, by, value), own in sorted(merged.items())
        ),
    )


def _parts(
    row: RecordingScore, by: str, fields: Mapping[tuple[str, str], Mapping[str, str]]
) -> list[tuple[str, int, int]]:
    if not by:
        return [("", row.errors, row.words)]
    found = []
    for speaker, counts in row.by_speaker.items():
        own = fields.get((row.recording, speaker), {})
        value = " × ".join(own.get(name, "") or "(not given)" for name in by.split("*"))
        found.append((value, counts.errors, counts.length))
    return found


def _without_small(
    cells: Mapping[tuple[str, str, str], Mapping[str, list[float]]], min_cell: int
) -> dict[tuple[str, str, str], dict[str, list[float]]]:
    """Merge cells of few words into "(other)"; where that stays small, it is left out."""
    words: dict[tuple[str, str], float] = {}
    clusters: dict[tuple[str, str], int] = {}
    for (_, by, value), own in cells.items():
        total = sum(pair[1] for pair in own.values())
        words[by, value] = min(words.get((by, value), math.inf), total)
        clusters[by, value] = min(clusters.get((by, value), len(own)), len(own))
    merged: dict[tuple[str, str, str], dict[str, list[float]]] = {}
    for (system, by, value), own in cells.items():
        large = words[by, value] >= min_cell and clusters[by, value] >= FEWEST_CLUSTERS
        target = value if not by or large else OTHER
        into = merged.setdefault((system, by, target), {})
        for cluster, (errors, number) in own.items():
            pair = into.setdefault(cluster, [0.0, 0.0])
            pair[0] += errors
            pair[1] += number
    return {
        key: own
        for key, own in merged.items()
        if key[2] != OTHER
        or (len(own) >= FEWEST_CLUSTERS and sum(pair[1] for pair in own.values()) >= min_cell)
    }


def _sums(own: Mapping[str, Sequence[float]], clip: int, noise: _Laplace | None) -> Sums:
    pairs = [(min(e, clip), min(n, clip)) if clip else (e, n) for e, n in own.values()]
    sums = {
        "errors": sum(e for e, _ in pairs),
        "words": sum(n for _, n in pairs),
        "errors2": sum(e * e for e, _ in pairs),
        "words2": sum(n * n for _, n in pairs),
        "product": sum(e * n for e, n in pairs),
    }
    if noise is not None:
        sums = {name: value + noise.draw(name) for name, value in sums.items()}
    return Sums(clusters=len(pairs), **sums)


class _Laplace:
    """Noise that makes each cluster's part in the export differentially private.

    A cluster adds to one cell a slicing at most `clip` to each sum (its square to the second
    moments); the budget is shared evenly by the sums and the slicings.
    """

    def __init__(self, epsilon: float, clip: int, *, num_slicings: int) -> None:
        self.share = epsilon / (_NUM_SUMS * num_slicings)
        self.clip = clip

    def draw(self, name: str) -> float:
        bound = self.clip if name in ("errors", "words") else self.clip**2
        # secrets: noise that can be guessed hides nothing.
        uniform = (secrets.randbelow(2**53 - 1) + 1) / 2**53 - 0.5
        return -bound / self.share * math.copysign(math.log(1 - 2 * abs(uniform)), uniform)


def merge_counts(sites: Sequence[SiteCounts]) -> list[MergedCell]:
    """Return pooled rates over sites, the whole first, best system first.

    Raises:
        UsageError: with fewer than two sites, or if they used different normalizers.
    """
    if len(sites) < 2:
        raise UsageError("merging takes the counts of two sites or more")
    rules = {site.normalizer for site in sites}
    if len(rules) > 1:
        raise UsageError(f"sites used different normalizers: {', '.join(sorted(rules))}")
    cells: dict[tuple[str, str, str], list[Sums]] = {}
    for site in sites:
        for cell in site.cells:
            cells.setdefault((cell.by, cell.value, cell.system), []).append(cell.sums)
    rows = [_merged(key, own) for key, own in cells.items()]
    return sorted(rows, key=lambda row: (row.by, row.value, row.wer or 0.0, row.system))


def _merged(key: tuple[str, str, str], own: Sequence[Sums]) -> MergedCell:
    by, value, system = key
    total = sum(own, Sums())
    rate, variance = total.rate, total.variance
    bounds = None
    if rate is not None and variance is not None:
        half = 1.96 * math.sqrt(variance)
        bounds = (round(max(rate - half, 0.0), 4), round(rate + half, 4))
    q, i_squared = _heterogeneity(own)
    return MergedCell(
        system=system,
        by=by,
        value=value,
        wer=None if rate is None else round(rate, 6),
        wer_interval=bounds,
        num_words=round(total.words, 1),
        num_sites=len(own),
        site_wers=tuple(round(sums.rate, 6) for sums in own if sums.rate is not None),
        q=q,
        i_squared=i_squared,
    )


def _heterogeneity(own: Sequence[Sums]) -> tuple[float | None, float | None]:
    known = [(s.rate, s.variance) for s in own if s.rate is not None and s.variance]
    if len(known) < 2:
        return None, None
    weights = [1 / variance for _, variance in known if variance]
    rates = [rate for rate, _ in known if rate is not None]
    mean = sum(w * r for w, r in zip(weights, rates, strict=True)) / sum(weights)
    q = sum(w * (r - mean) ** 2 for w, r in zip(weights, rates, strict=True))
    return round(q, 4), round(max(0.0, (q - (len(known) - 1)) / q), 4) if q else 0.0
