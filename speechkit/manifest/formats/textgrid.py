"""Praat TextGrid (long text form): interval tiers, one a speaker. Reading only.

Drops: point tiers, and intervals without text.
"""

from __future__ import annotations

import re
from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.core.time import round_ms
from speechkit.core.types import Segment
from speechkit.manifest.formats.fields import in_order

_FIELD = re.compile(r"^\s*(class|name|xmin|xmax|text)\s*=\s*(.*?)\s*$")


def parse_textgrid(text: str, where: Path) -> dict[str, tuple[Segment, ...]]:
    """Read all interval tiers; a tier's name is its speaker, the file names the recording.

    Raises:
        InputError: with file, line and reason.
    """
    if "ooTextFile" not in text.partition("\n")[0]:
        raise InputError(f"{where}, line 1: not a TextGrid in Praat's long text form")
    pairs = []
    tier, kind, start, end = "", "", 0.0, 0.0
    pending = ""
    for number, raw in enumerate(text.splitlines(), start=1):
        # A label may run over several lines until its closing quote.
        line = f"{pending}\n{raw}" if pending else raw
        field = (
            _FIELD.match(line) if not pending else re.match(r"(?s)^\s*(text)\s*=\s*(.*?)\s*$", line)
        )
        if field is None:
            continue
        name, value = field[1], field[2]
        if name == "text" and (len(value) < 2 or value.count('"') % 2):
            pending = line
            continue
        pending = ""
        if name == "class":
            kind = _label(value)
        elif name == "name":
            tier = _label(value)
        elif name in ("xmin", "xmax"):
            try:
                time = float(value)
            except ValueError as error:
                raise InputError(f"{where}, line {number}: {value!r} is not a time") from error
            start, end = (time, end) if name == "xmin" else (start, time)
        elif kind == "IntervalTier" and (words := " ".join(_label(value).split())):
            segment = Segment(
                id="", start=round_ms(start), end=round_ms(end), text=words, speaker=tier
            )
            pairs.append((where.stem, segment))
    if pending:
        raise InputError(f"{where}: a label's closing quote is missing")
    return in_order(pairs) or {where.stem: ()}


def _label(value: str) -> str:
    return value.strip().removeprefix('"').removesuffix('"').replace('""', '"')
