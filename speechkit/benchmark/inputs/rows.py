"""Transcripts as JSONL: a line a segment (or a recording), fields beside the text.

{"recording": "a", "start": 0.0, "end": 2.1, "speaker": "doctor", "text": "…", "accent": "…"}
{"recording": "a", "segments": [{"start": 0.0, "end": 2.1, "text": "…"}]}
{"audio_filepath": "clips/a.wav", "text": "…", "pred_text": "…"}      NeMo: what was said, and wrote

Whisper's JSON is such an object without a name.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.errors import InputError
from speechkit.core.types import Segment
from speechkit.formats import read_text

_FILES = ("audio", "file", "file_name", "audio_filepath")
_IDS = ("recording", "id", "session_id", *_FILES)
_TEXTS = ("text", "transcript", "words", "sentence")
_WROTE = "pred_text"
_TIMES = {"start": ("start", "start_time"), "end": ("end", "end_time")}


class Rows(msgspec.Struct):
    """What a file says about one recording."""

    segments: list[Segment] = []
    fields: dict[str, str] = {}


def read_rows(path: Path, *, reference: bool) -> dict[str, Rows]:
    """Read a JSONL file → segments and fields by recording; of both sides in one, the one asked for.

    Raises:
        InputError: with file, line and reason.
    """
    found: dict[str, Rows] = {}
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        try:
            row = msgspec.json.decode(line, type=dict[str, Any])
        except msgspec.MsgspecError as error:
            raise InputError(f"{where}: not a JSON object") from error
        key = _first(row, _IDS, where)
        name = Path(str(row[key])).stem if key in _FILES else str(row[key])
        rows = found.setdefault(name, Rows())
        rows.segments += read_object(row, where, reference=reference)
        rows.fields.update({k: v for k, v in row.items() if isinstance(v, str) and _is_field(k)})
    return found


def read_object(row: dict[str, Any], where: str, *, reference: bool) -> list[Segment]:
    """Return the segments of an object that holds a list of them, or is one itself.

    Raises:
        InputError: if there is no text, or times are no numbers.
    """
    texts = _TEXTS if reference else (_WROTE, *_TEXTS)
    if isinstance(parts := row.get("segments"), list):
        return [_segment(part, texts, where) for part in parts]
    return [_segment(row, texts, where)]


def _is_field(name: str) -> bool:
    return name not in (*_IDS, *_TEXTS, _WROTE, "speaker")


def _segment(row: Any, texts: tuple[str, ...], where: str) -> Segment:
    if not isinstance(row, dict):
        raise InputError(f"{where}: a segment is not an object")
    text = row[_first(row, texts, where)]
    if not isinstance(text, str):
        raise InputError(f"{where}: its text is not a string")
    try:
        times = {
            key: float(next((row[n] for n in names if row.get(n) is not None), 0.0))
            for key, names in _TIMES.items()
        }
    except (TypeError, ValueError) as error:
        raise InputError(f"{where}: start and end are not numbers") from error
    language = row.get("language")
    return Segment(
        id="",
        text=text,
        speaker=str(row.get("speaker") or ""),
        language=language if isinstance(language, str) else "",
        start=times["start"],
        end=times["end"],
    )


def _first(row: dict[str, Any], names: tuple[str, ...], where: str) -> str:
    for name in names:
        if name in row:
            return name
    raise InputError(f"{where}: none of {', '.join(names)} in it")
