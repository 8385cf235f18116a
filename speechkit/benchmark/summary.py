"""Sums over recordings: the leaderboard's rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from speechkit.benchmark.der import DiarizationErrors
from speechkit.benchmark.errors import ErrorRate, rate
from speechkit.benchmark.intervals import (
    draw_weights,
    interval,
    rank_intervals,
    rates,
    sum_by_cluster,
)
from speechkit.benchmark.results import (
    ClinicalCount,
    PassageCount,
    RecordingScore,
    SystemScore,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

TERMS = ("drug", "condition", "symptom", "body", "care")
MEANING = ("negation", "answer", "opposite", "side", "dose", "frequency", "number")
FEW_TERMS = 50  # clinical terms below which a rate of them says nothing
# Drugs, conditions, symptoms and care in a word, below which a corpus is not clinical: consultations
# have 0.04 to 0.06, other texts under 0.005.
CLINICAL_DENSITY = 0.015
_SPECIFIC = ("drug", "condition", "symptom", "care")  # words for the body are in any novel
Fields = Mapping[tuple[str, str], Mapping[str, str]]  # (recording, speaker) → its fields
_MACRO = ("language", "collection", "participant")


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of all systems, and how often each cluster is in each bootstrap draw.

    `clusters` maps a recording to a column of `weights`, which has shape (draws, clusters).
    """

    by_system: Mapping[str, Sequence[RecordingScore]]
    clusters: Mapping[str, int]
    weights: Floats

    @classmethod
    def draw(
        cls, rows: Sequence[RecordingScore], labels: Mapping[str, str], draws: int, seed: int
    ) -> Sample:
        """Group the counts and draw the clusters that `labels` gives to the recordings."""
        by_system: dict[str, list[RecordingScore]] = {}
        for row in rows:
            by_system.setdefault(row.system, []).append(row)
        order = {label: index for index, label in enumerate(sorted(set(labels.values())))}
        clusters = {recording: order[label] for recording, label in labels.items()}
        return cls(
            by_system=by_system, clusters=clusters, weights=draw_weights(len(order), draws, seed)
        )

    def counts(
        self,
        system: str,
        of: Callable[[RecordingScore], tuple[float, float]],
        keep: frozenset[str] | None = None,
    ) -> tuple[Floats, Floats]:
        """Return (errors, lengths) a cluster of what `of` returns for each recording."""
        own = [r for r in self.by_system[system] if keep is None or r.recording in keep]
        index = [self.clusters[row.recording] for row in own]
        pairs = np.array([of(row) for row in own], dtype=np.float64).reshape(-1, 2)
        size = self.weights.shape[1]
        return sum_by_cluster(index, pairs[:, 0], size), sum_by_cluster(index, pairs[:, 1], size)

    def interval(
        self, system: str, of: Callable[[RecordingScore], tuple[float, float]]
    ) -> tuple[float, float] | None:
        """Return the interval of a rate."""
        errors, lengths = self.counts(system, of)
        return interval(rates(self.weights, errors, lengths), int((lengths > 0).sum()))


def system_scores(sample: Sample, names: Sequence[str], fields: Fields) -> list[SystemScore]:
    """Return the leaderboard, best WER first; systems with identical output share a rank."""
    wers = {name: _total(sample.by_system[name]).rate for name in names}
    ordered = sorted(names, key=lambda n: (wers[n] is None, wers[n] or 0.0, n))
    columns = [sample.counts(name, word_counts) for name in ordered]
    errors = np.stack([column[0] for column in columns], axis=1)
    lengths = np.stack([column[1] for column in columns], axis=1)
    drawn = rates(sample.weights, errors, lengths)
    ranks = rank_intervals(drawn, sample.weights.shape[1])
    places: dict[tuple[tuple[str, str], ...], int] = {}
    rows = []
    for index, name in enumerate(ordered):
        place = places.setdefault(output_of(sample.by_system[name]), index + 1)
        row = _row(sample, name, drawn[:, index], fields)
        rows.append(msgspec.structs.replace(row, rank=place, rank_interval=ranks[index]))
    return rows


def output_of(rows: Iterable[RecordingScore]) -> tuple[tuple[str, str], ...]:
    """Return what tells a system's output from another's: a digest a recording."""
    return tuple(sorted((row.recording, row.output) for row in rows))


def _row(sample: Sample, name: str, drawn: Floats, fields: Fields) -> SystemScore:
    rows = sample.by_system[name]
    words = _total(rows)
    spoken = [row.speakers for row in rows if row.speakers is not None]
    per_recording = [row.errors / row.words for row in rows if row.words]
    per_recording += [0.0 for row in rows if not row.words and not row.errors]
    used = {sample.clusters[row.recording] for row in rows if row.words}
    return SystemScore(
        system=name,
        wer=_round(words.rate),
        wer_interval=interval(drawn, len(used)),
        rank=0,
        rank_interval=None,
        mean_recording_wer=_round(rate(sum(per_recording), len(per_recording))),
        macro=_macro(rows, fields),
        cer=_round(
            rate(sum(row.character_errors for row in rows), sum(row.num_characters for row in rows))
        ),
        mer=_round(words.match_error_rate),
        wil=_round(words.information_lost),
        substitutions=words.substitutions,
        deletions=words.deletions,
        insertions=words.insertions,
        num_words=words.length,
        num_recordings=len(rows),
        normalizer="+".join(sorted({row.normalizer for row in rows})),
        unit="+".join(sorted({row.unit for row in rows})),
        cpwer=_round(sum(spoken, ErrorRate.zero()).rate) if spoken else None,
        cpwer_interval=sample.interval(name, _speaker_counts) if spoken else None,
        tcpwer=_rate_of(row.timed for row in rows),
        orcwer=_rate_of(row.streams for row in rows),
        passages=_passages(rows),
        taxonomy=_added(row.taxonomy for row in rows),
        backchannel_recall=_share([row.short_turns for row in rows]),
        role_accuracy=_share([row.roles for row in rows]),
        **_diarization_fields(rows),
        **_clinical_fields(sample, name),
    )


