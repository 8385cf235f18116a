"""speechkit's own JSON: `{"recording": …, "segments": [...]}` with all that a segment holds.

One object a line (https://jsonlines.org) for several recordings.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from speechkit.core.errors import InputError
from speechkit.core.types import Segment
from speechkit.formats.text import split_lines
from speechkit.formats.transcript import Reading, Segments, TranscriptFormat


class _Transcript(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    recording: str
    segments: tuple[Segment, ...]


def parse_json(text: str, where: Path) -> Reading[Segment]:
    """Read one transcript, or one a line.

    Raises:
        InputError: with file, line and reason; also where a recording stands there twice.
    """
    whole = text.strip()
    documents = [(1, whole)]
    first = next((line for line in split_lines(whole) if line.strip()), "")
    if "\n" in whole and first.rstrip().endswith("}"):
        documents = [(n, line) for n, line in enumerate(split_lines(whole), 1) if line.strip()]
    recordings: dict[str, tuple[Segment, ...]] = {}
    for line, document in documents:
        try:
            transcript = msgspec.json.decode(document.encode(), type=_Transcript)
        except (msgspec.MsgspecError, UnicodeEncodeError) as error:
            raise InputError(f"{where}, line {line}: not a transcript ({error})") from error
        if transcript.recording in recordings:
            raise InputError(f"{where}, line {line}: this recording stands there a second time")
        for segment in transcript.segments:
            if not 0 <= segment.start <= segment.end:
                raise InputError(f"{where}, line {line}: a segment ends before it starts")
        recordings[transcript.recording] = transcript.segments
    return Reading(recordings=recordings)


def format_json(segments: Segments) -> str:
    """Write one transcript a line."""
    return "".join(
        msgspec.json.encode(_Transcript(recording=name, segments=items)).decode() + "\n"
        for name, items in segments.items()
    )


FORMAT = TranscriptFormat(
    name="json",
    title="speechkit's JSON, a recording a line",
    standard="JSON lines, https://jsonlines.org",
    suffixes=(".json",),
    parse=parse_json,
    write=format_json,
    refuses=(
        "unknown fields",
        "a second line of the same recording",
    ),
)
