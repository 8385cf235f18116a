"""VoxPopuli's accented English: one table, clips named by its ids."""

from __future__ import annotations

from pathlib import Path

from speechkit.recipe.prepared import Clip, Prepared, write_prepared
from speechkit.recipe.published import audio_below, find_one, read_rows

_NEEDED = ("id", "raw_text", "normalized_text", "speaker_id", "gender", "accent")


def prepare(raw: Path, dest: Path) -> Prepared:
    """Write the table; rows without a sound file are counted."""
    table = find_one(raw, "en_accented/asr_test.tsv")
    sounds = {
        name: (table.parent / path).relative_to(raw).as_posix()
        for name, path in audio_below(table.parent).items()
    }
    clips, missing = [], 0
    for row in read_rows(table, _NEEDED, delimiter="\t", quoted=False):
        if row["id"] not in sounds:
            missing += 1
            continue
        told = {
            "language": "en",
            "accent": row["accent"],
            "sex": row["gender"],
            "speaker": row["speaker_id"],
            "collection_intent": "parliamentary debate",
            "consent": "public:voxpopuli",
        }
        text = row["raw_text"] or row["normalized_text"]
        clips.append(Clip(audio=sounds[row["id"]], told=told, text=text))
    notes = [f"{missing} rows name a clip that is not there"] if missing else []
    return write_prepared(dest, raw, clips, notes=notes)
