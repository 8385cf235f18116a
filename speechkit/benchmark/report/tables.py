"""What the page shows, as plain rows: one place for titles, numbers and their order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import msgspec

from speechkit.benchmark.report.charts import level
from speechkit.benchmark.results import Scores, SliceScore, SystemScore

_FEW = 20  # terms below which a share is shown as a count


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown, a line below, what it sorts by, how dark a heat map draws it (0–6), and
    whether it may be broken into lines."""

    text: str
    note: str = ""
    value: float | str = ""
    heat: int | None = None
    long: bool = False


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table: the first column names the rows."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


Getter = Callable[[SystemScore], Cell]


def leaderboard(scores: Scores) -> Table:
    """One row for each system, best first; columns that hold nothing are left out."""
    columns: list[tuple[str, Getter]] = [
        ("System", lambda r: Cell(text=r.system, value=r.system.lower())),
        ("Rank", _rank),
        ("WER %", lambda r: percent(r.wer)),
        ("95 % interval", lambda r: bounds(r.wer_interval)),
        ("Cannot be told apart", lambda r: _letters(scores.groups.get(r.system, ""))),
        ("CER %", lambda r: percent(r.cer)),
        ("MER %", lambda r: percent(r.mer)),
        ("WIL %", lambda r: percent(r.wil)),
        ("Terms lost or invented %", lambda r: percent(r.terms_error)),
        ("Meaning changed %", lambda r: percent(r.meaning_error)),
        ("cpWER %", lambda r: percent(r.cpwer)),
        ("tcpWER %", lambda r: percent(r.tcpwer)),
        ("ORC-WER %", lambda r: percent(r.orcwer)),
        ("DER %", lambda r: percent(r.der)),
        ("DER over, s", lambda r: _plain(r.der_scored_seconds)),
        ("DER %, collar 0.25 s", lambda r: percent(r.der_collar_025)),
        ("JER %", lambda r: percent(r.jer)),
        ("Turns < 1 s found %", lambda r: percent(r.short_turn_recall)),
        ("Turns < 1 s written %", lambda r: percent(r.backchannel_recall)),
        ("Words to the right role %", lambda r: percent(r.role_accuracy)),
        ("Real-time factor", lambda r: _plain(r.cost.real_time_factor if r.cost else None)),
        ("Cost, US dollars", lambda r: _plain(r.cost.dollars if r.cost else None)),
        ("Peak memory, MiB", lambda r: _plain(r.cost.peak_memory_mib if r.cost else None)),
        ("Recordings", lambda r: number(r.num_recordings)),
        ("Words", lambda r: number(r.num_words)),
    ]
    return _table("Systems, best word error rate first", columns, scores.systems)


def errors(scores: Scores) -> Table:
    """How often words were substituted, deleted and inserted."""
    columns: list[tuple[str, Getter]] = [
        ("System", lambda r: Cell(text=r.system, value=r.system.lower())),
        ("Substitutions", lambda r: number(r.substitutions)),
        ("Deletions", lambda r: number(r.deletions)),
        ("Insertions", lambda r: number(r.insertions)),
        ("Mean of recordings’ WER %", lambda r: percent(r.mean_recording_wer)),
        ("DER: missed %", lambda r: percent(r.der_missed)),
        ("DER: false alarm %", lambda r: percent(r.der_false_alarm)),
        ("DER: confusion %", lambda r: percent(r.der_confusion)),
    ]
    return _table("Errors by kind", columns, scores.systems)


def clinical(scores: Scores) -> Table | None:
    """One row for each system, a column a kind of clinical term: the share said that was lost or changed."""
    kinds = list(dict.fromkeys(kind for row in scores.systems for kind in row.clinical))
    if not kinds:
        return None

    def share(kind: str) -> Getter:
        def cell(row: SystemScore) -> Cell:
            count = row.clinical.get(kind)
            if count is None or not (count.said or count.lost or count.invented):
                return Cell(text="", value=-1.0)
            if not count.said:  # meanings that were turned: there is nothing to divide by
                number = count.lost + count.invented
                return Cell(text=f"{number} times", value=float(number))
            if count.said < _FEW:  # "1 of 1" is not 100 %
                return Cell(text=f"{count.lost} of {count.said}", value=count.lost / count.said)
            rate = count.lost / count.said
            invented = f", {count.invented} invented" if count.invented else ""
            return Cell(
                text=f"{100 * rate:.1f}",
                note=f"{count.lost} of {count.said}{invented}",
                value=rate,
                heat=level(rate, 0.4),
            )

        return cell

    columns: list[tuple[str, Getter]] = [
        ("System", lambda r: Cell(text=r.system, value=r.system.lower())),
        ("Terms %", lambda r: percent(r.terms_error)),
        ("95 % interval, terms", lambda r: bounds(r.terms_interval)),
        ("Meaning %", lambda r: percent(r.meaning_error)),
        ("95 % interval, meaning", lambda r: bounds(r.meaning_interval)),
        *((kind.capitalize(), share(kind)) for kind in kinds),
    ]
    return _table("Clinical terms lost or changed, % of those said", columns, scores.systems)


