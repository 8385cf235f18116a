"""Rows of other tools' files: read and written a line at a time, every error with file and line."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from speechkit.core.digest import canonical_json
from speechkit.core.errors import InputError
from speechkit.core.time import round_ms
from speechkit.manifest.lines import reason_of
from speechkit.manifest.schema import ReleasedSegment

Row = TypeVar("Row")


def json_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield numbered objects of a JSON-lines file; `.gz` is unpacked.

    Raises:
        InputError: with file, line and reason.
    """
    import gzip
    import zlib

    number = 0
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.strip():
                    continue
                try:
                    row = msgspec.json.decode(line)
                except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                    raise InputError(f"{path}, line {number}: {reason_of(error)}") from error
                if not isinstance(row, dict):
                    raise InputError(f"{path}, line {number}: not a JSON object")
                yield number, row
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or "damaged"
        raise InputError(f"{path}, after line {number}: {reason}") from error


def convert(value: Any, type_: type[Row], where: Path, line: int) -> Row:
    """Return a decoded value as a struct.

    Raises:
        InputError: with file, line and reason, never quoting the value.
    """
    try:
        return msgspec.convert(value, type_)
    except msgspec.ValidationError as error:
        raise InputError(f"{where}, line {line}: {reason_of(error)}") from error


def field(row: Mapping[str, Any], name: str, where: Path, line: int) -> Any:
    """Return a field that must be there."""
    if name not in row:
        raise InputError(f"{where}, line {line}: no field {name!r}")
    return row[name]


def number_field(row: Mapping[str, Any], name: str, where: Path, line: int) -> float:
    """Return a time in seconds that must be there: finite and at least 0."""
    value = field(row, name, where, line)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise InputError(f"{where}, line {line}: {name!r} is not a time in seconds")
    return round_ms(value)


@contextmanager
def reading(where: Path, line: int) -> Iterator[None]:
    """While a line's values are taken apart: one of another kind than the format has is named.

    Raises:
        InputError: with file and line, never quoting the value.
    """
    try:
        yield
    except (TypeError, AttributeError, ValueError, LookupError) as error:
        raise InputError(f"{where}, line {line}: does not follow this format") from error


def write_json_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write an object a line, in canonical JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for row in rows:
            file.write(canonical_json(row) + b"\n")


# ---- what most formats cannot say about a segment


class Rest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Fields of a segment that go into a format's free field, where it has one."""

    role: str = ""
    channel: int | None = None
    confidence: float | None = None
    labels: tuple[str, ...] = ()
    review: str = "draft"
    words: tuple[dict[str, Any], ...] = ()


def rest_of(segment: ReleasedSegment, *without: str) -> dict[str, Any]:
    """Return the segment's fields that most formats lack, except for those named."""
    rest = Rest(
        role=segment.role,
        channel=segment.channel,
        confidence=segment.confidence,
        labels=segment.labels,
        review=segment.review,
        words=tuple(msgspec.to_builtins(word) for word in segment.words),
    )
    built: dict[str, Any] = msgspec.to_builtins(rest)
    return {name: value for name, value in built.items() if name not in without}


def make_segment(where: Path, line: int, rest: Any = None, **fields: Any) -> ReleasedSegment:
    """Return a segment from a format's own fields and the free field that held the rest.

    Raises:
        InputError: with file, line and reason.
    """
    if fields["end"] < fields["start"]:
        raise InputError(f"{where}, line {line}: ends before it starts")
    row = {"role": "unknown", "speaker": "", "text": "", **(rest or {}), **fields}
    return convert(row, ReleasedSegment, where, line)
