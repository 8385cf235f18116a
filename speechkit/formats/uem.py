"""UEM (NIST): `name channel start end`, the parts of recordings that are scored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.core.time import Interval
from speechkit.formats.fields import lines_of, one_word, seconds


def parse_uem(text: str, where: Path) -> dict[str, tuple[Interval, ...]]:
    """Read the scored parts by recording, sorted.

    Raises:
        InputError: with file, line and reason.
    """
    parts: dict[str, list[Interval]] = defaultdict(list)
    for number, line in lines_of(text):
        fields = line.split()
        if len(fields) != 4:
            raise InputError(f"{where}, line {number}: {len(fields)} fields, UEM has 4")
        start, end = (seconds(field, where, number) for field in fields[2:])
        if end < start:
            raise InputError(f"{where}, line {number}: ends before it starts")
        parts[fields[0]].append((start, end))
    return {name: tuple(sorted(items)) for name, items in parts.items()}


def format_uem(parts: Mapping[str, tuple[Interval, ...]]) -> str:
    """Write the scored parts of recordings."""
    return "".join(
        f"{one_word(name)} 1 {start:.3f} {end:.3f}\n"
        for name, items in parts.items()
        for start, end in items
    )
