"""Leaderboards that others published, read from a copy of their repository and counted again.

    primock57           github.com/Omi-Health/medical-STT-eval: a transcript a file, figures in JSON
    afrispeech-200      github.com/intron-innovation/AfriSpeech-200: a CSV a system in results/
    afrispeech-dialog   github.com/intron-innovation/AfriSpeech-Dialog: a CSV a system in results/asr/

Nothing is fetched: the folder is there already, under the license it came with.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from speechkit.benchmark.results import Scores
from speechkit.benchmark.types import Hypothesis, Reference, System
from speechkit.core.errors import InputError, UsageError, did_you_mean
from speechkit.core.types import Segment
from speechkit.formats.tables import Table, read_table
from speechkit.workflows.score_inputs import read_references, read_systems


class PublishedFigure(msgspec.Struct, frozen=True, kw_only=True):
    """What was published of a system: one WER for all, and that of each recording (fractions)."""

    wer: float | None
    by_recording: Mapping[str, float]


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """A leaderboard as it was published. `normalizer` is ours that counts as it does; `left_out`
    says of each file that was not read why."""

    normalizer: str
    references: Mapping[str, Reference]
    systems: tuple[System, ...]
    figures: Mapping[str, PublishedFigure]
    left_out: tuple[str, ...] = ()


class CountedAgain(msgspec.Struct, frozen=True, kw_only=True):
    """A system's published WER beside its mean over recordings and its pooled WER here, and how far
    the farthest recording is from its published figure (fractions)."""

    system: str
    num_recordings: int
    published: float | None
    mean: float | None
    pooled: float | None
    farthest: float | None


def read_published(name: str, folder: Path) -> Published:
    """Read a published leaderboard.

    Raises:
        UsageError: for a list that is not known, or a folder that is not laid out like it.
        InputError: for a malformed file.
    """
    if name not in LISTS:
        raise UsageError(f"no published list {name!r}; {did_you_mean(name, LISTS)}")
    return LISTS[name](folder)


def count_again(published: Published, scores: Scores) -> tuple[CountedAgain, ...]:
    """Compare what was published with what was counted here, system by system."""
    rows = []
    for row in scores.systems:
        figure = published.figures.get(row.system)
        known = figure.by_recording if figure else {}
        apart = [
            abs(one.errors / one.words - known[one.recording])
            for one in scores.recordings
            if one.system == row.system and one.words and one.recording in known
        ]
        rows.append(
            CountedAgain(
                system=row.system,
                num_recordings=row.num_recordings,
                published=figure.wer if figure else None,
                mean=row.mean_recording_wer,
                pooled=row.wer,
                farthest=max(apart, default=None),
            )
        )
    return tuple(rows)


class _Totals(msgspec.Struct):
    average_wer: float


class _File(msgspec.Struct):
    file: str
    wer: float


class _Metrics(msgspec.Struct):
    """`results/metrics/<system>_wer.json`."""

    wer_metrics: _Totals
    file_details: list[_File] = []


def _primock57(folder: Path) -> Published:
    said, wrote = folder / "data" / "cleaned_transcripts", folder / "results" / "transcripts"
    for part in (said, wrote):
        if not part.is_dir():
            raise UsageError(
                f"{folder}: no {part.relative_to(folder)}/; is it a copy of medical-STT-eval?"
            )
    references = read_references(str(said))
    systems = read_systems((str(wrote),), references)
    figures, left_out = {}, []
    for system in systems:
        path = folder / "results" / "metrics" / f"{system.name}_wer.json"
        if not path.is_file():
            left_out.append(f"{system.name}: no figures in {path.relative_to(folder)}")
            continue
        figures[system.name] = _metrics(path)
    return Published(
        normalizer="en@2",
        references=references,
        systems=tuple(systems),
        figures=figures,
        left_out=tuple(left_out),
    )


def _metrics(path: Path) -> PublishedFigure:
    try:
        metrics = msgspec.json.decode(path.read_bytes(), type=_Metrics)
    except msgspec.MsgspecError as error:
        raise InputError(f"{path}: not the figures of medical-STT-eval ({error})") from error
    return PublishedFigure(
        wer=metrics.wer_metrics.average_wer,
        by_recording={
            one.file.removesuffix("_conversation_transcript.txt") + "_pure_text": one.wer
            for one in metrics.file_details
        },
    )


_RESULT = re.compile(
    r"(?:intron-open-\w+?-)?(?P<system>.+?)(?:-AfriSpeech-Dialog)?-wer-(?P<wer>[\d.]+)-\d+"
)
_SAID, _WROTE = ("reference", "transcript"), ("hypothesis", "predictions")
_NAMES = ("audio_ids", "audio_id", "audio_paths", "audio_path")
_FIELDS = {
    "accent": "accent", "age_group": "age_group", "country": "country", "domain": "domain",
    "gender": "gender", "user_ids": "participant",
}  # fmt: skip


def _afrispeech(below: str) -> Callable[[Path], Published]:
    def read(folder: Path) -> Published:
        paths = sorted((folder / below).glob("*.csv"))
        if not paths:
            raise UsageError(f"{folder}: no tables in {below}/; is it a copy of the repository?")
        references: dict[str, Reference] = {}
        systems: list[System] = []
        figures: dict[str, PublishedFigure] = {}
        left_out: list[str] = []
        named = Counter(match["system"] for p in paths if (match := _RESULT.fullmatch(p.stem)))
        for path in paths:
            match = _RESULT.fullmatch(path.stem)
            if match is None:
                left_out.append(f"{path.name}: not called …-wer-<figure>-<number>.csv")
                continue
            table = read_table(path)
            said, wrote, name = (_column(table, c) for c in (_SAID, _WROTE, _NAMES))
            if not (said and wrote and name):
                left_out.append(f"{path.name}: no column of what was said, written, or of names")
                continue
            # Runs of one system on other numbers of clips are told apart by their file.
            system = match["system"] if named[match["system"]] == 1 else path.stem
            known, hypotheses = {}, {}
            for row in table.rows:
                recording = Path(row.cells[name]).stem
                fields = {to: row.cells.get(own, "") for own, to in _FIELDS.items()}
                references.setdefault(
                    recording,
                    Reference(
                        segments=_segments(row.cells[said]),
                        language="en",
                        fields={key: value for key, value in fields.items() if value},
                    ),
                )
                hypotheses[recording] = Hypothesis(segments=_segments(row.cells[wrote]))
                known[recording] = _number(path, row.line, row.cells.get("wer", ""))
            systems.append(System(name=system, hypotheses=hypotheses))
            figures[system] = PublishedFigure(
                wer=float(match["wer"]),
                by_recording={key: value for key, value in known.items() if value is not None},
            )
        return Published(
            normalizer="en@1",
            references=references,
            systems=tuple(systems),
            figures=figures,
            left_out=tuple(left_out),
        )

    return read


def _column(table: Table, names: tuple[str, ...]) -> str:
    return next((name for name in names if name in table.columns), "")


def _segments(text: str) -> tuple[Segment, ...]:
    return (Segment(id="", start=0.0, end=0.0, text=text),)


def _number(path: Path, line: int, text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError as error:
        raise InputError(f"{path}, line {line}: the column wer holds no number") from error


LISTS: dict[str, Callable[[Path], Published]] = {
    "primock57": _primock57,
    "afrispeech-200": _afrispeech("results"),
    "afrispeech-dialog": _afrispeech("results/asr"),
}
