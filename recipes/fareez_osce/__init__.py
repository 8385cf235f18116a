"""OSCE interviews: an MP3 and a transcript with `D:` and `P:` lines of the same name."""

from __future__ import annotations

import re
from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.recipe.prepared import Clip, Dialogue, Prepared, write_prepared
from speechkit.recipe.published import audio_below

_LINE = re.compile(r"^\s*([DP])\s*[:;]\s*(.*)$")
_ROLES = {"D": "doctor", "P": "patient"}
_FIELDS = {
    "RES": "respiratory",
    "MSK": "musculoskeletal",
    "GAS": "gastrointestinal",
    "CAR": "cardiac",
    "DER": "dermatological",
    "GEN": "general",
}
_NAME = re.compile(r"([A-Z]{3})\d{4}")


def prepare(raw: Path, dest: Path) -> Prepared:
    """Write a table where there is sound, dialogues where there are only transcripts."""
    sounds = audio_below(raw)
    clips, dialogues = [], []
    for path in sorted(raw.rglob("*.txt")):
        name = _NAME.fullmatch(path.stem)
        if not name:
            continue
        lines = _read(path)
        if path.stem not in sounds:
            dialogues.append(Dialogue(name=path.stem, language="en", lines=lines))
            continue
        told = {
            "language": "en",
            "consent": "public:fareez_osce",
            "specialty": _FIELDS.get(name[1], ""),
            "collection_intent": "simulated consultation",
            "doctor_language": "en",
            "patient_language": "en",
        }
        text = " ".join(words for _, words in lines)
        clips.append(Clip(audio=sounds[path.stem], told=told, text=text))
    return write_prepared(dest, raw, clips, dialogues)


def _read(path: Path) -> tuple[tuple[str, str], ...]:
    data = path.read_bytes()
    # Two of the published files are UTF-16, some hold Windows' quotes.
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise InputError(f"{path}: neither UTF-8, UTF-16 nor Windows-1252")
    lines: list[tuple[str, str]] = []
    for raw_line in text.splitlines():
        if match := _LINE.match(raw_line):
            lines.append((_ROLES[match[1]], match[2].strip()))
        elif raw_line.strip() and lines:
            role, words = lines[-1]
            lines[-1] = (role, f"{words} {raw_line.strip()}".strip())
    return tuple((role, words) for role, words in lines if words)
