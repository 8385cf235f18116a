"""The report's figures: leaderboard with intervals, errors by kind, a heat map for each slicing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from textwrap import wrap

from speechkit.benchmark.report.figures import WIDTH, Box, Dot, Figure, Line, Shape, Words, short
from speechkit.benchmark.results import Scores, SliceScore, SystemScore

_ROW = 26
_LEFT = 250
_RIGHT = 70
_LINE = 15  # between lines of a heading
_LETTER = 7.0  # width of a letter in a heading
_LONGEST = 18  # letters of a word in a heading before it is broken
_BLUE = "#3367a8"
# Light to dark; words on the dark ones are white. Readable with every color vision.
HEAT = ("#f3f7fb", "#dbe7f4", "#bdd3ea", "#94b8dc", "#6597c9", "#3b74b0", "#1f5490")
_DARK = 5
KINDS = (
    ("substitutions", "#3367a8"),
    ("deletions", "#b5651d"),
    ("insertions", "#4c8c4a"),
)


def forest(rows: Sequence[SystemScore]) -> Figure:
    """Draw each system's WER as a dot and its 95 % interval as a line."""
    known = [row for row in rows if row.wer is not None]
    top = max((_high(row) for row in known), default=0.0) or 1.0
    step = _step(top)
    limit = math.ceil(top / step) * step
    height = _ROW * len(known) + 44

    def x(rate: float) -> float:
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * rate / limit

    shapes: list[Shape] = []
    for tick in range(round(limit / step) + 1):
        at = x(tick * step)
        shapes.append(Line(at, 6, at, height - 32, opacity=0.15))
        shapes.append(Words(at, height - 16, f"{100 * tick * step:g} %", "middle", 12))
    for index, row in enumerate(known):
        assert row.wer is not None
        y = 20 + index * _ROW
        shapes.append(Words(_LEFT - 12, y + 4, short(row.system), "end"))
        if row.wer_interval:
            low, high = row.wer_interval
            shapes.append(Line(x(low), y, x(high), y, _BLUE, 5, 0.45))
        shapes.append(Dot(x(row.wer), y, 5, _BLUE))
        shapes.append(Words(WIDTH - _RIGHT + 12, y + 4, f"{100 * row.wer:.1f} %"))
    summary = "; ".join(f"{row.system} {100 * (row.wer or 0):.1f} %" for row in known)
    title = "Word error rate with 95 % interval"
    return Figure(height=height, title=title, summary=summary, shapes=shapes)


def error_bars(rows: Sequence[SystemScore]) -> Figure:
    """Draw how each system's errors split into substitutions, deletions and insertions."""
    known = [row for row in rows if row.num_words]
    top = max((_errors(row) / row.num_words for row in known), default=0.0) or 1.0
    shapes: list[Shape] = []
    for place, (kind, color) in enumerate(KINDS):
        at = _LEFT + place * 140
        shapes += [Box(at, 4, 12, 12, color), Words(at + 18, 15, kind)]
    for index, row in enumerate(known):
        y = 30 + index * _ROW
        shapes.append(Words(_LEFT - 12, y + 12, short(row.system), "end"))
        begin = float(_LEFT)
        for kind, color in KINDS:
            width = (WIDTH - _LEFT - _RIGHT) * getattr(row, kind) / row.num_words / top
            shapes.append(Box(begin, y, width, 16, color))
            begin += width
    summary = "; ".join(
        f"{r.system}: {r.substitutions} substitutions, {r.deletions} deletions, "
        f"{r.insertions} insertions"
        for r in known
    )
    title = "Errors by kind, as a share of the reference words"
    return Figure(height=_ROW * len(known) + 36, title=title, summary=summary, shapes=shapes)


def heat_map(scores: Scores, by: str) -> Figure:
    """Draw the WER of each system (a row) on each cell of a slicing (a column)."""
    cells = {(c.system, _name(c)): c for c in scores.slices if c.by == by}
    columns = list(dict.fromkeys(name for _, name in cells))
    rows = [row.system for row in scores.systems]
    top = max((c.wer or 0.0 for c in cells.values() if not c.small), default=0.0)
    longest = max((len(word) for name in columns for word in name.split()), default=0)
    side = max(
        46.0,
        min(110.0, (WIDTH - _LEFT - 10) / max(len(columns), 1)),
        _LETTER * min(longest, _LONGEST),
    )
    width = max(WIDTH, round(_LEFT + side * len(columns) + 10))
    shapes: list[Shape] = []
    heads = [wrap(name, int(side / _LETTER)) or [""] for name in columns]
    head = _LINE * max(map(len, heads), default=1)
    for column, lines in enumerate(heads):
        at = _LEFT + side * (column + 0.5)
        for line, words in enumerate(reversed(lines)):
            shapes.append(Words(at, head - _LINE * line, words, "middle", 12))
    for index, system in enumerate(rows):
        y = head + 8 + index * _ROW
        shapes.append(Words(_LEFT - 12, y + 17, short(system), "end"))
        for column, name in enumerate(columns):
            cell = cells.get((system, name))
            if cell is None or cell.wer is None:
                continue
            heat = level(cell.wer, top)
            ink = "#ffffff" if heat >= _DARK else "#1c2430"
            x = _LEFT + side * column
            mark = "*" if cell.small else ""
            shapes.append(Box(x + 1, y + 1, side - 2, _ROW - 2, HEAT[heat]))
            shapes.append(
                Words(x + side / 2, y + 17, f"{100 * cell.wer:.1f}{mark}", "middle", 12, ink)
            )
    summary = "; ".join(
        f"{system}, {name} {100 * cell.wer:.1f} %"
        for (system, name), cell in cells.items()
        if cell.wer is not None
    )
    shown = by.replace("*", " × ")
    return Figure(
        height=_ROW * len(rows) + head + 16,
        width=width,
        title=f"Word error rate % by {shown} and system",
        summary=summary,
        shapes=shapes,
    )


def level(rate: float, top: float) -> int:
    """Return how dark a heat map draws a rate, 0–6.

    >>> level(0.0, 0.3), level(0.3, 0.3), level(0.1, 0.0)
    (0, 6, 0)
    """
    return min(len(HEAT) - 1, int(len(HEAT) * rate / top)) if top else 0


def _name(cell: SliceScore) -> str:
    return " × ".join(cell.values.values())


def _step(top: float) -> float:
    """Return a round distance of grid lines, about six of them below `top`."""
    for step in (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0):
        if top / step <= 7:
            return step
    return top / 6


def _high(row: SystemScore) -> float:
    return max(row.wer or 0.0, row.wer_interval[1] if row.wer_interval else 0.0)


def _errors(row: SystemScore) -> int:
    return row.substitutions + row.deletions + row.insertions
