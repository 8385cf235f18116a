"""Sums over recordings: the leaderboard's rows, and which differences between them hold."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from speechkit.benchmark.counts import Tally
from speechkit.benchmark.der import DiarizationErrors
from speechkit.benchmark.errors import ErrorRate, rate
from speechkit.benchmark.intervals import (
    draw_weights,
    holm,
    interval,
    intervals,
    p_value,
    rank_intervals,
    rates,
    sum_by_cluster,
)
from speechkit.benchmark.results import ClinicalCount, Pair, PassageCount, SystemScore

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of all systems, and how often each cluster is in each bootstrap draw.

    `clusters` maps a recording to a column of `weights`, which has shape (draws, clusters).
    """

    by_system: Mapping[str, Sequence[Tally]]
    clusters: Mapping[str, int]
    weights: Floats

    @classmethod
    def draw(
        cls, tallies: Sequence[Tally], labels: Mapping[str, str], draws: int, seed: int
    ) -> Sample:
        """Group the counts and draw the clusters that `labels` gives to the recordings."""
        by_system: dict[str, list[Tally]] = {}
        for tally in tallies:
            by_system.setdefault(tally.system, []).append(tally)
        order = {label: index for index, label in enumerate(sorted(set(labels.values())))}
        clusters = {recording: order[label] for recording, label in labels.items()}
        return cls(
            by_system=by_system, clusters=clusters, weights=draw_weights(len(order), draws, seed)
        )

    def counts(
        self,
        system: str,
        of: Callable[[Tally], tuple[float, float]],
        keep: frozenset[str] | None = None,
    ) -> tuple[Floats, Floats]:
        """Return (errors, lengths) a cluster of what `of` returns for each recording."""
        own = [t for t in self.by_system[system] if keep is None or t.recording in keep]
        index = [self.clusters[tally.recording] for tally in own]
        pairs = np.array([of(tally) for tally in own], dtype=np.float64).reshape(-1, 2)
        size = self.weights.shape[1]
        return sum_by_cluster(index, pairs[:, 0], size), sum_by_cluster(index, pairs[:, 1], size)

    def interval(
        self, system: str, of: Callable[[Tally], tuple[float, float]]
    ) -> tuple[float, float] | None:
        """Return the interval of a rate."""
        errors, lengths = self.counts(system, of)
        return interval(rates(self.weights, errors, lengths), int((lengths > 0).sum()))


def system_scores(sample: Sample, names: Sequence[str]) -> list[SystemScore]:
    """Return the leaderboard, best WER first."""
    wers = {name: _total(sample.by_system[name]).rate for name in names}
    ordered = sorted(names, key=lambda n: (wers[n] is None, wers[n] or 0.0, n))
    columns = [sample.counts(name, _word_counts) for name in ordered]
    errors = np.stack([column[0] for column in columns], axis=1)
    lengths = np.stack([column[1] for column in columns], axis=1)
    drawn = rates(sample.weights, errors, lengths)
    ranks = rank_intervals(drawn, sample.weights.shape[1])
    return [
        _row(sample, name, place, drawn[:, place - 1], ranks[place - 1])
        for place, name in enumerate(ordered, 1)
    ]


def pair_scores(sample: Sample, ordered: Sequence[str]) -> list[Pair]:
    """Compare every two systems on the recordings both have."""
    having = {name: frozenset(t.recording for t in sample.by_system[name]) for name in ordered}
    # Systems with the same recordings are compared together: few are without some.
    drawn: dict[tuple[str, frozenset[str]], tuple[float, Floats, int]] = {}

    def rate_on(name: str, both: frozenset[str]) -> tuple[float, Floats, int]:
        if (name, both) not in drawn:
            errors, lengths = sample.counts(name, _word_counts, both)
            total = float(lengths.sum())
            drawn[name, both] = (
                float(errors.sum()) / total if total else math.nan,
                rates(sample.weights, errors, lengths),
                int((lengths > 0).sum()),
            )
        return drawn[name, both]

    found: list[Pair] = []
    samples: list[Floats] = []
    for first, second in combinations(ordered, 2):
        both = having[first] & having[second]
        a, drawn_a, clusters = rate_on(first, both)
        b, drawn_b, _ = rate_on(second, both)
        if math.isnan(a):
            continue
        better, worse = (first, second) if b >= a else (second, first)
        spread = drawn_b - drawn_a if b >= a else drawn_a - drawn_b
        samples.append(spread)
        found.append(
            Pair(
                better=better,
                worse=worse,
                difference=round(abs(b - a), 6),
                interval=None,
                p_value=p_value(abs(b - a), spread, clusters),
                num_clusters=clusters,
            )
        )
    corrected = holm([pair.p_value for pair in found])
    bounds = _intervals(samples, [pair.num_clusters for pair in found])
    return [
        msgspec.structs.replace(pair, p_value=p, interval=interval_)
        for pair, p, interval_ in zip(found, corrected, bounds, strict=True)
    ]


