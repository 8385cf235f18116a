"""MedDialog-Audio: one table for the clean clips; noisy ones share their name but for its end."""

from __future__ import annotations

import re
from pathlib import Path

from speechkit.core.errors import UsageError, did_you_mean
from speechkit.recipe.prepared import Clip, Prepared, write_prepared
from speechkit.recipe.published import audio_below, find_one, read_rows

_NAME = re.compile(r"(.+)_([owb]\d\d)")
_NOISE = {
    "o00": "clean",
    "w02": "white noise 2 %",
    "w06": "white noise 6 %",
    "w10": "white noise 10 %",
    "b20": "hospital noise 20 %",
    "b40": "hospital noise 40 %",
    "b60": "hospital noise 60 %",
}


def prepare(raw: Path, dest: Path, *, noise: str = "o00") -> Prepared:
    """Write the table of one grade of noise, or of all; the grade is kept as the device."""
    if noise not in (*_NOISE, "all"):
        raise UsageError(f"no noise {noise!r}; {did_you_mean(noise, (*_NOISE, 'all'))}")
    texts = {}
    for row in read_rows(find_one(raw, "metadata.csv"), ("filename", "transcription")):
        match = _NAME.fullmatch(Path(row["filename"]).stem)
        if match:
            texts[match[1]] = row["transcription"]
    clips, unknown = [], 0
    for name, audio in audio_below(raw).items():
        match = _NAME.fullmatch(name)
        if not match or noise not in (match[2], "all"):
            continue
        if match[1] not in texts or match[2] not in _NOISE:
            unknown += 1
            continue
        told = {
            "language": "en",
            "synthetic": "true",
            "device": _NOISE[match[2]],
            "consent": "public:meddialog_audio",
        }
        clips.append(Clip(audio=audio, told=told, text=texts[match[1]]))
    notes = [f"{unknown} clips have no text in metadata.csv"] if unknown else []
    return write_prepared(dest, raw, clips, notes=notes)
