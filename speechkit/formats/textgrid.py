"""Praat TextGrid (long text form): interval tiers, one a speaker.

Drops: point tiers, intervals without text or length; written, also words' times, confidence,
labels and channels. Where one speaker's segments overlap, a second tier `NAME (2)` takes them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.core.time import round_ms
from speechkit.core.types import Segment
from speechkit.formats.fields import in_order

_SECOND = re.compile(r" \(\d+\)$")
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
            tier = _SECOND.sub("", _label(value))
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


def format_textgrid(segments: Mapping[str, tuple[Segment, ...]]) -> str:
    """Write one recording; gaps are empty intervals, as Praat wants them."""
    items = [s for rows in segments.values() for s in rows if s.end > s.start and s.text.split()]
    end = max((segment.end for segment in items), default=1.0)
    tiers = _tiers(items)
    lines = [
        'File type = "ooTextFile"',
        'Object class = "TextGrid"',
        "",
        "xmin = 0",
        f"xmax = {end:.3f}",
        "tiers? <exists>",
        f"size = {len(tiers)}",
        "item []:",
    ]
    for number, (name, spoken) in enumerate(tiers, start=1):
        intervals = _with_gaps(spoken, end)
        lines += [
            f"    item [{number}]:",
            '        class = "IntervalTier"',
            f"        name = {_quoted(name)}",
            "        xmin = 0",
            f"        xmax = {end:.3f}",
            f"        intervals: size = {len(intervals)}",
        ]
        for index, (start, stop, text) in enumerate(intervals, start=1):
            lines += [
                f"        intervals [{index}]:",
                f"            xmin = {start:.3f}",
                f"            xmax = {stop:.3f}",
                f"            text = {_quoted(text)}",
            ]
    return "\n".join(lines) + "\n"


def _tiers(items: list[Segment]) -> list[tuple[str, list[Segment]]]:
    """Put each segment on the first tier of its speaker on which there is room."""
    tiers: dict[str, list[list[Segment]]] = {}
    for segment in sorted(items, key=lambda s: (s.start, s.end)):
        mine = tiers.setdefault(segment.speaker, [])
        for tier in mine:
            if tier[-1].end <= segment.start:
                tier.append(segment)
                break
        else:
            mine.append([segment])
    return [
        (f"{speaker} ({number})" if number > 1 else speaker, tier)
        for speaker, mine in tiers.items()
        for number, tier in enumerate(mine, start=1)
    ]


def _with_gaps(spoken: list[Segment], end: float) -> list[tuple[float, float, str]]:
    intervals = []
    at = 0.0
    for segment in spoken:
        if segment.start > at:
            intervals.append((at, segment.start, ""))
        intervals.append((segment.start, segment.end, " ".join(segment.text.split())))
        at = segment.end
    if at < end:
        intervals.append((at, end, ""))
    return intervals


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _label(value: str) -> str:
    return value.strip().removeprefix('"').removesuffix('"').replace('""', '"')
