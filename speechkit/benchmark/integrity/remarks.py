"""Remarks on a whole result, from its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from speechkit.benchmark.results import RecordingScore, Remark, SystemScore, Unit
from speechkit.benchmark.summary import output_of

_APART = 0.02  # a difference of mean and pooled WER that a reader should know of
_SOURCES = ("language", "collection", "corpus", "site")


def remarks_on(
    rows: Sequence[RecordingScore],
    units: Sequence[Unit],
    systems: Sequence[SystemScore],
    by: Sequence[tuple[str, ...]],
) -> list[Remark]:
    """Return what must be known before the figures are believed."""
    return [*_silent(rows), *_copies(rows), *_means(systems), *_confounded(units, by)]


def remarks_once(remarks: Iterable[Remark]) -> list[Remark]:
    """Return remarks of one kind and wording once a system, naming how many recordings have it."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for remark in remarks:
        key = remark.kind, remark.system, remark.text
        groups.setdefault(key, []).append(remark.recording)
    found = []
    for (kind, system, text), names in groups.items():
        more = f" and {len(names) - 1} more recordings" if len(names) > 1 else ""
        found.append(Remark(kind=kind, system=system, text=text, recording=f"{names[0]}{more}"))
    return found


def _silent(rows: Sequence[RecordingScore]) -> list[Remark]:
    """Remark on systems that wrote not one word of recordings in which words were said."""
    spoken = Counter(row.system for row in rows if row.words)
    silent = Counter(
        row.system for row in rows if 0 < row.words == row.deletions and not row.insertions
    )
    return [
        Remark(
            kind="nothing written",
            system=system,
            text=f"wrote nothing in {number} of {spoken[system]} recordings, which count as left "
            "out; check that it ran to the end and that these are its files",
        )
        for system, number in sorted(silent.items())
    ]


def _copies(rows: Sequence[RecordingScore]) -> list[Remark]:
    by_system: dict[str, list[RecordingScore]] = {}
    for row in rows:
        by_system.setdefault(row.system, []).append(row)
    same: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for system, own in by_system.items():
        same.setdefault(output_of(own), []).append(system)
    return [
        Remark(
            kind="identical output",
            system=names[0],
            text=f"{', '.join(names)} wrote the same words in every recording: they share a rank; "
            "check that they are not one system under several names",
        )
        for names in same.values()
        if len(names) > 1
    ]


def _means(systems: Sequence[SystemScore]) -> list[Remark]:
    return [
        Remark(
            kind="mean and pooled WER",
            system=row.system,
            text=f"the mean of the recordings' WER is {100 * row.mean_recording_wer:.1f} %, the "
            f"pooled one {100 * row.wer:.1f} %: a few recordings go very wrong, look at the worst",
        )
        for row in systems
        if row.wer is not None
        and row.mean_recording_wer is not None
        and abs(row.mean_recording_wer - row.wer) > max(_APART, 0.2 * row.wer)
    ]


def _confounded(units: Sequence[Unit], by: Sequence[tuple[str, ...]]) -> list[Remark]:
    """Remark on fields whose values each come from one language or collection of their own."""
    found = []
    for name in dict.fromkeys(name for names in by for name in names):
        for source in _SOURCES:
            if source == name:
                continue
            seen: dict[str, set[str]] = {}
            for unit in units:
                value, origin = unit.fields.get(name), unit.fields.get(source)
                if value and origin:
                    seen.setdefault(value, set()).add(origin)
            origins = set().union(*seen.values()) if seen else set()
            if len(seen) > 1 and len(origins) > 1 and all(len(own) == 1 for own in seen.values()):
                found.append(
                    Remark(
                        kind="confounded",
                        system="",
                        text=f"each value of {name} occurs in one {source} only: differences by "
                        f"{name} may be differences by {source}",
                    )
                )
    return found
