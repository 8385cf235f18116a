"""OMOP CDM 5.4 tables of recordings' contexts: visits, providers, conditions and notes, as CSV.

No vocabulary is shipped, so a code stays as it was given, in `…_source_value` (`system|code|display`)
with the concept id 0; a code whose system is `OMOP` is a concept id and stands as one. There is no
place for languages, modality, interpreter, site, device, tags, and periods of more than a year.
https://ohdsi.github.io/CommonDataModel/cdm54.html
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import UNSET

from speechkit.core.errors import InputError
from speechkit.core.types import Code, Context, Recording

OMOP = "OMOP"
_COLUMNS = {
    "visit_occurrence": (
        "visit_occurrence_id", "person_id", "visit_concept_id", "visit_start_date",
        "visit_end_date", "visit_type_concept_id", "provider_id", "visit_source_value",
    ),
    "visit_detail": (
        "visit_detail_id", "person_id", "visit_detail_concept_id", "visit_detail_start_date",
        "visit_detail_end_date", "visit_detail_type_concept_id", "visit_detail_source_value",
        "visit_occurrence_id",
    ),
    "provider": (
        "provider_id", "specialty_concept_id", "provider_source_value", "specialty_source_value",
    ),
    "condition_occurrence": (
        "condition_occurrence_id", "person_id", "condition_concept_id", "condition_start_date",
        "condition_type_concept_id", "condition_source_value", "visit_occurrence_id",
    ),
    "note": (
        "note_id", "person_id", "note_date", "note_type_concept_id", "note_class_concept_id",
        "note_title", "note_text", "encoding_concept_id", "language_concept_id", "provider_id",
        "visit_occurrence_id", "note_source_value",
    ),
}  # fmt: skip
# By these columns tables are joined; they must be there.
_KEYS = {
    "visit_occurrence": ("visit_occurrence_id",),
    "visit_detail": ("visit_occurrence_id",),
    "condition_occurrence": ("visit_occurrence_id",),
    "provider": ("provider_id",),
    "note": ("visit_occurrence_id", "note_source_value"),
}

Row = dict[str, str]


def to_omop(recordings: Sequence[Recording], texts: Mapping[str, str]) -> dict[str, list[Row]]:
    """Return the tables; a recording is a visit and a note, whose text is that of `texts`."""
    tables: dict[str, list[Row]] = {name: [] for name in _COLUMNS}
    people: dict[str, int] = {}
    for number, recording in enumerate(recordings, start=1):
        context = recording.context
        roles = {person.role: person.id for person in reversed(recording.participants)}
        person = str(people.setdefault(roles.get("patient", recording.id), len(people) + 1))
        doctor = roles.get("doctor", "")
        visit = {"visit_occurrence_id": str(number), "person_id": person}
        day = _day(context.period)
        if doctor or context.specialty is not None:
            visit["provider_id"] = str(len(tables["provider"]) + 1)
            tables["provider"].append(
                {
                    "provider_id": visit["provider_id"],
                    "provider_source_value": doctor,
                    **_coded("specialty", context.specialty),
                }
            )
        tables["visit_occurrence"].append(
            {
                **visit,
                "visit_start_date": day,
                "visit_end_date": day,
                "visit_type_concept_id": "0",
                **_coded("visit", context.encounter_class),
            }
        )
        about = {"visit_occurrence_id": str(number), "person_id": person}
        if context.encounter_type is not None:
            tables["visit_detail"].append(
                {
                    **about,
                    "visit_detail_id": str(number),
                    "visit_detail_start_date": day,
                    "visit_detail_end_date": day,
                    "visit_detail_type_concept_id": "0",
                    **_coded("visit_detail", context.encounter_type),
                }
            )
        if context.reason is not UNSET:
            tables["condition_occurrence"].append(
                {
                    **about,
                    "condition_occurrence_id": str(number),
                    "condition_start_date": day,
                    "condition_type_concept_id": "0",
                    **_coded("condition", context.reason),
                }
            )
        zeros = ("note_type", "note_class", "encoding", "language")
        tables["note"].append(
            {
                **visit,
                **{f"{name}_concept_id": "0" for name in zeros},
                "note_id": str(number),
                "note_date": day,
                "note_title": "transcript",
                "note_text": texts.get(recording.id, ""),
                "note_source_value": recording.id,
            }
        )
    return tables


def write_omop(tables: Mapping[str, Sequence[Row]], folder: Path) -> None:
    """Write a CSV file a table."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, _COLUMNS[name], restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def read_omop(folder: Path) -> dict[str, Context]:
    """Read the tables of a folder: contexts by the recordings that `note_source_value` names.

    Raises:
        InputError: with file, line and reason.
    """
    visits = {row["visit_occurrence_id"]: row for row in _rows(folder, "visit_occurrence")}
    details = {row["visit_occurrence_id"]: row for row in _rows(folder, "visit_detail", True)}
    reasons = {
        row["visit_occurrence_id"]: row for row in _rows(folder, "condition_occurrence", True)
    }
    providers = {row["provider_id"]: row for row in _rows(folder, "provider", True)}
    found: dict[str, Context] = {}
    for line, note in enumerate(_rows(folder, "note"), start=2):
        number = note["visit_occurrence_id"]
        if number not in visits:
            raise InputError(
                f"{folder / 'note.csv'}, line {line}: visit_occurrence has no such visit"
            )
        visit = visits[number]
        context = Context(
            encounter_class=_code(visit, "visit"),
            encounter_type=_code(details.get(number, {}), "visit_detail"),
            specialty=_code(providers.get(visit.get("provider_id", ""), {}), "specialty"),
            period=visit.get("visit_start_date", "")[:4],
        )
        reason = _code(reasons.get(number, {}), "condition")
        if reason is not None:
            context = msgspec.structs.replace(context, reason=reason)
        found[note["note_source_value"]] = context
    return found


def _day(period: str) -> str:
    """Return a date for a period: its first day, or nothing for more than a year.

    >>> _day("2024"), _day("2024-03-17"), _day("2019-2021")
    ('2024-01-01', '2024-03-17', '')
    """
    return f"{period}-01-01" if len(period) == 4 else period if len(period) == 10 else ""


def _coded(name: str, code: Code | None) -> Row:
    if code is None:
        return {f"{name}_concept_id": "0", f"{name}_source_value": ""}
    if code.system == OMOP:
        return {f"{name}_concept_id": code.code, f"{name}_source_value": code.display}
    parts = (code.system, code.code, code.display) if code.display else (code.system, code.code)
    return {f"{name}_concept_id": "0", f"{name}_source_value": "|".join(parts)}


def _code(row: Mapping[str, str], name: str) -> Code | None:
    concept, said = row.get(f"{name}_concept_id", "0"), row.get(f"{name}_source_value", "")
    if concept not in ("", "0"):
        return Code(code=concept, system=OMOP, display=said)
    if not said:
        return None
    system, _, rest = said.rpartition("|") if said.count("|") < 2 else said.partition("|")
    code, _, display = rest.partition("|")
    return Code(code=code, system=system, display=display)


def _rows(folder: Path, table: str, optional: bool = False) -> list[Row]:
    file = folder / f"{table}.csv"
    if optional and not file.is_file():
        return []
    try:
        reader = csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines(), strict=True)
        rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or "not CSV in UTF-8"
        raise InputError(f"{file}: {reason}") from error
    for line, row in enumerate(rows, start=2):
        for column in _KEYS[table]:
            if row.get(column) is None:
                raise InputError(f"{file}, line {line}: no column {column!r}")
    return [{key: value or "" for key, value in row.items() if key} for row in rows]
