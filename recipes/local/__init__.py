"""Your own recordings: a line a file, with what your table says or the rest to fill in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from speechkit.core.errors import InputError, UsageError, did_you_mean
from speechkit.formats.columns import map_columns
from speechkit.formats.tables import read_table
from speechkit.ingestion.folder import Names, scan
from speechkit.recipe.prepared import Clip, Prepared, write_prepared

_ALWAYS = "language consent site device specialty period".split()
_PEOPLE = "id language accent sex age_band".split()


class Preset(NamedTuple):
    """Cells that are known, the roles that have columns, and settings for the pipeline."""

    known: dict[str, str]
    roles: tuple[str, ...]
    pipeline: dict[str, str]


_PRESETS = {
    "ambient": Preset({"modality": "in-person"}, ("doctor", "patient"), {}),
    "telehealth": Preset(
        {"modality": "video", "doctor_channel": "0", "patient_channel": "1"},
        ("doctor", "patient"),
        {"diarize.engine": "channels"},
    ),
    "dictation": Preset(
        {"collection_intent": "dictation"}, ("doctor",), {"diarize.max_speakers": "1"}
    ),
}


def prepare(
    raw: Path,
    dest: Path,
    *,
    preset: str = "ambient",
    table: str = "",
    columns: str = "",
    language: str = "",
    consent: str = "",
) -> Prepared:
    """Write the table; what a preset, your table or the options know is filled in.

    With `table` (CSV, TSV, Excel, Parquet, JSON), only the files that it names; `columns`
    (`accent=native_language,site=clinic`) says which column holds what where its name does not.
    """
    if preset not in _PRESETS:
        raise UsageError(f"no preset {preset!r}; {did_you_mean(preset, _PRESETS)}")
    known, roles, pipeline = _PRESETS[preset]
    empty = [*_ALWAYS, *(f"{role}_{about}" for role in roles for about in _PEOPLE)]
    told = {**dict.fromkeys(empty, ""), **known, "language": language, "consent": consent}
    found = scan(raw)
    notes = []
    if table:
        rows = _rows(Path(table), _pairs(columns), Names(found), notes)
        left = len(set(found.audio) - set(rows))
        if left:
            notes.append(f"{left} files are not in the table and are left out")
    else:
        rows = {path: {} for path in found.audio}
        if not consent:
            notes.append("fill in the table before you ingest: consent and language matter most")
    clips = [Clip(audio=path, told={**told, **row}) for path, row in rows.items()]
    return msgspec.structs.replace(write_prepared(dest, raw, clips, notes=notes), pipeline=pipeline)


def _rows(
    path: Path, given: Mapping[str, str], names: Names, notes: list[str]
) -> dict[str, dict[str, str]]:
    """Return file → field → cell, of cells that are not empty."""
    table = read_table(path)
    fields = map_columns(table.columns, given)
    audio = fields.pop("audio")
    rows: dict[str, dict[str, str]] = {}
    missing = 0
    for row in table.rows:
        try:
            file = names.find(row.cells[audio])
        except InputError:
            missing += 1
            continue
        if file in rows:
            raise InputError(
                f"{path}, line {row.line}: a second row for this file; for a row a channel use "
                "speechkit ingest --metadata"
            )
        rows[file] = {
            field: cell for field, column in fields.items() if (cell := row.cells[column])
        }
    if missing:
        notes.append(f"{missing} rows of the table name a file that is not there")
    return rows


def _pairs(given: str) -> dict[str, str]:
    pairs = {}
    for pair in filter(None, given.split(",")):
        field, equals, column = pair.partition("=")
        if not equals:
            raise UsageError(f"columns: {pair}: write FIELD=COLUMN, as in accent=native_language")
        pairs[field.strip()] = column.strip()
    return pairs
