"""STM (NIST sclite): `name channel speaker start end [<labels>] words`.

https://github.com/usnistgov/SCTK/blob/master/doc/infmts.htm (stm). Segments whose words are
`ignore_time_segment_in_scoring`, or whose speaker is `excluded_region`, are parts in which nothing is
scored on. Of alternatives `{ a / b }` the first counts. Blanks in names become `_`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.core.time import Interval
from speechkit.core.types import Segment
from speechkit.formats.fields import (
    channel_field,
    in_order,
    name_field,
    one_word,
    seconds,
    start_seconds,
    with_channels,
)
from speechkit.formats.text import numbered_lines
from speechkit.formats.transcript import Notes, Reading, Segments, TranscriptFormat

_IGNORED = "ignore_time_segment_in_scoring"
_NOT_SPEAKERS = frozenset({"excluded_region", "inter_segment_gap"})
# <o,f0,male>, <NA>: labels stand before the words, and only there.
_LABELS = re.compile(r"<(?:[^<>\s]*,[^<>]*|NA|o)>(?:\s+|$)", re.IGNORECASE)
_ALTERNATIVES = re.compile(r"(?<!\S)\{\s+([^{}]*?\s/\s[^{}]*?)\s*\}(?!\S)")
_NOTHING = "@"  # an alternative without words


def parse_stm(text: str, where: Path) -> Reading[Segment]:
    """Read segments by recording; parts that are not scored are in `unscored`.

    Raises:
        InputError: with file, line and reason.
    """
    notes = Notes()
    rows: list[tuple[str, str, Segment]] = []
    names: dict[str, set[str]] = defaultdict(set)
    unscored: dict[str, list[Interval]] = defaultdict(list)
    for number, line in numbered_lines(text):
        fields = line.split(None, 5)
        if len(fields) < 5:
            raise InputError(f"{where}, line {number}: {len(fields)} fields, STM has at least 5")
        name, channel, speaker = fields[:3]
        start, moved = start_seconds(fields[3], where, number)
        end = seconds(fields[4], where, number)
        if end < start:
            raise InputError(f"{where}, line {number}: ends before it starts")
        if moved:
            notes.add(number, "a segment that begins just before 0, moved to 0")
        names[name].add(channel)
        words = fields[5].strip() if len(fields) > 5 else ""
        words = words[labels.end() :] if (labels := _LABELS.match(words)) else words
        if words.casefold() == _IGNORED or speaker.casefold() in _NOT_SPEAKERS:
            unscored[name].append((start, end))
            notes.add(number, "a segment that is not scored")
            continue
        chosen = first_alternatives(words)
        if chosen != words:
            notes.add(number, "alternatives, of which the first was taken")
        if not chosen.split():
            notes.add(number, "a segment without words")
            continue
        segment = Segment(
            id="", start=start, end=end, text=" ".join(chosen.split()), speaker=name_field(speaker)
        )
        rows.append((name, channel, segment))
    return Reading(
        recordings=in_order(with_channels(rows, names), names),
        notes=notes.all(),
        unscored={name: tuple(sorted(parts)) for name, parts in unscored.items()},
    )


def format_stm(segments: Segments) -> str:
    """Write segments by recording."""
    return "".join(
        f"{one_word(name)} {channel_field(segment.channel)} {one_word(segment.speaker or 'A')} "
        f"{segment.start:.3f} {segment.end:.3f} {' '.join(segment.text.split())}\n"
        for name, items in segments.items()
        for segment in items
    )


def first_alternatives(words: str) -> str:
    """Return the words with the first of each set of alternatives.

    >>> first_alternatives("so { uh / um / @ } { { going to / gonna } / will } go")
    'so uh going to go'
    """
    before = ""
    while words != before:  # from the inside out
        before = words
        words = _ALTERNATIVES.sub(lambda match: _first(match[1]), words)
    return words


def _first(choices: str) -> str:
    first = re.split(r"(?:^|\s)/(?:\s|$)", choices)[0].strip()
    return "" if first == _NOTHING else first


FORMAT = TranscriptFormat(
    name="stm",
    title="STM, a line a segment",
    standard="NIST SCTK, https://github.com/usnistgov/SCTK/blob/master/doc/infmts.htm",
    suffixes=(".stm",),
    parse=parse_stm,
    write=format_stm,
    drops=("words' times and confidence", "language", "labels", "segments without words"),
    passes_over=(
        "alternatives but the first",
        "parts that are not scored (bench leaves them out on both sides)",
        "labels in angle brackets",
        ";; comments",
    ),
    oracle="meeteval",
    refuses=(
        "fewer than 5 fields",
        "an end before its start",
    ),
)
