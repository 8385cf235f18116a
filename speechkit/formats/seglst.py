"""SegLST (CHiME, meeteval): a JSON list of objects with session_id, speaker, times and words.

https://github.com/fgnt/meeteval#supported-file-formats
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.errors import InputError
from speechkit.core.types import Segment
from speechkit.formats.fields import in_order, seconds
from speechkit.formats.transcript import Notes, Reading, Segments, TranscriptFormat

_FIELDS = frozenset({"session_id", "speaker", "start_time", "end_time", "words"})
_LIST = re.compile(r"[\s\ufeff]*\[")
_CAPITALS = re.compile(r'[\s\ufeff]*\[\s*\{\s*"[A-Z]')  # VibeVoice's rows


def parse_seglst(text: str, where: Path) -> Reading[Segment]:
    """Read segments by session.

    Raises:
        InputError: with file, entry and reason.
    """
    try:
        entries = msgspec.json.decode(text.encode(), type=list[dict[str, Any]])
    except (msgspec.MsgspecError, UnicodeEncodeError) as error:
        raise InputError(f"{where}: not a SegLST list ({error})") from error
    notes = Notes()
    pairs = [_entry(entry, where, index, notes) for index, entry in enumerate(entries, start=1)]
    return Reading(recordings=in_order(pairs), notes=notes.all())


def format_seglst(segments: Segments) -> str:
    """Write segments by recording, one object a line."""
    rows = [
        msgspec.json.encode(
            {
                "session_id": name,
                "speaker": segment.speaker,
                "start_time": segment.start,
                "end_time": segment.end,
                "words": segment.text,
            }
        ).decode()
        for name, items in segments.items()
        for segment in items
    ]
    return "[\n" + ",\n".join(rows) + "\n]\n"


def _entry(entry: dict[str, Any], where: Path, index: int, notes: Notes) -> tuple[str, Segment]:
    try:
        start, end = (seconds(str(entry[key]), where, index) for key in ("start_time", "end_time"))
        session, words = str(entry["session_id"]), entry["words"]
    except KeyError as error:
        raise InputError(f"{where}, entry {index}: no field {error}") from error
    if end < start:
        raise InputError(f"{where}, entry {index}: ends before it starts")
    if not isinstance(words, str):
        raise InputError(f"{where}, entry {index}: 'words' is not a text")
    for name in sorted(entry.keys() - _FIELDS):
        notes.add(0, f"the field {name!r}")
    speaker = str(entry.get("speaker") or "")
    text = " ".join(words.split())
    return session, Segment(id="", start=start, end=end, text=text, speaker=speaker)


def is_seglst(text: str) -> bool:
    """Say whether a text is a list, of rows whose fields are in lower case."""
    return bool(_LIST.match(text)) and not _CAPITALS.match(text)


FORMAT = TranscriptFormat(
    name="seglst",
    title="SegLST, a JSON list of segments",
    standard="meeteval, https://github.com/fgnt/meeteval#supported-file-formats",
    suffixes=(".seglst.json", ".json"),
    parse=parse_seglst,
    write=format_seglst,
    claims=is_seglst,
    drops=("words' times and confidence", "language", "channels", "labels"),
    passes_over=("fields beyond the five of SegLST",),
    oracle="meeteval",
    refuses=(
        "words that are not a text",
        "an end before its start",
    ),
)
