"""VietMed: Parquet files whose rows hold the bytes of a sound file, its text, and what it is about."""

from __future__ import annotations

from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.recipe.prepared import Clip, Prepared, keep_sound, write_prepared
from speechkit.recipe.published import read_parquet

_COLUMNS = ("audio", "text", "utterance_id", "icd10_code", "rec_condition")


def prepare(raw: Path, dest: Path, *, part: str = "test") -> Prepared:
    """Unpack one part into `dest/audio`."""
    clips = []
    for path in sorted(raw.glob(f"data/{part}-*.parquet")):
        for row in read_parquet(path, _COLUMNS):
            stem = f"{part}-{len(clips):05d}"
            told = {
                "language": "vi",
                "specialty": str(row["icd10_code"] or ""),
                "device": str(row["rec_condition"] or ""),
                "consent": "public:vietmed",
            }
            audio = keep_sound(dest, stem, row["audio"]["bytes"])
            clips.append(Clip(audio=audio, told=told, text=row["text"]))
    if not clips:
        raise InputError(f"{raw}: no data/{part}-*.parquet in it")
    return write_prepared(dest, dest / "audio", clips)
