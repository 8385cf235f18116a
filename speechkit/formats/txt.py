"""Plain text: a line a segment, `Speaker: words` where speakers are known.

No standard. Where lines begin with labels of speakers (`formats.labels`) or with times
(`formats.stamped`), each begins a segment; else the whole file is one.
"""

from __future__ import annotations

from pathlib import Path

from speechkit.core.types import Segment
from speechkit.formats.fields import in_order
from speechkit.formats.stamped import parse_lines, read_lines
from speechkit.formats.text import split_lines
from speechkit.formats.transcript import Reading, Segments, TranscriptFormat


def parse_txt(text: str, where: Path) -> Reading[Segment]:
    """Read segments; the recording is named by the file."""
    lines = parse_lines([line for line in split_lines(text) if line.strip()])
    segments = read_lines(lines)
    if not any(s.speaker or s.end for s in segments) and all(x.start is None for x in lines):
        words = " ".join(segment.text for segment in segments)
        segments = [Segment(id="", start=0.0, end=0.0, text=words)]
    return Reading(recordings=in_order((where.stem, segment) for segment in segments))


def format_txt(segments: Segments) -> str:
    """Write a line a segment."""
    return "".join(
        (f"{segment.speaker}: " if segment.speaker else "") + " ".join(segment.text.split()) + "\n"
        for items in segments.values()
        for segment in items
    )


FORMAT = TranscriptFormat(
    name="txt",
    title="plain text",
    standard="none",
    suffixes=(".txt",),
    parse=parse_txt,
    write=format_txt,
    one_recording=True,
    drops=("all times", "confidence", "language", "channels", "labels"),
)
