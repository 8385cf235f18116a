"""AfriSpeech-200: a CSV file an accent and part, clips found by the name that it gives."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from speechkit.recipe.prepared import Clip, Prepared, write_prepared
from speechkit.recipe.published import audio_below, read_rows

_NEEDED = ("audio_paths", "transcript", "user_ids", "accent", "gender")


def prepare(raw: Path, dest: Path, *, part: str = "test") -> Prepared:
    """Write the table of one part; rows without a sound file are counted."""
    sounds = audio_below(raw)
    clips, missing = [], 0
    for path in sorted(raw.glob(f"transcripts/*/{part}.csv")):
        for row in read_rows(path, _NEEDED):
            name = PurePosixPath(row["audio_paths"]).stem
            if name not in sounds:
                missing += 1
                continue
            told = {
                "language": "en",
                "accent": row["accent"],
                "sex": row["gender"],
                "speaker": row["user_ids"],
                "consent": "public:afrispeech200",
                "specialty": row.get("domain", ""),
            }
            clips.append(Clip(audio=sounds[name], told=told, text=row["transcript"]))
    notes = [f"{missing} rows name a clip that is not there"] if missing else []
    return write_prepared(dest, raw, clips, notes=notes)
