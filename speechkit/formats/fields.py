"""What the line-based formats share: numbers with a reason when they are none, names without
blanks, segments from lines."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from speechkit.core.digest import segment_id
from speechkit.core.errors import InputError
from speechkit.core.time import round_ms
from speechkit.core.types import Segment

# Labels of speakers as releases have them; of other names nothing tells them from words.
_LABEL = re.compile(r"(p-[0-9a-f]{12}|SPEAKER_\d+): ?")


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """Yield numbered lines without empty ones and comments (`;;`)."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith(";;"):
            yield number, line


def seconds(field: str, where: Path, line: int) -> float:
    """Read a time in seconds, at least 0."""
    try:
        value = float(field)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < 0:
        raise InputError(f"{where}, line {line}: {field!r} is not a time in seconds")
    return round_ms(value)


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


def without_label(text: str) -> tuple[str, str]:
    """Return the speaker whose label stands before the words, and the words.

    >>> without_label("SPEAKER_01: Good morning."), without_label("Doctor: yes?")
    (('SPEAKER_01', 'Good morning.'), ('', 'Doctor: yes?'))
    """
    found = _LABEL.match(text)
    return ("", text) if found is None else (found[1], text[found.end() :])


def channel_number(field: str) -> int | None:
    """Read a channel of STM, CTM or RTTM, counted from 1 (or A, B); None where there is just one.

    >>> channel_number("1"), channel_number("2"), channel_number("B")
    (None, 1, 1)
    """
    number = ord(field.upper()) - 64 if len(field) == 1 and field.isalpha() else None
    if number is None:
        number = int(field) if field.isdigit() else 1
    return number - 1 if number > 1 else None


def channel_field(channel: int | None) -> str:
    """Write a channel, counted from 1."""
    return str((channel or 0) + 1)


def in_order(pairs: Iterable[tuple[str, Segment]]) -> dict[str, tuple[Segment, ...]]:
    """Group segments by recording, in order of time, and give them ids."""
    grouped: dict[str, list[Segment]] = defaultdict(list)
    for recording, segment in pairs:
        grouped[recording].append(segment)
    return {
        recording: tuple(
            msgspec.structs.replace(segment, id=segment_id(recording, index))
            for index, segment in enumerate(sorted(segments, key=_order))
        )
        for recording, segments in grouped.items()
    }


def _order(segment: Segment) -> tuple[float, float, int]:
    return (segment.start, segment.end, segment.channel or 0)
