"""Reading a metadata table: CSV, TSV, Excel, Parquet, JSON; cells as text, rows with their line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from speechkit.core.errors import InputError, MissingExtraError, UsageError, did_you_mean
from speechkit.formats.text import decode_text
from speechkit.formats.workbooks import Merged, Sheet, read_sheet

if TYPE_CHECKING:
    import pandas as pd

_DELIMITERS = ("\t", ",", ";", "|")
_TEXT = {".csv", ".tsv", ".tab", ".txt"}
_EXCEL = {".xlsx", ".xlsm"}
_PARQUET = {".parquet", ".pq"}
_JSON = {".json", ".jsonl"}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row: the line it begins on (in a spreadsheet its row, in JSON its number) and its cells.

    `unsaved` names the columns in which a formula stands whose result was not saved.
    """

    line: int
    cells: dict[str, str]
    unsaved: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Row(line={self.line}, <{len(self.cells)} cells>)"


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Column names in order, and the rows that are not empty.

    `merged` says which cells are blank because one above them is merged with them; `notes` what
    of the file was not read.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    merged: tuple[Merged, ...] = ()
    notes: tuple[str, ...] = ()


def read_table(path: Path, *, fill_merged: bool = False) -> Table:
    """Read a table by its suffix.

    `fill_merged` puts the value of a spreadsheet's merged cell on all of its rows.

    Text is UTF-8 (with or without byte order mark) or UTF-16 with one; the delimiter is the one of
    tab, comma, semicolon and bar that the header holds most of. JSON holds a list of objects, or
    objects a line; lists further inside are joined.

    Raises:
        UsageError: for a file that is not there or a kind that cannot be read.
        InputError: for a malformed table; says file and line.
        MissingExtraError: if the package for Excel or Parquet is not installed.
    """
    suffix = path.suffix.lower()
    known = _TEXT | _EXCEL | _PARQUET | _JSON
    if suffix not in known:
        raise UsageError(f"{path}: no reader for {suffix!r}; {did_you_mean(suffix, known)}")
    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    if suffix in _EXCEL:
        return _from_sheet(path, read_sheet(path, fill_merged=fill_merged))
    if suffix in _TEXT:
        frame = _read_text(path)
    elif suffix in _JSON:
        frame = _read_json(path)
    else:
        frame = _read_parquet(path)
    return _table(
        path, frame, counts_lines=suffix in _TEXT, has_header=suffix not in _JSON | _PARQUET
    )


def _from_sheet(path: Path, sheet: Sheet) -> Table:
    columns = _unique(path, sheet.columns)
    rows = []
    for line, values in sheet.rows:
        cells = {name: value for name, value in zip(columns, values, strict=False) if name}
        unsaved = tuple(
            name for index, name in enumerate(columns) if name and (line, index) in sheet.unsaved
        )
        if any(cells.values()) or unsaved:
            rows.append(Row(line=line, cells=cells, unsaved=unsaved))
    if not rows:
        raise InputError(f"{path}: the table has no rows")
    return Table(
        columns=tuple(name for name in columns if name),
        rows=tuple(rows),
        merged=sheet.merged,
        notes=sheet.notes,
    )


def _unique(path: Path, names: Iterable[object]) -> tuple[str, ...]:
    columns = tuple(str(name).strip() for name in names)
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        raise InputError(f"{path}: column {twice[0]!r} occurs twice; rename one")
    return columns


def _table(path: Path, frame: pd.DataFrame, *, counts_lines: bool, has_header: bool) -> Table:
    columns = _unique(path, frame.columns)
    line = 1
    if has_header:
        line += 1 + (sum(name.count("\n") for name in columns) if counts_lines else 0)
    rows = []
    for values in frame.itertuples(index=False, name=None):
        cells = {name: _cell(value) for name, value in zip(columns, values, strict=True) if name}
        if any(cells.values()):
            rows.append(Row(line=line, cells=cells))
        # A quoted cell may run over several lines.
        line += 1 + (sum(str(value).count("\n") for value in values) if counts_lines else 0)
    if not rows:
        raise InputError(f"{path}: the table has no rows")
    return Table(columns=tuple(name for name in columns if name), rows=tuple(rows))


