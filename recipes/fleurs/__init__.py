"""FLEURS: a TSV file a part, without a header."""

from __future__ import annotations

from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.recipe.prepared import Clip, Prepared, write_prepared

_FIELDS = 7  # id, file, as written, normalized, characters, samples, gender


def prepare(raw: Path, dest: Path, *, part: str = "test") -> Prepared:
    """Write the table of one part of every language below."""
    clips, missing = [], 0
    for path in sorted(raw.rglob(f"{part}.tsv")):
        locale = path.parent.name
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            fields = line.split("\t")
            if len(fields) < _FIELDS:
                raise InputError(f"{path}, line {number}: {len(fields)} fields, FLEURS has 7")
            sound = path.parent / "audio" / part / fields[1]
            if not sound.is_file():
                missing += 1
                continue
            told = {
                "language": locale.partition("_")[0],
                "accent": locale.replace("_", "-"),
                "sex": fields[6].strip(),
                "consent": "public:fleurs",
            }
            audio = sound.relative_to(raw).as_posix()
            clips.append(Clip(audio=audio, told=told, text=fields[2]))
    if not clips:
        raise InputError(f"{raw}: no {part}.tsv whose clips lie in audio/{part}/ beside it")
    notes = [f"{missing} rows name a clip that is not there"] if missing else []
    return write_prepared(dest, raw, clips, notes=notes)
