"""Figures as inline SVG: they take the page's text colour, so they fit a light and a dark page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from speechkit.benchmark.types import SystemScore

WIDTH = 760
_ROW = 26
_LEFT = 250
_RIGHT = 70
_INK = "#3367a8"


def forest(rows: Sequence[SystemScore]) -> str:
    """Draw each system's WER as a dot and its 95 % interval as a line. Shape: a row a system."""
    known = [row for row in rows if row.wer is not None]
    top = max((_high(row) for row in known), default=0.0) or 1.0
    step = _step(top)
    limit = math.ceil(top / step) * step
    height = _ROW * len(known) + 44

    def x(rate: float) -> float:
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * rate / limit

    parts = []
    for tick in range(round(limit / step) + 1):
        at = x(tick * step)
        parts.append(
            f'<line x1="{at:.1f}" x2="{at:.1f}" y1="6" y2="{height - 32}" stroke="currentColor" '
            f'stroke-opacity=".15"/><text x="{at:.1f}" y="{height - 16}" text-anchor="middle" '
            f'font-size="12">{100 * tick * step:g} %</text>'
        )
    for index, row in enumerate(known):
        assert row.wer is not None
        y = 20 + index * _ROW
        parts.append(
            f'<text x="{_LEFT - 12}" y="{y + 4}" text-anchor="end" font-size="13">'
            f"{escape(_short(row.system))}</text>"
        )
        if row.wer_interval:
            low, high = row.wer_interval
            parts.append(
                f'<line x1="{x(low):.1f}" x2="{x(high):.1f}" y1="{y}" y2="{y}" stroke="{_INK}" '
                'stroke-width="5" stroke-linecap="round" stroke-opacity=".45"/>'
            )
        parts.append(f'<circle cx="{x(row.wer):.1f}" cy="{y}" r="5" fill="{_INK}"/>')
        parts.append(
            f'<text x="{WIDTH - _RIGHT + 12}" y="{y + 4}" font-size="13">'
            f"{100 * row.wer:.1f} %</text>"
        )
    summary = "; ".join(f"{row.system} {100 * (row.wer or 0):.1f} %" for row in known)
    return _svg(height, "Word error rate with 95 % interval", summary, parts)


def error_bars(rows: Sequence[SystemScore]) -> str:
    """Draw how each system's errors split into substitutions, deletions and insertions."""
    kinds = (
        ("substitutions", "#3367a8"),
        ("deletions", "#b5651d"),
        ("insertions", "#4c8c4a"),
    )
    known = [row for row in rows if row.num_words]
    top = max((_errors(row) / row.num_words for row in known), default=0.0) or 1.0
    height = _ROW * len(known) + 36
    span = WIDTH - _LEFT - _RIGHT
    parts = []
    for place, (kind, colour) in enumerate(kinds):
        at = _LEFT + place * 140
        parts.append(
            f'<rect x="{at}" y="4" width="12" height="12" fill="{colour}"/>'
            f'<text x="{at + 18}" y="15" font-size="13">{kind}</text>'
        )
    for index, row in enumerate(known):
        y = 30 + index * _ROW
        parts.append(
            f'<text x="{_LEFT - 12}" y="{y + 12}" text-anchor="end" font-size="13">'
            f"{escape(_short(row.system))}</text>"
        )
        begin = float(_LEFT)
        for kind, colour in kinds:
            width = span * getattr(row, kind) / row.num_words / top
            parts.append(
                f'<rect x="{begin:.1f}" y="{y}" width="{width:.1f}" height="16" fill="{colour}"/>'
            )
            begin += width
    summary = "; ".join(
        f"{r.system}: {r.substitutions} substitutions, {r.deletions} deletions, "
        f"{r.insertions} insertions"
        for r in known
    )
    return _svg(height, "Errors by kind, as a share of the reference words", summary, parts)


def _svg(height: int, title: str, summary: str, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape(title)}: {escape(summary)}" fill="currentColor" '
        f'font-family="system-ui, sans-serif"><title>{escape(title)}</title>{"".join(parts)}</svg>'
    )


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


def _short(name: str) -> str:
    return name if len(name) <= 34 else f"{name[:33]}…"
