"""Common Voice: a TSV file a part, clips beside it."""

from __future__ import annotations

from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.recipe.prepared import Clip, Prepared, write_prepared
from speechkit.recipe.published import read_rows

_NEEDED = ("client_id", "path", "sentence", "age", "gender", "locale")


def prepare(raw: Path, dest: Path, *, part: str = "test") -> Prepared:
    """Write the table of one part of every language below."""
    clips, missing = [], 0
    for path in sorted(raw.rglob(f"{part}.tsv")):
        for row in read_rows(path, _NEEDED, delimiter="\t", quoted=False):
            sound = path.parent / "clips" / row["path"]
            if not sound.is_file():
                missing += 1
                continue
            told = {
                "language": row["locale"],
                # Older releases call the column `accent`, newer ones `accents`.
                "accent": (row.get("accents") or row.get("accent") or "")[:64],
                "sex": row["gender"],
                "age_band": row["age"],
                "speaker": row["client_id"],
                "consent": "public:common_voice",
            }
            audio = sound.relative_to(raw).as_posix()
            clips.append(Clip(audio=audio, told=told, text=row["sentence"]))
    if not clips:
        raise InputError(f"{raw}: no {part}.tsv whose clips lie in clips/ beside it")
    notes = [f"{missing} rows name a clip that is not there"] if missing else []
    return write_prepared(dest, raw, clips, notes=notes)
