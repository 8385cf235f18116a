"""Transcripts as JSONL: a line a segment (or a recording), fields beside the text.

{"recording": "a", "start": 0.0, "end": 2.1, "speaker": "doctor", "text": "…", "accent": "…"}
{"recording": "a", "segments": [{"start": 0.0, "end": 2.1, "text": "…"}]}
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.errors import InputError
from speechkit.core.types import Segment
from speechkit.manifest.formats import read_text

_IDS = ("recording", "id", "session_id", "audio", "file", "file_name")
_TEXTS = ("text", "transcript", "words", "sentence")
_TIMES = {"start": ("start", "start_time"), "end": ("end", "end_time")}


class Rows(msgspec.Struct):
    """What a file says about one recording."""

    segments: list[Segment] = []
    fields: dict[str, str] = {}


def read_rows(path: Path) -> dict[str, Rows]:
    """Read a JSONL file → segments and fields by recording.

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
        name = str(row.get(_first(row, _IDS, where)))
        rows = found.setdefault(name, Rows())
        if isinstance(parts := row.get("segments"), list):
            rows.segments += [_segment(part, where) for part in parts]
        else:
            rows.segments.append(_segment(row, where))
        rows.fields.update({k: v for k, v in row.items() if isinstance(v, str) and _is_field(k)})
    return found


def _is_field(name: str) -> bool:
    return name not in (*_IDS, *_TEXTS, "speaker")


def _segment(row: Any, where: str) -> Segment:
    if not isinstance(row, dict):
        raise InputError(f"{where}: a segment is not an object")
    text = row[_first(row, _TEXTS, where)]
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
