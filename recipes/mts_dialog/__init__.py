"""MTS-Dialog: `Doctor:` and `Patient:` lines in a column of a CSV file."""

from __future__ import annotations

import re
from pathlib import Path

from speechkit.recipe.prepared import Dialogue, Prepared, write_prepared
from speechkit.recipe.published import read_rows

_LINE = re.compile(r"^\s*([A-Z][A-Za-z_ ]{2,20}):\s*(.*)$")
_ROLES = {"doctor": "doctor", "patient": "patient", "guest_family": "companion"}


def prepare(raw: Path, dest: Path) -> Prepared:
    """Write the dialogues of the main data set."""
    dialogues = []
    for path in sorted(raw.rglob("MTS-Dialog-*Set*.csv")):
        if "Augmented" in path.name or "Summaries" in path.name or "Scores" in path.name:
            continue
        part = path.stem.removeprefix("MTS-Dialog-").lower()
        for row in read_rows(path, ("ID", "dialogue")):
            lines = tuple(_lines(row["dialogue"]))
            if lines:
                name = f"{part}-{int(row['ID']):04d}"
                dialogues.append(Dialogue(name=name, language="en", lines=lines))
    return write_prepared(dest, raw, dialogues=dialogues)


def _lines(text: str) -> list[tuple[str, str]]:
    lines: list[tuple[str, str]] = []
    for raw_line in text.splitlines():
        if match := _LINE.match(raw_line):
            role = match[1].strip().lower()
            lines.append((_ROLES.get(role.rstrip("_0123456789"), "other"), match[2].strip()))
        elif raw_line.strip() and lines:
            role, words = lines[-1]
            lines[-1] = (role, f"{words} {raw_line.strip()}".strip())
    return [(role, words) for role, words in lines if words]
