"""ACI-BENCH: `[doctor]` and `[patient]` lines in a column of a CSV file."""

from __future__ import annotations

import re
from pathlib import Path

from speechkit.recipe.prepared import Dialogue, Prepared, write_prepared
from speechkit.recipe.published import read_rows

_FILE = re.compile(r"(train|valid|test\d)_(aci|virtscribe)_(asr|asrcorr|humantrans)")
_LINE = re.compile(r"\[(\w+)\]\s*")
_ROLES = {"doctor": "doctor", "patient": "patient"}


def prepare(raw: Path, dest: Path) -> Prepared:
    """Write the dialogues; a name tells part, kind of transcript and encounter."""
    dialogues = []
    for path in sorted(raw.rglob("*.csv")):
        if not _FILE.fullmatch(path.stem):
            continue
        for row in read_rows(path, ("id", "dialogue")):
            pieces = _LINE.split(row["dialogue"])[1:]
            lines = tuple(
                (_ROLES.get(role, "other"), " ".join(words.split()))
                for role, words in zip(pieces[::2], pieces[1::2], strict=True)
                if words.strip()
            )
            name = f"{path.stem}-{row['id']}"
            dialogues.append(Dialogue(name=name, language="en", lines=lines))
    return write_prepared(dest, raw, dialogues=dialogues)