def slices(scores: Scores) -> list[Table]:
    """A heat map for each slicing: a row a cell, a column a system."""
    names = [row.system for row in scores.systems]
    tables = []
    for by in dict.fromkeys(cell.by for cell in scores.slices):
        cells = [cell for cell in scores.slices if cell.by == by]
        top = max((cell.wer or 0.0 for cell in cells if not cell.small), default=0.0)
        rows: dict[str, dict[str, SliceScore]] = {}
        for cell in cells:
            rows.setdefault(" × ".join(cell.values.values()), {})[cell.system] = cell
        tables.append(
            Table(
                caption=f"Word error rate % by {by.replace('*', ' × ')}",
                columns=(by.replace("*", " × "), "Words", *names),
                rows=tuple(
                    (
                        Cell(text=value, value=value),
                        number(max(cell.num_words for cell in row.values())),
                        *(_slice_cell(row.get(name), top) for name in names),
                    )
                    for value, row in rows.items()
                ),
            )
        )
    return tables


def diarization_slices(scores: Scores) -> list[Table]:
    """Diarization errors for each slicing whose values hold of whole recordings."""
    names = [row.system for row in scores.systems]
    known: dict[str, dict[str, dict[str, Cell]]] = {}
    for cell in scores.slices:
        if cell.der is not None:
            row = known.setdefault(cell.by, {}).setdefault(" × ".join(cell.values.values()), {})
            row[cell.system] = Cell(text=f"{100 * cell.der:.1f}", value=cell.der)
    nothing = Cell(text="", value=-1.0)
    return [
        Table(
            caption=f"Diarization error rate % by {by.replace('*', ' × ')}",
            columns=(by.replace("*", " × "), *names),
            rows=tuple(
                (Cell(text=value, value=value), *(row.get(name, nothing) for name in names))
                for value, row in rows.items()
            ),
        )
        for by, rows in known.items()
    ]


def gaps(scores: Scores) -> Table | None:
    """How far apart the best and the worst cell are."""
    if not scores.gaps:
        return None
    return Table(
        caption="Gaps between best and worst served",
        columns=("By", "System", "Best", "Worst", "Gap, points", "95 % interval", "Ratio"),
        rows=tuple(
            (
                Cell(text=gap.by.replace("*", " × "), value=gap.by),
                Cell(text=gap.system, value=gap.system.lower()),
                Cell(text=gap.best, value=gap.best),
                Cell(text=gap.worst, value=gap.worst),
                percent(gap.gap),
                bounds(gap.gap_interval),
                Cell(text="" if gap.ratio is None else f"{gap.ratio:.2f}", value=gap.ratio or 0.0),
            )
            for gap in scores.gaps
        ),
    )


def indistinct(scores: Scores) -> tuple[int, int]:
    """Return how many neighboring ranks do not differ at 5 % (Holm), and of how many."""
    ranked = [row.system for row in scores.systems]
    neighbors = {frozenset(pair) for pair in pairwise(ranked)}
    pairs = [p for p in scores.pairs if frozenset((p.better, p.worse)) in neighbors]
    return sum(p.p_value is None or p.p_value >= 0.05 for p in pairs), len(pairs)


def percent(value: float | None) -> Cell:
    """Show a rate as a percentage."""
    return (
        Cell(text="", value=-1.0) if value is None else Cell(text=f"{100 * value:.2f}", value=value)
    )


def bounds(interval: tuple[float, float] | None) -> Cell:
    """Show an interval of rates; it sorts by its lower end."""
    if interval is None:
        return Cell(text="", value=-1.0)
    low, high = (f"{100 * bound + 0.0:.1f}".replace("-0.0", "0.0") for bound in interval)
    return Cell(text=f"{low} to {high}".replace("-", "−"), value=interval[0])


def number(value: int) -> Cell:
    """Show a count."""
    return Cell(text=f"{value:,}", value=float(value))


def _plain(value: float | None) -> Cell:
    return Cell(text="", value=-1.0) if value is None else Cell(text=f"{value:g}", value=value)


def _table(
    caption: str, columns: Sequence[tuple[str, Getter]], systems: Sequence[SystemScore]
) -> Table:
    made = [(title, [cell(row) for row in systems]) for title, cell in columns]
    kept = [(title, cells) for title, cells in made if any(cell.text for cell in cells)]
    return Table(
        caption=caption,
        columns=tuple(title for title, _ in kept),
        rows=tuple(zip(*(cells for _, cells in kept), strict=True)),
    )


def _letters(letters: str) -> Cell:
    """Show the letters of a system: those that share one cannot be told apart."""
    return Cell(text=letters, value=letters or " ")


def _rank(row: SystemScore) -> Cell:
    if row.rank_interval and row.rank_interval[0] != row.rank_interval[1]:
        return Cell(text=f"{row.rank_interval[0]}–{row.rank_interval[1]}", value=float(row.rank))
    return Cell(text=str(row.rank), value=float(row.rank))


def _slice_cell(cell: SliceScore | None, top: float) -> Cell:
    if cell is None or cell.wer is None:
        return Cell(text="", value=-1.0)
    mark = " *" if cell.small else ""
    return Cell(
        text=f"{100 * cell.wer:.1f}{mark}",
        note=bounds(cell.wer_interval).text,
        value=cell.wer,
        heat=None if cell.small else level(cell.wer, top),
    )
