"""Plain text: a line a segment, `Speaker: words` where speakers are known.

Drops: all times. Read, the whole file is one segment, without the labels that a release has for
speakers; `Doctor: …` stays as it is, since nothing tells it from words.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from speechkit.core.types import Segment
from speechkit.formats.fields import in_order, without_label


def parse_txt(text: str, where: Path) -> dict[str, tuple[Segment, ...]]:
    """Read a whole file as one segment without time; the recording is named by the file."""
    lines = (without_label(line.strip())[1] for line in text.splitlines())
    words = " ".join(" ".join(lines).split())
    return in_order([(where.stem, Segment(id="", start=0.0, end=0.0, text=words))])


def format_txt(segments: Mapping[str, tuple[Segment, ...]]) -> str:
    """Write a line a segment."""
    return "".join(
        (f"{segment.speaker}: " if segment.speaker else "") + " ".join(segment.text.split()) + "\n"
        for items in segments.values()
        for segment in items
    )
