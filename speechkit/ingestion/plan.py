"""Which file belongs to which rows of the table, before anything is decoded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec

from speechkit.core.errors import InputError, UsageError
from speechkit.formats.columns import map_columns
from speechkit.formats.tables import Row, Table, read_table
from speechkit.ingestion.describe import Description, channel_of, describe, join
from speechkit.ingestion.folder import Failure, Folder, Names, shown

# What decides how a recording may be used: two rows that disagree permit nothing.
_DECISIVE = frozenset({"consent", "phi", "synthetic"})


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A file to ingest, and what the table says about it (on `line`), if anything."""

    path: str
    line: int = 0
    description: Description | None = None


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Files to ingest, sorted; what cannot be; field → column of the table; what to look at."""

    entries: tuple[Entry, ...]
    failures: tuple[Failure, ...]
    columns: dict[str, str]
    warnings: tuple[str, ...] = ()


def read_entries(
    folder: Folder,
    metadata: Path | None,
    given_columns: Mapping[str, str],
    keep: tuple[str, ...],
    pseudonym: Callable[[str], str],
    only_listed: bool,
    fill_merged: bool = False,
) -> Plan:
    """Match files and rows.

    A row that names no file, a file twice (unless once a channel), or a value that does not fit,
    is a failure. A file with a row that does not fit is not ingested: its consent may stand there.
    """
    if metadata is None:
        entries = () if only_listed else tuple(Entry(path=path) for path in folder.audio)
        return Plan(entries=entries, failures=folder.failures, columns={})
    table = read_table(metadata, fill_merged=fill_merged)
    columns = map_columns(table.columns, given_columns, keep)
    used = {*columns.values(), *keep}
    _check_merged(metadata, table, used)
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
    return Plan(
        entries=tuple(entries_),
        failures=tuple(failures),
        columns=columns,
        warnings=(*table.notes, *spelling_warnings(table.rows, columns)),
    )


def _check_merged(path: Path, table: Table, used: set[str]) -> None:
    """Ask what to do about cells that are blank because the one above is merged with them.

    Raises:
        UsageError: naming columns and rows.
    """
    asked = [merged for merged in table.merged if merged.column in used]
    if not asked:
        return
    rows = ", ".join(str(line) for line in asked[0].lines[:10])
    more = f" (and {len(asked) - 1} more merged cells)" if len(asked) > 1 else ""
    raise UsageError(
        f"{path}: rows {rows} have no {asked[0].column!r}: the cell above is merged with them{more}; "
        "use its value for them with --fill-merged, or unmerge the cells"
    )


def spelling_warnings(rows: Iterable[Row], columns: Mapping[str, str]) -> tuple[str, ...]:
    """Name columns in which two ids of people differ by no more than leading zeros and the like.

    Case and blanks make no difference to a pseudonym; leading zeros and punctuation do.
    """
    warnings = []
    for field, column in columns.items():
        if field.removeprefix(f"{field.partition('_')[0]}_") != "speaker" and field != "speaker":
            continue
        spelled: dict[str, dict[str, int]] = {}
        for row in rows:
            cell = " ".join(row.cells.get(column, "").casefold().split())
            bare = re.sub(r"[^\w]|_", "", cell)
            spelled.setdefault(bare.lstrip("0") or bare, {}).setdefault(cell, row.line)
        for bare, cells in spelled.items():
            if bare and len(cells) > 1:
                lines = ", ".join(str(line) for line in sorted(cells.values())[:5])
                warnings.append(
                    f"column {column!r}: lines {lines} hold ids that differ by leading zeros or "
                    "punctuation alone; they are taken for different people"
                )
    return tuple(warnings)


def _by_file(
    rows: Iterable[Row], columns: Mapping[str, str], names: Names, failures: list[Failure]
) -> tuple[dict[str, list[Row]], set[str]]:
    """Return the rows of each file, and the files that must not be ingested."""
    rows_of: dict[str, list[Row]] = {}
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
            earlier = [(channel_of(other, columns), other.line) for other in rows_of.get(path, ())]
        except InputError as error:
            failures.append(Failure(item=shown(path), line=row.line, reason=str(error)))
            refused.add(path)
            continue
        for index, (other, line) in enumerate(earlier):
            if channel is None or other is None or channel == other:
                reason = f"the table names this file on line {line} already; that row was used"
                if fields := _differing(rows_of[path][index], row, columns):
                    reason += f", though they disagree on {', '.join(fields)}"
                if not _DECISIVE.isdisjoint(fields):
                    reason = (
                        f"the table names this file on line {line} already; they disagree on "
                        f"{', '.join(fields)}; not ingested"
                    )
                    refused.add(path)
                failures.append(Failure(item=shown(path), line=row.line, reason=reason))
                break
        else:
            rows_of.setdefault(path, []).append(row)
    return rows_of, refused


def _differing(a: Row, b: Row, columns: Mapping[str, str]) -> list[str]:
    """Return the fields, but for the file's, in which two rows disagree."""
    return [
        field
        for field, column in columns.items()
        if field != "audio" and a.cells.get(column, "") != b.cells.get(column, "")
    ]


def _described(
    path: str,
    rows: list[Row],
    columns: Mapping[str, str],
    keep: tuple[str, ...],
    pseudonym: Callable[[str], str],
    failures: list[Failure],
) -> Description | None:
    described = []
    used = {*columns.values(), *keep}
    for row in rows:
        try:
            if unsaved := [column for column in row.unsaved if column in used]:
                raise InputError(
                    f"column {unsaved[0]!r} holds a formula whose result is not in the file; open "
                    "the table, let it compute, save it"
                )
            described.append(describe(row, columns, keep, pseudonym))
        except InputError as error:
            failures.append(
                Failure(item=shown(path), line=row.line, reason=f"{error}; not ingested")
            )
    return join(tuple(described)) if len(described) == len(rows) else None
