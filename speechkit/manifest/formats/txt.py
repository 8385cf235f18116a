"""Plain text: a line a segment, `Speaker: words` where speakers are known.

Drops: all times. Read, the whole file is one segment; a line `Doctor: …` keeps its words as they
are, speaker labels included, since nothing tells them from words.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from speechkit.core.types import Segment
from speechkit.manifest.formats.fields import in_order


def parse_txt(text: str, where: Path) -> dict[str, tuple[Segment, ...]]:
    """Read a whole file as one segment without time; the recording is named by the file."""
    words = " ".join(text.split())
    return in_order([(where.stem, Segment(id="", start=0.0, end=0.0, text=words))])


def format_txt(segments: Mapping[str, tuple[Segment, ...]]) -> str:
    """Write a line a segment."""
    return "".join(
        (f"{segment.speaker}: " if segment.speaker else "") + " ".join(segment.text.split()) + "\n"
        for items in segments.values()
        for segment in items
    )
