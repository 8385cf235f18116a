"""CTM (NIST): `name channel start duration word [confidence [type [speaker]]]`, a line a word.

https://github.com/usnistgov/SCTK/blob/master/doc/infmts.htm (ctm). Of alternatives the first
counts, as sclite takes them; what is typed as no word of the language (`non-lex`, `misc`,
`noscore`) is passed over. Read back, one speaker's words less than a second apart form a segment.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.core.text import evenly_timed_words
from speechkit.core.time import round_ms
from speechkit.core.types import Segment, Word
from speechkit.formats.fields import (
    ABSENT,
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

_GAP = 1.0  # seconds without a word that end a segment
_NO_WORDS = frozenset({"non-lex", "misc", "noscore", "non-speech"})
_MARKS = ("<ALT_BEGIN>", "<ALT>", "<ALT_END>")
_WORDS = frozenset({"lex", "fp", "frag", "un-lex", "for-lex"})


def parse_ctm(text: str, where: Path) -> Reading[Segment]:
    """Read words by recording, joined into segments at pauses.

    Raises:
        InputError: with file, line and reason.
    """
    notes = Notes()
    words: dict[tuple[str, str, str], list[Word]] = defaultdict(list)
    names: dict[str, set[str]] = defaultdict(set)
    alternative = 0  # 0: none are open, 1: the first, which counts
    for number, line in numbered_lines(text):
        fields = line.split()
        if len(fields) < 5:
            raise InputError(f"{where}, line {number}: {len(fields)} fields, CTM has at least 5")
        if fields[4] in _MARKS:
            alternative = _next_alternative(fields[4], alternative, where, number)
            continue
        if len(fields) > 8:
            raise InputError(f"{where}, line {number}: {len(fields)} fields, CTM has at most 8")
        name, channel, start_field, duration, token, *more = fields
        names[name].add(channel)
        if alternative > 1:
            notes.add(number, "a word of an alternative that is not the first")
            continue
        kind = more[1].casefold() if len(more) > 1 else "lex"
        if kind in _NO_WORDS:
            notes.add(number, f"a token of type {kind}")
            continue
        if kind not in _WORDS and kind not in ABSENT:
            notes.add(number, "a token of a type that CTM does not have, taken for a word")
        start, moved = start_seconds(start_field, where, number)
        if moved:
            notes.add(number, "a word that begins just before 0, moved to 0")
        word = Word(
            text=token,
            start=start,
            end=round_ms(start + seconds(duration, where, number)),
            confidence=_confidence(more[0] if more else "NA", where, number),
        )
        speaker = name_field(more[2]) if len(more) > 2 else ""
        words[name, channel, "" if speaker == "unknown" else speaker].append(word)
    if alternative:
        raise InputError(f"{where}: <ALT_END> is missing")
    rows = [
        (name, channel, _segment(group, speaker))
        for (name, channel, speaker), items in words.items()
        for group in _groups(sorted(items, key=lambda word: (word.start, word.end)))
    ]
    return Reading(recordings=in_order(with_channels(rows, names), names), notes=notes.all())


def format_ctm(segments: Segments) -> str:
    """Write the words of segments; one without word times shares its time among its words.

    Not more than six fields, which is all that most tools take: speakers are lost.
    """
    lines = []
    for name, items in segments.items():
        for segment in items:
            for word in segment.words or evenly_timed_words(segment):
                confidence = "" if word.confidence is None else f" {word.confidence:.4f}"
                lines.append(
                    f"{one_word(name)} {channel_field(segment.channel)} {word.start:.3f} "
                    f"{word.end - word.start:.3f} {one_word(word.text)}{confidence}\n"
                )
    return "".join(lines)


def _next_alternative(mark: str, now: int, where: Path, line: int) -> int:
    begins = mark == _MARKS[0]
    if begins == bool(now):
        raise InputError(f"{where}, line {line}: {mark} does not fit; alternatives do not nest")
    return 1 if begins else now + 1 if mark == _MARKS[1] else 0


def _confidence(field: str, where: Path, line: int) -> float | None:
    return None if field.casefold() in ABSENT else seconds(field, where, line)


def _groups(words: list[Word]) -> list[list[Word]]:
    groups: list[list[Word]] = []
    for word in words:
        if groups and word.start - groups[-1][-1].end < _GAP:
            groups[-1].append(word)
        else:
            groups.append([word])
    return groups


def _segment(words: list[Word], speaker: str) -> Segment:
    return Segment(
        id="",
        start=words[0].start,
        end=max(word.end for word in words),
        text=" ".join(word.text for word in words),
        words=tuple(words),
        speaker=speaker,
    )


FORMAT = TranscriptFormat(
    name="ctm",
    title="CTM, a line a word",
    standard="NIST SCTK, https://github.com/usnistgov/SCTK/blob/master/doc/infmts.htm",
    suffixes=(".ctm",),
    parse=parse_ctm,
    write=format_ctm,
    drops=("segments", "speakers", "language", "labels"),
    passes_over=(
        "alternatives but the first",
        "tokens of type non-lex, misc and noscore",
        ";; comments",
    ),
    oracle="meeteval",
    refuses=(
        "fewer than 5 fields or more than 8",
        "alternatives that nest or have no end",
    ),
)
