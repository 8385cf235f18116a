"""MultiMed: parquet files whose rows hold the bytes of a sound file and its text."""

from __future__ import annotations

from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.recipe.prepared import Clip, Prepared, keep_sound, write_prepared
from speechkit.recipe.published import read_parquet

_LANGUAGES = {"Vietnamese": "vi", "English": "en", "German": "de", "French": "fr", "Chinese": "zh"}


def prepare(raw: Path, dest: Path, *, part: str = "test") -> Prepared:
    """Unpack one part of all languages that are there into `dest/audio`."""
    clips = []
    for language, code in _LANGUAGES.items():
        number = 0
        for path in sorted(raw.glob(f"{language}/{part}-*.parquet")):
            for row in read_parquet(path, ("audio", "text")):
                name = keep_sound(dest, f"{code}/{part}-{number:05d}", row["audio"]["bytes"])
                told = {"language": code, "consent": "public:multimed"}
                clips.append(Clip(audio=name, told=told, text=row["text"]))
                number += 1
    if not clips:
        raise InputError(f"{raw}: no <Language>/{part}-*.parquet in it")
    return write_prepared(dest, dest / "audio", clips)
