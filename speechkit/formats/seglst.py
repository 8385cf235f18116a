"""SegLST (CHiME, meeteval): a JSON list of objects with session_id, speaker, times and words.

Drops: word times, confidence, language, labels.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.errors import InputError
from speechkit.core.types import Segment
from speechkit.formats.fields import in_order, seconds


def parse_seglst(text: str, where: Path) -> dict[str, tuple[Segment, ...]]:
    """Read segments by session.

    Raises:
        InputError: with file, entry and reason.
    """
    try:
        entries = msgspec.json.decode(text.encode(), type=list[dict[str, Any]])
    except msgspec.MsgspecError as error:
        raise InputError(f"{where}: not a SegLST list ({error})") from error
    return in_order(_entry(entry, where, index) for index, entry in enumerate(entries, start=1))


def format_seglst(segments: Mapping[str, tuple[Segment, ...]]) -> str:
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


def _entry(entry: dict[str, Any], where: Path, index: int) -> tuple[str, Segment]:
    try:
        start, end = (seconds(str(entry[key]), where, index) for key in ("start_time", "end_time"))
        return str(entry["session_id"]), Segment(
            id="",
            start=start,
            end=end,
            text=" ".join(str(entry["words"]).split()),
            speaker=str(entry.get("speaker", "")),
        )
    except KeyError as error:
        raise InputError(f"{where}, entry {index}: no field {error}") from error
