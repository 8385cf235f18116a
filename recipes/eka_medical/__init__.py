"""Eka's evaluation set: Parquet files by language; rows hold a sound file, its text and its kind."""

from __future__ import annotations

from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.recipe.prepared import Clip, Prepared, keep_sound, write_prepared
from speechkit.recipe.published import read_parquet


def prepare(raw: Path, dest: Path) -> Prepared:
    """Unpack both languages into `dest/audio`."""
    clips = []
    for language in ("en", "hi"):
        number = 0
        for path in sorted(raw.rglob("*.parquet")):
            if language not in path.relative_to(raw).parts:
                continue
            for row in read_parquet(path, ("audio", "text", "recording_context")):
                told = {
                    "language": language,
                    "accent": "Indian" if language == "en" else "",
                    "collection_intent": row["recording_context"] or "",
                    "consent": "public:eka_medical",
                }
                audio = keep_sound(dest, f"{language}/{number:05d}", row["audio"]["bytes"])
                clips.append(Clip(audio=audio, told=told, text=row["text"]))
                number += 1
    if not clips:
        raise InputError(f"{raw}: no Parquet file below a folder en or hi")
    return write_prepared(dest, dest / "audio", clips)
