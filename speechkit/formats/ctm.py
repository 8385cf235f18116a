"""CTM (NIST): `name channel start duration word [confidence]`, a line a word.

Drops: segments, speakers, language. Read back, words less than a second apart form a segment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.core.text import spread_words
from speechkit.core.time import round_ms
from speechkit.core.types import Segment, Word
from speechkit.formats.fields import (
    channel_field,
    channel_number,
    in_order,
    lines_of,
    one_word,
    seconds,
)

_GAP = 1.0  # seconds without a word that end a segment


def parse_ctm(text: str, where: Path) -> dict[str, tuple[Segment, ...]]:
    """Read words by recording, joined into segments at pauses.

    Raises:
        InputError: with file, line and reason.
    """
    words: dict[tuple[str, int | None], list[Word]] = defaultdict(list)
    for number, line in lines_of(text):
        fields = line.split()
        if len(fields) < 5:
            raise InputError(f"{where}, line {number}: {len(fields)} fields, CTM has at least 5")
        start = seconds(fields[2], where, number)
        end = round_ms(start + seconds(fields[3], where, number))
        confidence = None
        if len(fields) > 5 and fields[5] not in ("NA", "<NA>"):
            confidence = seconds(fields[5], where, number)
        word = Word(text=fields[4], start=start, end=end, confidence=confidence)
        words[fields[0], channel_number(fields[1])].append(word)
    return in_order(
        (name, _segment(group, channel))
        for (name, channel), items in words.items()
        for group in _groups(sorted(items, key=lambda word: (word.start, word.end)))
    )


def format_ctm(segments: Mapping[str, tuple[Segment, ...]]) -> str:
    """Write the words of segments; a segment without word times shares its time among its words."""
    lines = []
    for name, items in segments.items():
        for segment in items:
            for word in segment.words or spread_words(segment):
                confidence = "" if word.confidence is None else f" {word.confidence:.4f}"
                lines.append(
                    f"{one_word(name)} {channel_field(segment.channel)} {word.start:.3f} "
                    f"{word.end - word.start:.3f} {one_word(word.text)}{confidence}\n"
                )
    return "".join(lines)


def _groups(words: list[Word]) -> list[list[Word]]:
    groups: list[list[Word]] = []
    for word in words:
        if groups and word.start - groups[-1][-1].end < _GAP:
            groups[-1].append(word)
        else:
            groups.append([word])
    return groups


def _segment(words: list[Word], channel: int | None) -> Segment:
    return Segment(
        id="",
        start=words[0].start,
        end=max(word.end for word in words),
        text=" ".join(word.text for word in words),
        words=tuple(words),
        channel=channel,
    )
