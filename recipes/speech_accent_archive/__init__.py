"""Speech Accent Archive: a table of speakers, a recording each, and the paragraph that all read."""

from __future__ import annotations

from pathlib import Path

from speechkit.recipe.prepared import Clip, Prepared, write_prepared
from speechkit.recipe.published import audio_below, find_one, read_rows

_NEEDED = ("filename", "native_language", "sex", "age", "speakerid")


def prepare(raw: Path, dest: Path) -> Prepared:
    """Write a table with the paragraph as the reference of each."""
    passage = find_one(raw, "reading-passage.txt").read_text("utf-8-sig")
    sounds = audio_below(raw)
    clips, missing = [], 0
    for row in read_rows(find_one(raw, "speakers_all.csv"), _NEEDED):
        if row["filename"] not in sounds:
            missing += 1
            continue
        told = {
            "language": "en",
            "accent": row["native_language"],
            # The table has it misspelt once.
            "sex": "female" if row["sex"] == "famale" else row["sex"],
            "age": row["age"].partition(".")[0],
            "speaker": row["speakerid"],
            "consent": "public:speech_accent_archive",
        }
        clips.append(Clip(audio=sounds[row["filename"]], told=told, text=passage))
    notes = [f"{missing} speakers have no recording"] if missing else []
    return write_prepared(dest, raw, clips, notes=notes)
