"""Filtering a release's segments: only the fields that are asked for are read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from speechkit.core.errors import InputError
from speechkit.manifest.lines import raw_lines, reason_of
from speechkit.manifest.schema import SEGMENTS, ReleasedSegment


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """What segments must be; an empty field lets all through."""

    language: str = ""
    role: str = ""
    speaker: str = ""
    review: str = ""
    recording: str = ""


def count_segments(path: Path, language: str) -> int:
    """Count the segments of a language."""
    return sum(1 for _ in filtered_lines(path, Filter(language=language)))


def filtered_lines(path: Path, wanted: Filter) -> Iterator[bytes]:
    """Yield the lines of segments that fit, as they stand in the release.

    Raises:
        InputError: with file, line and reason, for a malformed line.
    """
    asked = {name: value for name in wanted.__struct_fields__ if (value := getattr(wanted, name))}
    # A line is canonical, so a field looks the same wherever it stands: most lines that do not
    # fit are passed over without being decoded.
    hints = [
        f'"{name}":{msgspec.json.encode(value).decode()}'.encode() for name, value in asked.items()
    ]
    narrow = msgspec.defstruct("Asked", [(name, str, "") for name in asked])
    decoder = msgspec.json.Decoder(narrow)
    for file, number, line in raw_lines(path, SEGMENTS):
        if not all(hint in line for hint in hints):
            continue
        try:
            row = decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise InputError(f"{file}, line {number}: {reason_of(error)}") from error
        if all(getattr(row, name) == value for name, value in asked.items()):
            yield line


def filtered(path: Path, wanted: Filter) -> Iterator[ReleasedSegment]:
    """Yield the segments that fit."""
    decoder = msgspec.json.Decoder(ReleasedSegment)
    return map(decoder.decode, filtered_lines(path, wanted))