def _cell(value: Any) -> str:
    import pandas as pd

    if pd.isna(value):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a column of whole numbers with gaps is read as floats
    return str(value).strip()


def _read_text(path: Path) -> pd.DataFrame:
    import csv
    import io

    import pandas as pd

    text = _decode(path)
    if not text.strip():
        raise InputError(f"{path}: the file is empty")
    header = text.lstrip("\n").partition("\n")[0]
    delimiter = max(_DELIMITERS, key=header.count)
    # In tab-separated files a lone quote is mostly an apostrophe of the text, not a bracket.
    quoting: Literal[0, 3] = (
        csv.QUOTE_NONE if delimiter == "\t" and _has_lone_quotes(text) else csv.QUOTE_MINIMAL
    )
    try:
        frame = pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            quoting=quoting,
            header=None,
            dtype=str,
            keep_default_na=False,
            skip_blank_lines=False,
            engine="c",
        )
    except pd.errors.ParserError as error:
        raise InputError(f"{path}: {_parser_message(error)}") from error
    frame.columns = pd.Index([_cell(name) for name in frame.iloc[0]])
    rows: pd.DataFrame = frame.iloc[1:]
    return rows


def _decode(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    return decode_text(data, path).replace("\r\n", "\n").replace("\r", "\n")


def _has_lone_quotes(text: str) -> bool:
    return any(line.count('"') % 2 for line in text.split("\n"))


def _parser_message(error: Exception) -> str:
    """Return pandas' "Expected 3 fields in line 5, saw 4" without its preamble.

    >>> _parser_message(ValueError("C error: Expected 3 fields in line 5, saw 4"))
    'line 5: 4 fields where the header has 3; quote cells that hold the delimiter'
    """
    import re

    found = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error))
    if found:
        expected, line, saw = found.groups()
        return (
            f"line {line}: {saw} fields where the header has {expected}; "
            "quote cells that hold the delimiter"
        )
    if "EOF inside string" in str(error):
        return "a quote is opened and never closed"
    return "not a table that can be read"


def _read_parquet(path: Path) -> pd.DataFrame:
    import pandas as pd

    try:
        return pd.read_parquet(path)
    except ImportError as error:
        raise MissingExtraError("pyarrow", extra="tables") from error
    except Exception as error:  # its reader raises whatever the broken bytes provoke
        raise InputError(f"{path}: not a readable Parquet file ({type(error).__name__})") from error


def _read_json(path: Path) -> pd.DataFrame:
    import pandas as pd

    text = _decode(path)
    try:
        if path.suffix.lower() == ".jsonl":
            objects = []
            for number, line in enumerate(text.split("\n"), start=1):
                if line.strip():
                    try:
                        objects.append(msgspec.json.decode(line))
                    except msgspec.DecodeError as error:
                        raise InputError(f"{path}, line {number}: not JSON") from error
        else:
            objects = list(_objects(msgspec.json.decode(text)))
    except msgspec.DecodeError as error:
        raise InputError(f"{path}: not JSON; {error}") from error
    flat = [item for item in objects if isinstance(item, dict)]
    if not flat:
        raise InputError(f"{path}: holds no list of objects")
    names = list(dict.fromkeys(key for item in flat for key in item))
    rows = [[_scalar(item.get(name)) for name in names] for item in flat]
    return pd.DataFrame(rows, columns=names, dtype=object)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects of all lists in a JSON value, without looking inside of them."""
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))
    elif isinstance(value, dict):
        for item in value.values():
            yield from _objects(item)


def _scalar(value: Any) -> str:
    if value is None or isinstance(value, (dict, list)):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
