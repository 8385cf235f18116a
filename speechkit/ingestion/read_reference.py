"""Reads what a corpus' table names as references: RTTM, STM, TextGrid and the like."""

from __future__ import annotations

from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.core.types import Item
from speechkit.formats import read_segments, read_turns


def read_reference(path: Path, stem: str) -> tuple[Item, ...]:
    """Read what a reference file says about one recording: the one of that name, or the only one.

    Raises:
        InputError: if the file cannot be read, or is about several others.
    """
    found = read_turns(path) if path.suffix.lower() == ".rttm" else read_segments(path)
    if stem in found:
        return found[stem]
    if len(found) == 1:
        return next(iter(found.values()))
    raise InputError(
        f"{path}: is about {len(found)} recordings, none of which is called as this file"
    )
