"""Earnings-22: a table of calls, MP3 files, and a token a line with its punctuation."""

from __future__ import annotations

from pathlib import Path

from speechkit.recipe.prepared import Clip, Prepared, write_prepared
from speechkit.recipe.published import find_one, read_rows


def prepare(raw: Path, dest: Path) -> Prepared:
    """Write a table with the country of the company as the accent."""
    table = find_one(raw, "metadata.csv")
    clips, missing = [], 0
    for row in read_rows(table, ("File ID", "Country by Ticker")):
        sound = table.parent / "media" / f"{row['File ID']}.mp3"
        text = table.parent / "transcripts" / "nlp_references" / f"{row['File ID']}.nlp"
        if not (sound.is_file() and text.is_file()):
            missing += 1
            continue
        told = {
            "language": "en",
            "accent": row["Country by Ticker"],
            "modality": "phone",
            "collection_intent": "earnings call",
            "consent": "public:earnings22",
        }
        audio = sound.relative_to(raw).as_posix()
        clips.append(Clip(audio=audio, told=told, text=_text(text)))
    notes = [f"{missing} calls lack sound or transcript"] if missing else []
    return write_prepared(dest, raw, clips, notes=notes)


def _text(path: Path) -> str:
    rows = read_rows(path, ("token", "punctuation"), delimiter="|", quoted=False)
    return " ".join(row["token"] + row["punctuation"] for row in rows)
