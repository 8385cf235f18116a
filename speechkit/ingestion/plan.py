"""Which file belongs to which rows of the table, before anything is decoded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec

from speechkit.core.errors import InputError
from speechkit.formats.columns import map_columns
from speechkit.formats.tables import Row, read_table
from speechkit.ingestion.describe import Description, channel_of, describe, join
from speechkit.ingestion.folder import Failure, Folder, Names, shown


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A file to ingest, and what the table says about it (on `line`), if anything."""

    path: str
    line: int = 0
    description: Description | None = None


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Files to ingest, sorted; what cannot be; field → column of the table."""

    entries: tuple[Entry, ...]
    failures: tuple[Failure, ...]
    columns: dict[str, str]


def read_entries(
    folder: Folder,
    metadata: Path | None,
    given_columns: Mapping[str, str],
    keep: tuple[str, ...],
    pseudonym: Callable[[str], str],
    only_listed: bool,
) -> Plan:
    """Bring files and rows together.

    A row that names no file, a file twice (unless once a channel), or a value that does not fit,
    is a failure. A file with a row that does not fit is not ingested: its consent may stand there.
    """
    if metadata is None:
        entries = () if only_listed else tuple(Entry(path=path) for path in folder.audio)
        return Plan(entries=entries, failures=folder.failures, columns={})
    table = read_table(metadata)
    columns = map_columns(table.columns, given_columns, keep)
    failures = list(folder.failures)
    rows, refused = _by_file(table.rows, columns, Names(folder), failures)
    entries_: list[Entry] = []
    for path in sorted({*rows, *(() if only_listed else folder.audio)}):
        if path in refused:
            continue
        if path not in rows:
            entries_.append(Entry(path=path))
            continue
        described = _described(path, rows[path], columns, keep, pseudonym, failures)
        if described is not None:
            entries_.append(Entry(path=path, line=rows[path][0].line, description=described))
    return Plan(entries=tuple(entries_), failures=tuple(failures), columns=columns)


def _by_file(
    rows: Iterable[Row], columns: Mapping[str, str], names: Names, failures: list[Failure]
) -> tuple[dict[str, list[Row]], set[str]]:
    """Return the rows of each file, and the files that must not be ingested."""
    found: dict[str, list[Row]] = {}
    refused: set[str] = set()
    for row in rows:
        cell = row.cells.get(columns["audio"], "")
        if not cell:
            failures.append(Failure(item="", line=row.line, reason="the row names no file"))
            continue
        try:
            path = names.find(cell)
        except InputError as error:
            failures.append(Failure(item=shown(cell), line=row.line, reason=str(error)))
            continue
        try:
            channel = channel_of(row, columns)
            earlier = [(channel_of(other, columns), other.line) for other in found.get(path, ())]
        except InputError as error:
            failures.append(Failure(item=shown(path), line=row.line, reason=str(error)))
            refused.add(path)
            continue
        for other, line in earlier:
            if channel is None or other is None or channel == other:
                reason = f"the table names this file on line {line} already; that row was used"
                failures.append(Failure(item=shown(path), line=row.line, reason=reason))
                break
        else:
            found.setdefault(path, []).append(row)
    return found, refused


def _described(
    path: str,
    rows: list[Row],
    columns: Mapping[str, str],
    keep: tuple[str, ...],
    pseudonym: Callable[[str], str],
    failures: list[Failure],
) -> Description | None:
    described = []
    for row in rows:
        try:
            described.append(describe(row, columns, keep, pseudonym))
        except InputError as error:
            failures.append(
                Failure(item=shown(path), line=row.line, reason=f"{error}; not ingested")
            )
    return join(tuple(described)) if len(described) == len(rows) else None