def _intervals(
    samples: Sequence[Floats], clusters: Sequence[int]
) -> list[tuple[float, float] | None]:
    """Return each one's interval; those of equal number of clusters and no gaps in one go."""
    found: list[tuple[float, float] | None] = [None] * len(samples)
    alike: dict[int, list[int]] = {}
    for index, (sample, number) in enumerate(zip(samples, clusters, strict=True)):
        if np.isnan(sample).any():
            found[index] = interval(sample, number)
        else:
            alike.setdefault(number, []).append(index)
    for number, indices in alike.items():
        stacked = np.stack([samples[index] for index in indices], axis=1)
        for index, bounds in zip(indices, intervals(stacked, number), strict=True):
            found[index] = bounds
    return found


def _row(
    sample: Sample, name: str, place: int, drawn: Floats, ranks: tuple[int, int] | None
) -> SystemScore:
    tallies = sample.by_system[name]
    words = _total(tallies)
    spoken = [t.speakers for t in tallies if t.speakers is not None]
    per_recording = [t.words.rate for t in tallies if t.words.rate is not None]
    used = {sample.clusters[t.recording] for t in tallies if t.words.length}
    return SystemScore(
        system=name,
        wer=_round(words.rate),
        wer_interval=interval(drawn, len(used)),
        rank=place,
        rank_interval=ranks,
        mean_recording_wer=_round(rate(sum(per_recording), len(per_recording))),
        cer=_round(
            rate(sum(t.character_errors for t in tallies), sum(t.num_characters for t in tallies))
        ),
        mer=_round(words.match_error_rate),
        wil=_round(words.information_lost),
        substitutions=words.substitutions,
        deletions=words.deletions,
        insertions=words.insertions,
        num_words=words.length,
        num_recordings=len(tallies),
        normalizer="+".join(sorted({t.normalizer for t in tallies})),
        unit="+".join(sorted({t.unit for t in tallies})),
        cpwer=_round(sum(spoken, ErrorRate.zero()).rate) if spoken else None,
        cpwer_interval=sample.interval(name, _speaker_counts) if spoken else None,
        **_meeting_fields(tallies),
        passages=_passage_counts(tallies),
        taxonomy=_added(t.taxonomy for t in tallies),
        backchannel_recall=_share(
            sum(t.short_kept for t in tallies), sum(t.short_said for t in tallies)
        ),
        role_accuracy=_share(
            sum(t.roles_right for t in tallies), sum(t.roles_known for t in tallies)
        ),
        **_diarization_fields(tallies),
        **_clinical_fields(sample, name),
    )


def _diarization_fields(tallies: Sequence[Tally]) -> dict[str, Any]:
    known = [tally.diarization for tally in tallies if tally.diarization is not None]
    if not known:
        return {}
    turns = sum(known, DiarizationErrors())
    return {
        "der": _round(turns.rate),
        "der_collar_025": _round(turns.collar_rate),
        "der_missed": _round(rate(turns.missed, turns.total)),
        "der_false_alarm": _round(rate(turns.false_alarm, turns.total)),
        "der_confusion": _round(rate(turns.confusion, turns.total)),
        "jer": _round(turns.jaccard_rate),
        "short_turn_recall": _round(turns.short_turn_recall),
    }


def _clinical_fields(sample: Sample, name: str) -> dict[str, Any]:
    tallies = [tally for tally in sample.by_system[name] if tally.clinical]
    if not tallies:
        return {}
    kinds: dict[str, ClinicalCount] = {}
    for tally in tallies:
        for kind, number in tally.clinical.items():
            kinds[kind] = kinds.get(kind, ClinicalCount()) + number
    counts = [_clinical_counts(tally) for tally in tallies]
    weighted = [tally.clinical_weighted for tally in tallies]
    return {
        "clinical": kinds,
        "clinical_error": _round(rate(sum(e for e, _ in counts), sum(n for _, n in counts))),
        "clinical_interval": sample.interval(name, _clinical_counts),
        "clinical_weighted": _round(rate(sum(e for e, _ in weighted), sum(n for _, n in weighted))),
    }


def _meeting_fields(tallies: Sequence[Tally]) -> dict[str, Any]:
    known = [tally.meeting for tally in tallies if tally.meeting is not None]
    timed = [one.timed for one in known if one.timed is not None]
    streams = [one.streams for one in known if one.streams is not None]
    return {
        "tcpwer": _round(sum(timed, ErrorRate.zero()).rate) if timed else None,
        "orcwer": _round(sum(streams, ErrorRate.zero()).rate) if streams else None,
    }


def _passage_counts(tallies: Sequence[Tally]) -> dict[str, PassageCount]:
    found: dict[str, PassageCount] = {}
    for tally in tallies:
        for passage in tally.passages:
            before = found.get(passage.kind, PassageCount())
            found[passage.kind] = PassageCount(
                passages=before.passages + 1, words=before.words + passage.num_words
            )
    return dict(sorted(found.items()))


def _added(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return dict(sorted(total.items()))


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 6) if whole else None


def _clinical_counts(tally: Tally) -> tuple[float, float]:
    kinds = tally.clinical.values()
    return sum(kind.lost + kind.invented for kind in kinds), sum(kind.said for kind in kinds)


def _total(tallies: Sequence[Tally]) -> ErrorRate:
    return sum((tally.words for tally in tallies), ErrorRate.zero())


def _word_counts(tally: Tally) -> tuple[float, float]:
    return tally.words.errors, tally.words.length


def _speaker_counts(tally: Tally) -> tuple[float, float]:
    return (tally.speakers.errors, tally.speakers.length) if tally.speakers else (0, 0)


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
