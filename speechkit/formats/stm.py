"""STM (NIST sclite): `name channel speaker start end [<labels>] words`.

Drops: word times, confidence, labels. Blanks in names become `_`; `ignore_time_segment_in_scoring`
and empty lines are passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.core.types import Segment
from speechkit.formats.fields import (
    channel_field,
    channel_number,
    in_order,
    lines_of,
    one_word,
    seconds,
)


def parse_stm(text: str, where: Path) -> dict[str, tuple[Segment, ...]]:
    """Read segments by recording.

    Raises:
        InputError: with file, line and reason.
    """
    pairs = []
    for number, line in lines_of(text):
        fields = line.split(None, 5)
        if len(fields) < 5:
            raise InputError(f"{where}, line {number}: {len(fields)} fields, STM has at least 5")
        name, channel, speaker = fields[:3]
        start, end = (seconds(field, where, number) for field in fields[3:5])
        if end < start:
            raise InputError(f"{where}, line {number}: ends before it starts")
        words = fields[5].strip() if len(fields) > 5 else ""
        if words.startswith("<") and ">" in words and "," in words.partition(">")[0]:
            words = words.partition(">")[2].strip()  # <o,f0,male>: labels, not words
        if words.casefold() == "ignore_time_segment_in_scoring" or not words:
            continue
        pairs.append(
            (
                name,
                Segment(
                    id="",
                    start=start,
                    end=end,
                    text=" ".join(words.split()),
                    speaker=speaker,
                    channel=channel_number(channel),
                ),
            )
        )
    return in_order(pairs)


def format_stm(segments: Mapping[str, tuple[Segment, ...]]) -> str:
    """Write segments by recording."""
    return "".join(
        f"{one_word(name)} {channel_field(segment.channel)} {one_word(segment.speaker or 'A')} "
        f"{segment.start:.3f} {segment.end:.3f} {' '.join(segment.text.split())}\n"
        for name, items in segments.items()
        for segment in items
    )
