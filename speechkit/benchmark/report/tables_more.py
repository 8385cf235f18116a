"""Further tables of the page: sorts of words, passages, who is in the corpus, misses to read."""

from __future__ import annotations

from speechkit.benchmark.report.charts import level
from speechkit.benchmark.report.tables import Cell, Table, number, percent
from speechkit.benchmark.results import Scores, SystemScore
from speechkit.benchmark.taxonomy import KINDS, SORTS

_SHOWN = 300  # rows of a list; all of them are in the CSV
_NAMES = {"substitute": "substituted", "delete": "deleted", "insert": "inserted"}
_SORTS = {
    "agreement": "yes, no, ok, oh",
    "small word": "small words",
    "number": "numbers",
    "near miss": "near misses",
    "other word": "other words",
}


def words(scores: Scores) -> Table | None:
    """One row for each system, a column a sort of error: how many in a thousand reference words."""
    keys = [f"{kind}:{sort}" for kind in KINDS for sort in SORTS]
    keys = [key for key in keys if any(key in row.taxonomy for row in scores.systems)]
    if not keys:
        return None

    def share(row: SystemScore, key: str) -> float:
        return 1000 * row.taxonomy.get(key, 0) / row.num_words if row.num_words else 0.0

    top = {key: max(share(row, key) for row in scores.systems) for key in keys}

    def title(key: str) -> str:
        kind, _, sort = key.partition(":")
        return f"{_SORTS[sort].capitalize()} {_NAMES[kind]}"

    return Table(
        caption="Errors in a thousand words, by sort of word",
        columns=("System", *map(title, keys)),
        rows=tuple(
            (
                Cell(text=row.system, value=row.system.lower()),
                *(
                    Cell(
                        text=f"{share(row, key):.1f}",
                        value=share(row, key),
                        heat=level(share(row, key), top[key]),
                    )
                    for key in keys
                ),
            )
            for row in scores.systems
        ),
    )


def passages(scores: Scores) -> Table | None:
    """One row for each system, one column for each kind of hallucination or omission."""
    kinds = sorted({kind for row in scores.systems for kind in row.passages})
    if not kinds:
        return None

    def cell(row: SystemScore, kind: str) -> Cell:
        count = row.passages.get(kind)
        if count is None:
            return Cell(text="0", value=0.0)
        return Cell(
            text=f"{count.passages:,}", note=f"{count.words:,} words", value=float(count.passages)
        )

    return Table(
        caption="Hallucinations and omissions",
        columns=("System", *(kind.capitalize() for kind in kinds)),
        rows=tuple(
            (
                Cell(text=row.system, value=row.system.lower()),
                *(cell(row, kind) for kind in kinds),
            )
            for row in scores.systems
        ),
    )


def passage_list(scores: Scores) -> Table | None:
    """Each passage with its times, the longest first; what was said only where that was kept."""
    if not scores.passages:
        return None
    longest = sorted(scores.passages, key=lambda p: -p.num_words)[:_SHOWN]
    texts = any(passage.text for passage in longest)
    more = (
        f" (the {_SHOWN} longest of {len(scores.passages):,})"
        if len(scores.passages) > _SHOWN
        else ""
    )
    return Table(
        caption=f"Passage by passage{more}",
        columns=("Recording", "System", "Kind", "From, s", "To, s", "Words")
        + (("Text",) if texts else ()),
        rows=tuple(
            (
                Cell(text=p.recording, value=p.recording),
                Cell(text=p.system, value=p.system.lower()),
                Cell(text=p.kind, value=p.kind),
                _seconds(p.start),
                _seconds(p.end),
                number(p.num_words),
                *((Cell(text=p.text, value=p.text or " ", long=True),) if texts else ()),
            )
            for p in longest
        ),
    )


def coverage(scores: Scores) -> Table | None:
    """Who is in the corpus, beside who should be."""
    if not scores.coverage:
        return None
    wanted = any(row.target is not None for row in scores.coverage)
    return Table(
        caption="Who is in the corpus",
        columns=("Field", "Value", "People", "Recordings", "Words", "Share of people %")
        + (("Target %", "Reached %") if wanted else ()),
        rows=tuple(
            (
                Cell(text=row.field, value=row.field),
                Cell(text=row.value, value=row.value),
                number(row.num_people),
                number(row.num_recordings),
                number(row.num_words),
                percent(row.share),
                *((percent(row.target), percent(row.reached)) if wanted else ()),
            )
            for row in scores.coverage
        ),
    )


def misses(scores: Scores) -> Table | None:
    """Each clinical error with the words around it, for people to read."""
    if not scores.misses:
        return None
    total = len(scores.misses)
    more = f" (the first {_SHOWN} of {total:,})" if total > _SHOWN else ""
    return Table(
        caption=f"Clinical terms lost, changed or inserted{more}",
        columns=(
            "Recording",
            "System",
            "Kind",
            "Term",
            "Lost or invented",
            "Severity",
            *(("Second judge",) if scores.judge else ()),
            "Said",
            "Written",
        ),
        rows=tuple(
            (
                Cell(text=miss.recording, value=miss.recording),
                Cell(text=miss.system, value=miss.system.lower()),
                Cell(text=miss.category, value=miss.category),
                Cell(text=miss.term, value=miss.term or " "),
                Cell(text=miss.kind, value=miss.kind),
                _level(miss.severity),
                *((_level(miss.verdict),) if scores.judge else ()),
                Cell(text=miss.reference, value=miss.reference or " ", long=True),
                Cell(text=miss.hypothesis, value=miss.hypothesis or " ", long=True),
            )
            for miss in scores.misses[:_SHOWN]
        ),
    )


def _level(severity: int | None) -> Cell:
    return Cell(
        text="" if severity is None else str(severity),
        value=-1.0 if severity is None else float(severity),
    )


def judged(scores: Scores) -> Table | None:
    """What a second judge made of each system's clinical errors."""
    if scores.judge is None:
        return None
    return Table(
        caption=f"Clinical errors as {scores.judge.model} judges them",
        columns=("System", "Clinical errors", "Serious", "Little", "Harmless", "No answer"),
        rows=tuple(
            (
                Cell(text=row.system, value=row.system.lower()),
                *(
                    Cell(text=str(number), value=float(number))
                    for number in (row.flags, row.serious, row.little, row.harmless, row.unanswered)
                ),
            )
            for row in scores.judge.systems
        ),
    )


def _seconds(value: float | None) -> Cell:
    return Cell(text="", value=-1.0) if value is None else Cell(text=f"{value:.1f}", value=value)
