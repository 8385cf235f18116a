"""Excel workbooks as people keep them: merged cells, headers of two rows, numbers shown padded.

A cell is read as it is shown where that tells people apart (12 shown as 0012), and a formula by the
result that was saved with it. ECMA-376 part 1, SpreadsheetML.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.errors import InputError, MissingExtraError

_PADDED = re.compile(r"0{2,}")  # the number format of ids with leading zeros


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """Cells of one column that are merged: the column's name, the rows below the filled one."""

    column: str
    lines: tuple[int, ...]


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A sheet: column names, rows of (line, cells), what is merged, formulas without a result.

    `unsaved` holds (line, index of the column).
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    merged: tuple[Merged, ...] = ()
    unsaved: frozenset[tuple[int, int]] = frozenset()
    notes: tuple[str, ...] = ()


def read_sheet(path: Path, *, fill_merged: bool = False) -> Sheet:
    """Read the first sheet of a workbook; `fill_merged` puts a merged cell's value on all its rows.

    Raises:
        MissingExtraError: if openpyxl is not installed.
        InputError: if it is not a workbook.
    """
    try:
        import openpyxl
    except ModuleNotFoundError as error:
        raise MissingExtraError("openpyxl", extra="tables") from error
    try:
        shown = openpyxl.load_workbook(path, data_only=True).worksheets
        written = openpyxl.load_workbook(path, data_only=False).worksheets
    except Exception as error:  # its reader raises whatever the broken bytes provoke
        raise InputError(
            f"{path}: not a readable Excel workbook ({type(error).__name__})"
        ) from error
    if not shown:
        raise InputError(f"{path}: the workbook has no sheet")
    values, formulas = shown[0], written[0]
    ranges = [(r.min_row, r.min_col, r.max_row, r.max_col) for r in values.merged_cells.ranges]
    grid = [[_text(cell) for cell in row] for row in values.iter_rows()]
    header, first = _header(grid, ranges)
    unsaved = frozenset(
        (cell.row, cell.column - 1)
        for row in formulas.iter_rows(min_row=first + 1)
        for cell in row
        if cell.data_type == "f" and values.cell(cell.row, cell.column).value is None
    )
    merged = []
    for top, left, bottom, right in sorted(ranges):
        if bottom <= first or not grid[top - 1][left - 1]:
            continue
        for column in range(left, right + 1):
            below = tuple(range(max(top + 1, first + 1), bottom + 1))
            if column == left and below and column <= len(header):
                merged.append(Merged(column=header[column - 1], lines=below))
                for line in below if fill_merged else ():
                    grid[line - 1][column - 1] = grid[top - 1][left - 1]
    others = sum(
        any(cell.value is not None for row in s.iter_rows() for cell in row) for s in shown[1:]
    )
    return Sheet(
        columns=tuple(header),
        rows=tuple((n, tuple(row)) for n, row in enumerate(grid, start=1) if n > first),
        merged=() if fill_merged else tuple(merged),
        unsaved=unsaved,
        notes=(f"only the first sheet is read; {others} more hold something",) if others else (),
    )


def _header(
    grid: list[list[str]], ranges: Iterable[tuple[int, int, int, int]]
) -> tuple[list[str], int]:
    """Return the column names and the last row of the header.

    Above it may stand a title, alone in its row; a name merged over several columns has the names
    of those below it: `doctor` over `id` and `accent` gives `doctor_id`, `doctor_accent`.
    """
    first = next((n for n, row in enumerate(grid, start=1) if any(row)), 0)
    if not first:
        return [], 0
    width = max(sum(map(bool, row)) for row in grid)
    while sum(map(bool, grid[first - 1])) == 1 and width > 1 and first < len(grid):
        first += 1
    wide = {
        column: (left, right)
        for top, left, bottom, right in ranges
        if top == bottom == first and right > left
        for column in range(left, right + 1)
    }
    tall = {left for top, left, bottom, right in ranges if top == first and bottom == first + 1}
    names = grid[first - 1]
    if not wide or first == len(grid):
        return names, first + (1 if tall and first < len(grid) else 0)
    header = []
    for column, below in enumerate(grid[first], start=1):
        above = names[wide[column][0] - 1] if column in wide else names[column - 1]
        header.append("_".join(part for part in (above, "" if column in tall else below) if part))
    return header, first + 1


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    if isinstance(value, int | float):
        whole = not isinstance(value, float) or value.is_integer()
        if whole and _PADDED.fullmatch(cell.number_format or ""):
            return str(int(value)).zfill(len(cell.number_format))
        return str(int(value)) if whole else str(value)
    return str(value).strip()
