"""The report's files: page, figures, tables to paste, and all numbers as JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from speechkit.benchmark.report import charts, tables
from speechkit.benchmark.report.cite import bibtex, leaderboard_rows, model_index
from speechkit.benchmark.report.figures import png, svg
from speechkit.benchmark.report.page import ReportSection, render_report
from speechkit.benchmark.results import Scores
from speechkit.core.errors import StoreError


def write_report(
    scores: Scores,
    folder: Path,
    extra_sections: Sequence[ReportSection] = (),
    *,
    audio: Mapping[str, Path] | None = None,
) -> Path:
    """Write the page, its tables as CSV and Markdown, figures, JSON; return the page's path.

    Args:
        scores: what to show.
        folder: where to; made if it is not there.
        extra_sections: further parts of the page.
        audio: recording → its redacted audio, copied beside the page for the viewer to play.
    """
    page = folder / "index.html"
    sounds = {
        name: f"audio/{index:04d}{path.suffix}"
        for index, (name, path) in enumerate(sorted((audio or {}).items()))
        if path.is_file()
    }
    figures = {
        "leaderboard": charts.forest(scores.systems),
        "errors": charts.error_bars(scores.systems),
    }
    for by in dict.fromkeys(cell.by for cell in scores.slices):
        figures[f"by-{by.replace('*', '-')}"] = charts.heat_map(scores, by)
    contents = {
        "index.html": render_report(scores, extra_sections, audio=sounds).encode(),
        "scores.json": msgspec.json.format(msgspec.json.encode(scores), indent=1) + b"\n",
        "leaderboard.csv": _csv(scores.systems),
        "leaderboard.md": markdown_table(tables.leaderboard(scores)).encode(),
        "cite.bib": bibtex(scores).encode(),
        "model-index.yaml": model_index(scores).encode(),
        "open_asr_leaderboard.yaml": leaderboard_rows(scores).encode(),
    }
    for name, rows in (
        ("slices", scores.slices),
        ("passages", scores.passages),
        ("misses", scores.misses),
        ("coverage", scores.coverage),
    ):
        if rows:
            contents[f"{name}.csv"] = _csv(rows)
    if scores.slices:
        contents["slices.csv"] = _tidy_slices(scores)
    for name, figure in figures.items():
        contents[f"{name}.svg"] = svg(figure).encode() + b"\n"
        if (drawn := png(figure)) is not None:
            contents[f"{name}.png"] = drawn
    for name, address in sounds.items():
        contents[address] = (audio or {})[name].read_bytes()
    for name, data in contents.items():
        _write(folder / name, data)
    return page


def _write(path: Path, data: bytes) -> None:
    """Write a file that anybody may read: a report is there to be published."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(0o644)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror or error}") from error


def markdown_table(table: tables.Table) -> str:
    """Return a table as Markdown, to paste into a README."""
    head = "| " + " | ".join(table.columns) + " |"
    rule = "|" + "|".join("---" if i == 0 else "---:" for i in range(len(table.columns))) + "|"
    rows = [
        "| " + " | ".join(cell.text.replace("|", "\\|") for cell in row) + " |"
        for row in table.rows
    ]
    return "\n".join([head, rule, *rows]) + "\n"


def _tidy_slices(scores: Scores) -> bytes:
    """A row a cell and system under the same columns for every slicing: by, value, figures."""
    flat = []
    for cell in scores.slices:
        row = msgspec.to_builtins(cell)
        row["value"] = " × ".join(row.pop("values").values())
        flat.append(_flat({"by": row.pop("by"), "value": row.pop("value"), **row}))
    out = io.StringIO()
    writer = csv.DictWriter(out, list(flat[0]), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(flat)
    return out.getvalue().encode()


def _csv(rows: Sequence[msgspec.Struct]) -> bytes:
    """One row for each struct; intervals as two columns, dicts as a column a key."""
    flat = [_flat(msgspec.to_builtins(row)) for row in rows]
    columns = list(dict.fromkeys(key for row in flat for key in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(flat)
    return out.getvalue().encode()


def _flat(row: dict[str, object], prefix: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for key, value in row.items():
        if isinstance(value, dict):
            flat.update(_flat(value, f"{prefix}{key}_"))
        elif isinstance(value, (list, tuple)):
            flat.update({f"{prefix}{key}_low": value[0], f"{prefix}{key}_high": value[1]})
        elif value is None and key.endswith("interval"):
            flat.update({f"{prefix}{key}_low": "", f"{prefix}{key}_high": ""})
        else:
            flat[prefix + key] = "" if value is None else value
    return flat
