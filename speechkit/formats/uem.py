"""UEM (NIST): `name channel start end`, the parts of recordings that are scored.

https://github.com/usnistgov/SCTK, md-eval; pyannote.database reads the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.core.time import Interval
from speechkit.formats.fields import one_word, seconds, start_seconds
from speechkit.formats.text import numbered_lines


def parse_uem(text: str, where: Path) -> dict[str, tuple[Interval, ...]]:
    """Read the scored parts by recording, sorted.

    Raises:
        InputError: with file, line and reason.
    """
    parts: dict[str, list[Interval]] = defaultdict(list)
    for number, line in numbered_lines(text):
        fields = line.split()
        if len(fields) != 4:
            raise InputError(f"{where}, line {number}: {len(fields)} fields, UEM has 4")
        start, _ = start_seconds(fields[2], where, number)
        end = seconds(fields[3], where, number)
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
