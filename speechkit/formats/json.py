"""speechkit's own JSON: `{"recording": …, "segments": [...]}` with all that a segment holds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from speechkit.core.errors import InputError
from speechkit.core.types import Segment


class _Transcript(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    recording: str
    segments: tuple[Segment, ...]


def parse_json(text: str, where: Path) -> dict[str, tuple[Segment, ...]]:
    """Read one transcript, or one a line.

    Raises:
        InputError: with file, line and reason.
    """
    whole = text.strip()
    documents = [(1, whole)]
    if "\n" in whole and whole.partition("\n")[0].rstrip().endswith("}"):
        documents = list(enumerate(whole.splitlines(), start=1))
    found: dict[str, tuple[Segment, ...]] = {}
    for line, document in documents:
        try:
            transcript = msgspec.json.decode(document.encode(), type=_Transcript)
        except msgspec.MsgspecError as error:
            raise InputError(f"{where}, line {line}: not a transcript ({error})") from error
        found[transcript.recording] = transcript.segments
    return found


def format_json(segments: Mapping[str, tuple[Segment, ...]]) -> str:
    """Write one transcript a line."""
    return "".join(
        msgspec.json.encode(_Transcript(recording=name, segments=items)).decode() + "\n"
        for name, items in segments.items()
    )
