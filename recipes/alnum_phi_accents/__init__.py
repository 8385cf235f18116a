"""Alphanumeric Audio Dataset: a row a clip; which of three prompts it reads, its folder tells.

An extract with a `clips.tsv` (file, kind, gold, …) in place of `metadata.csv` is read too.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from speechkit.recipe.prepared import Clip, Prepared, write_prepared
from speechkit.recipe.published import find_one, read_rows

_PROMPTS = {"Names": "Name", "Numbers": "Number", "Addresses": "Address"}
_EXTRACT = ("file", "speaker", "gold", "native_language", "gender", "age", "device")
_PUBLISHED = ("Response_ID", "file_name", "Native Language", "Gender", "Age", "Recording Machine")


def prepare(raw: Path, dest: Path) -> Prepared:
    """Write a table with the prompt as the reference of each clip."""
    if (raw / "clips.tsv").is_file():
        rows = read_rows(raw / "clips.tsv", _EXTRACT, delimiter="\t", quoted=False)
        clips = [
            _clip(row["file"], row["gold"], *(row[n] for n in _EXTRACT[1:2] + _EXTRACT[3:]))
            for row in rows
        ]
        return write_prepared(dest, raw, clips)
    clips, missing = [], 0
    table = find_one(raw, "metadata.csv")
    for row in read_rows(table, (*_PUBLISHED, *_PROMPTS.values())):
        path = PurePosixPath(row["file_name"])
        if path.parent.name not in _PROMPTS or not (table.parent / path).is_file():
            missing += 1
            continue
        audio = (table.parent / path).relative_to(raw).as_posix()
        about = (row[name] for name in (_PUBLISHED[0], *_PUBLISHED[2:]))
        clips.append(_clip(audio, row[_PROMPTS[path.parent.name]], *about))
    notes = [f"{missing} rows name a clip that is not there"] if missing else []
    return write_prepared(dest, raw, clips, notes=notes)


def _clip(
    audio: str, prompt: str, speaker: str, accent: str, sex: str, age: str, device: str
) -> Clip:
    told = {
        "language": "en",
        "accent": " ".join(accent.split()),
        "speaker": speaker,
        "sex": sex,
        "age": age,
        "device": device,
        "consent": "public:alnum_phi_accents",
    }
    return Clip(audio=audio, told=told, text=prompt)
