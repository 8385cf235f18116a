"""Praat TextGrid: interval tiers, one a speaker.

https://www.fon.hum.uva.nl/praat/manual/TextGrid_file_formats.html. Written, intervals without text
or length are lost. Where one speaker's segments overlap, a second tier `NAME (2)` takes them.
"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from speechkit.core.types import Segment
from speechkit.formats.fields import in_order
from speechkit.formats.praat import read_tiers
from speechkit.formats.tiers import read_speech
from speechkit.formats.transcript import Notes, Reading, Segments, TranscriptFormat

_SECOND = re.compile(r" \(\d+\)$")


def parse_textgrid(text: str, where: Path) -> Reading[Segment]:
    """Read all interval tiers; a tier's name is its speaker, the file names the recording.

    Raises:
        InputError: with file, line and reason.
    """
    notes = Notes()
    tiers = [
        msgspec.structs.replace(tier, name=_SECOND.sub("", tier.name))
        for tier in read_tiers(text, where)
    ]
    speech = read_speech(tiers, notes)
    is_blank = not any(i.text for tier in tiers for i in tier.intervals) and any(
        not tier.points for tier in tiers
    )
    pairs = [(where.stem, segment) for segment in speech]
    recordings = {where.stem: ()} if is_blank else in_order(pairs)
    return Reading(recordings=recordings, notes=notes.all())


def format_textgrid(segments: Segments) -> str:
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


FORMAT = TranscriptFormat(
    name="textgrid",
    title="Praat TextGrid, a tier a speaker",
    standard="Praat, https://www.fon.hum.uva.nl/praat/manual/TextGrid_file_formats.html",
    suffixes=(".textgrid",),
    parse=parse_textgrid,
    write=format_textgrid,
    one_recording=True,
    drops=("words' times and confidence", "language", "channels", "labels", "empty segments"),
    passes_over=("point tiers", "tiers of sounds", "tiers that divide another"),
    oracle="praatio",
    refuses=(
        "binary Praat files and other objects",
        "a file that ends in the middle",
        "an interval that ends before it starts",
    ),
)
