"""What the line-based formats of NIST share: times, names without blanks, channels, order."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from speechkit.core.digest import segment_id
from speechkit.core.errors import InputError
from speechkit.core.time import round_ms
from speechkit.core.types import Segment

# How a field says that it holds nothing; a speaker of that name is unknown.
ABSENT = frozenset({"", "<na>", "na", "n/a", "<n/a>", "<null>", "<none>", "<unknown>"})
# Tools subtract margins and padding: a start this little before 0 is 0.
_BEFORE_ZERO = 0.1  # seconds


def seconds(field: str, where: Path, line: int) -> float:
    """Read a time in seconds, at least 0.

    Raises:
        InputError: for anything else.
    """
    try:
        value = float(field)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < 0:
        raise InputError(f"{where}, line {line}: {field!r} is not a time in seconds")
    return round_ms(value)


def start_seconds(field: str, where: Path, line: int) -> tuple[float, bool]:
    """Read where something begins → seconds, and whether it was moved to 0 from just before it."""
    try:
        value = float(field)
    except ValueError:
        value = math.nan
    if -_BEFORE_ZERO <= value < 0:
        return 0.0, True
    return seconds(field, where, line), False


def share(field: str, where: Path, line: int) -> float:
    """Read a number from 0 to 1, as confidence is, without rounding it."""
    try:
        value = float(field)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        raise InputError(f"{where}, line {line}: not a number from 0 to 1")
    return value


def one_word(name: str) -> str:
    """Return a name that fits into a field separated by blanks: they become underscores.

    >>> one_word("Dr. Ellison")
    'Dr._Ellison'
    """
    return "_".join(name.split()) or "-"


def name_field(field: str) -> str:
    """Return a name, empty where the field says that there is none.

    >>> name_field("<NA>"), name_field("A")
    ('', 'A')
    """
    return "" if field.casefold() in ABSENT else field


def channel_numbers(fields: Iterable[str]) -> dict[str, int | None]:
    """Return channels, counted from 0, for the channel fields of one recording.

    NIST counts from 1 or A; other tools count from 0. The first, where it is the only one, may be
    all that the recording has: None.

    >>> channel_numbers(["1"]), channel_numbers(["A", "B"]), channel_numbers(["0", "1"])
    ({'1': None}, {'A': 0, 'B': 1}, {'0': 0, '1': 1})
    """
    known = {field: _number(field) for field in dict.fromkeys(fields)}
    first = 0 if 0 in known.values() else 1
    alone = len({number for number in known.values() if number is not None}) < 2
    return {
        field: None if number is None or (alone and number == first) else number - first
        for field, number in known.items()
    }


def _number(field: str) -> int | None:
    if len(field) == 1 and field.isalpha() and field.isascii():
        return ord(field.upper()) - 64
    return int(field) if field.isascii() and field.isdigit() else None


def channel_field(channel: int | None) -> str:
    """Write a channel, counted from 1."""
    return str((channel or 0) + 1)


def in_order(
    pairs: Iterable[tuple[str, Segment]], names: Iterable[str] = ()
) -> dict[str, tuple[Segment, ...]]:
    """Group segments by recording, in order of time, and give them ids.

    `names` are recordings that exist even if there is no speech in them.
    """
    grouped: dict[str, list[Segment]] = defaultdict(list)
    for recording, segment in pairs:
        grouped[recording].append(segment)
    for name in names:
        grouped.setdefault(name, [])
    return {
        recording: tuple(
            msgspec.structs.replace(segment, id=segment_id(recording, index))
            for index, segment in enumerate(sorted(segments, key=_order))
        )
        for recording, segments in grouped.items()
    }


def with_channels(
    pairs: Iterable[tuple[str, str, Segment]], names: Mapping[str, set[str]] | None = None
) -> list[tuple[str, Segment]]:
    """Give segments the channels that their fields mean: (recording, channel field, segment)."""
    rows = list(pairs)
    used: dict[str, set[str]] = defaultdict(set)
    for recording, field, _ in rows:
        used[recording].add(field)
    for recording, more in (names or {}).items():
        used[recording] |= more
    numbers = {recording: channel_numbers(sorted(fields)) for recording, fields in used.items()}
    return [
        (recording, msgspec.structs.replace(segment, channel=numbers[recording][field]))
        for recording, field, segment in rows
    ]


def _order(segment: Segment) -> tuple[float, float, int]:
    return (segment.start, segment.end, segment.channel or 0)