def _macro(rows: Sequence[RecordingScore], fields: Fields) -> dict[str, float]:
    """Return the mean WER over the values of a field, each counting alike, where it has several."""
    found = {}
    for name in _MACRO:
        totals: dict[str, ErrorRate] = {}
        for row in rows:
            for speaker, counts in row.by_speaker.items():
                if value := fields.get((row.recording, speaker), {}).get(name, ""):
                    totals[value] = totals.get(value, ErrorRate.zero()) + counts
        known = [total.rate for total in totals.values() if total.rate is not None]
        if len(known) > 1:
            found[name] = round(sum(known) / len(known), 6)
    return found


def _diarization_fields(rows: Sequence[RecordingScore]) -> dict[str, Any]:
    known = [row.diarization for row in rows if row.diarization is not None]
    if not known:
        return {}
    turns = sum(known, DiarizationErrors())
    return {
        "der": _round(turns.rate),
        "der_collar_025": _round(turns.collar_rate),
        "der_missed": _round(rate(turns.missed, turns.total)),
        "der_false_alarm": _round(rate(turns.false_alarm, turns.total)),
        "der_confusion": _round(rate(turns.confusion, turns.total)),
        "der_scored_seconds": round(turns.scored_seconds, 3),
        "jer": _round(turns.jaccard_rate),
        "short_turn_recall": _round(turns.short_turn_recall),
    }


def _clinical_fields(sample: Sample, system: str) -> dict[str, Any]:
    rows = [row for row in sample.by_system[system] if row.clinical]
    if not rows:
        return {}
    kinds: dict[str, ClinicalCount] = {}
    for row in rows:
        for kind, number in row.clinical.items():
            kinds[kind] = kinds.get(kind, ClinicalCount()) + number
    figures: dict[str, Any] = {"clinical": kinds}
    specific = sum(kinds[kind].said for kind in _SPECIFIC if kind in kinds)
    if specific < CLINICAL_DENSITY * sum(row.words for row in rows):
        return figures
    for name, of in (
        ("terms", _term_counts),
        ("meaning", _meaning_counts),
        ("clinical", _clinical_counts),
    ):
        counts = [of(row) for row in rows]
        said = sum(number for _, number in counts)
        if said >= FEW_TERMS:
            figures[f"{name}_error"] = _round(rate(sum(errors for errors, _ in counts), said))
            figures[f"{name}_interval"] = sample.interval(system, of)
    weighted = [row.clinical_weighted for row in rows]
    if "clinical_error" in figures:
        figures["clinical_weighted"] = _round(
            rate(sum(e for e, _ in weighted), sum(n for _, n in weighted))
        )
    return figures


def _passages(rows: Sequence[RecordingScore]) -> dict[str, PassageCount]:
    found: dict[str, PassageCount] = {}
    for row in rows:
        for kind, number in row.passages.items():
            before = found.get(kind, PassageCount())
            found[kind] = PassageCount(
                passages=before.passages + number.passages, words=before.words + number.words
            )
    return dict(sorted(found.items()))


def _rate_of(counts: Iterable[ErrorRate | None]) -> float | None:
    known = [each for each in counts if each is not None]
    return _round(sum(known, ErrorRate.zero()).rate) if known else None


def _added(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return dict(sorted(total.items()))


def _share(pairs: Sequence[tuple[int, int]]) -> float | None:
    part, whole = sum(a for a, _ in pairs), sum(b for _, b in pairs)
    return round(part / whole, 6) if whole else None


def _clinical_counts(row: RecordingScore) -> tuple[float, float]:
    return _counts_of(row, row.clinical)


def _term_counts(row: RecordingScore) -> tuple[float, float]:
    return _counts_of(row, TERMS)


def _meaning_counts(row: RecordingScore) -> tuple[float, float]:
    return _counts_of(row, MEANING)


def _counts_of(row: RecordingScore, names: Iterable[str]) -> tuple[float, float]:
    kinds = [row.clinical[name] for name in names if name in row.clinical]
    return sum(kind.lost + kind.invented for kind in kinds), sum(kind.said for kind in kinds)


def words_of(row: RecordingScore) -> ErrorRate:
    """Return the word counts of a row."""
    return ErrorRate(
        substitutions=row.substitutions,
        deletions=row.deletions,
        insertions=row.insertions,
        hits=row.words - row.substitutions - row.deletions,
    )


def _total(rows: Sequence[RecordingScore]) -> ErrorRate:
    return sum(map(words_of, rows), ErrorRate.zero())


def word_counts(row: RecordingScore) -> tuple[float, float]:
    """Return errors and reference words of a row."""
    return row.errors, row.words


def _speaker_counts(row: RecordingScore) -> tuple[float, float]:
    return (row.speakers.errors, row.speakers.length) if row.speakers else (0, 0)


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
