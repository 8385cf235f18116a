"""Reads corpora as they are published: files by name, tables, Kaldi's lists, Parquet.

What is not as it should be is an error that names the file: a corpus that was unpacked halfway, or
another one, must not give an empty table.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from speechkit.core.errors import InputError, MissingExtraError

AUDIO_SUFFIXES = (".wav", ".flac", ".mp3", ".m4a", ".ogg", ".opus")


def audio_below(folder: Path) -> dict[str, str]:
    """Return the recordings below a folder: stem → path relative to it, sorted.

    Raises:
        InputError: if two have the same stem, so that no name in a table tells them apart.
    """
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in AUDIO_SUFFIXES:
            continue
        if path.stem in found:
            raise InputError(f"{folder}: {found[path.stem]} and another file share a name")
        found[path.stem] = path.relative_to(folder).as_posix()
    return found


def find_one(raw: Path, pattern: str) -> Path:
    """Return the one file or folder below `raw` that fits a glob pattern.

    Raises:
        InputError: if there is none, or more than one.
    """
    found = sorted(raw.rglob(pattern))
    if len(found) != 1:
        raise InputError(
            f"{raw}: {'no' if not found else f'{len(found)} times'} {pattern} in it; is this the "
            "folder of the corpus as published?"
        )
    return found[0]


def read_rows(
    path: Path, needed: Sequence[str], *, delimiter: str = ",", quoted: bool = True
) -> list[dict[str, str]]:
    """Read a table that has a header, checking that the columns are those of the corpus.

    Raises:
        InputError: if a column is missing, a line has too many fields, or it is not UTF-8.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8") from error
    reader = csv.DictReader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
    )
    missing = [name for name in needed if name not in (reader.fieldnames or ())]
    if missing:
        raise InputError(f"{path}: no column {missing[0]!r}; is it the table of this corpus?")
    rows = []
    for row in reader:
        if None in row or None in row.values():
            raise InputError(f"{path}, line {reader.line_num}: not as many fields as the header")
        rows.append({name: cell.strip() for name, cell in row.items()})
    return rows


def read_pairs(path: Path) -> dict[str, str]:
    """Read a list as Kaldi has it: a key, white space, the rest of the line.

    Raises:
        InputError: if there is no such file, or it is not UTF-8.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; it belongs to the corpus as published") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8") from error
    pairs = (line.split(maxsplit=1) for line in lines)
    return {pair[0]: pair[1].strip() for pair in pairs if len(pair) == 2}


def read_parquet(path: Path, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a Parquet file that has these columns; others are not read.

    Raises:
        MissingExtraError: if pyarrow is not installed.
        InputError: if a column is missing, or the file is not Parquet.
    """
    try:
        from pyarrow import ArrowInvalid, parquet
    except ModuleNotFoundError as error:
        raise MissingExtraError("pyarrow", extra="tables") from error
    try:
        file = parquet.ParquetFile(path)
    except ArrowInvalid as error:
        raise InputError(f"{path}: not a Parquet file") from error
    missing = [name for name in columns if name not in file.schema_arrow.names]
    if missing:
        raise InputError(f"{path}: no column {missing[0]!r}; is it the table of this corpus?")
    for batch in file.iter_batches(batch_size=64, columns=list(columns)):
        yield from batch.to_pylist()
