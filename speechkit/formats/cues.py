"""Cues of subtitles: what WebVTT and SubRip have in common, read as leniently as players read them.

Nothing between two times is lost: a missing blank line, a blank line inside a cue and a line with
an arrow in it are all words of the cue, and the number of the next cue is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from speechkit.core.errors import InputError
from speechkit.core.time import round_ms
from speechkit.core.types import Segment
from speechkit.formats.text import split_lines
from speechkit.formats.transcript import Notes

_CLOCK = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,6}))?"
_TIMES = re.compile(rf"\s*{_CLOCK}\s*-{{1,2}}>\s*{_CLOCK}(?P<settings>(?:\s+\S+:\S+)*)\s*")
# Left of an arrow nothing but digits and marks: meant as a time.
_MEANT_AS_TIMES = re.compile(r"[\d:.,\s]*-->.*")
_NUMBER = re.compile(r"\s*(\d{1,9})\s*")
# What both use for form; `<INAUDIBLE/>` and the like are words of a transcriber.
TAG = re.compile(r"</?(?:[bcisuv]|font|lang|ruby|rt)(?:[ .][^>]*)?>|<\d[\d:.]*>", re.IGNORECASE)


class Cue(msgspec.Struct, frozen=True, kw_only=True):
    """A cue: the line its times stand on, seconds, and its lines of text."""

    line: int
    start: float
    end: float
    lines: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Cue(line={self.line}, {self.start}–{self.end})"


def read_cues(text: str, where: object, notes: Notes, *, identifiers: bool) -> list[Cue]:
    """Return the cues of a file.

    `identifiers`: a line of any kind, alone between a blank line and the times, names the cue
    (WebVTT); else only a number does.

    Raises:
        InputError: for times that cannot be read, or that end before they start.
    """
    lines = split_lines(text)
    times = [
        (index, match) for index, line in enumerate(lines) if (match := _times(lines, index, where))
    ]
    numbers = [_number_before(lines, index) for index, _ in times]
    numbered = bool(numbers) and all(number is not None for number in numbers)
    cues: list[Cue] = []
    expected = numbers[0] if numbers and numbers[0] is not None else None
    heads = []  # where the head of each cue begins: its number or name, else its times
    for (index, _), number in zip(times, numbers, strict=True):
        head = index
        if number is not None and (
            numbered or number == expected or index < 2 or not lines[index - 2].strip()
        ):
            head = index - 1
            if expected is not None and number != expected:
                notes.add(index, "a cue number out of order, taken for a number and not for words")
        elif (
            identifiers
            and index > 0
            and lines[index - 1].strip()
            and (index == 1 or not lines[index - 2].strip())
        ):
            head = index - 1
        elif number is not None:
            notes.add(index, "a number before the times that continues no count, taken for words")
        expected = (number if head < index and number is not None else (expected or 0)) + 1
        heads.append(head)
    if any(line.strip() for line in lines[: heads[0] if heads else len(lines)]):
        first = next(n for n, line in enumerate(lines, start=1) if line.strip())
        notes.add(first, "text before the first cue")
    for position, (index, match) in enumerate(times):
        until = heads[position + 1] if position + 1 < len(heads) else len(lines)
        start, end = _seconds(match.groups()[:4]), _seconds(match.groups()[4:8])
        if end < start:
            raise InputError(f"{where}, line {index + 1}: ends before it starts")
        body = [line.strip() for line in lines[index + 1 : until]]
        filled = tuple(line for line in body if line)
        while body and not body[-1]:
            body.pop()
        if "" in body and filled and not identifiers:
            notes.add(index + 2 + body.index(""), "a blank line inside a cue")
        cues.append(Cue(line=index + 1, start=start, end=end, lines=filled))
    return cues


def clock(time: float, point: str) -> str:
    """Write a time as `HH:MM:SS.mmm`.

    >>> clock(3661.5, ",")
    '01:01:01,500'
    """
    minutes, rest = divmod(round(time * 1000), 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}{point}{rest % 1000:03d}"


def write_cues(items: Iterable[tuple[Segment, str]], point: str, *, numbered: bool) -> str:
    """Write each segment's text as a cue."""
    blocks = []
    for number, (segment, text) in enumerate(items, start=1):
        head = f"{number}\n" if numbered else ""
        times = f"{clock(segment.start, point)} --> {clock(segment.end, point)}"
        blocks.append(f"{head}{times}\n{text}\n")
    return "\n".join(blocks)


def _times(lines: list[str], index: int, where: object) -> re.Match[str] | None:
    line = lines[index]
    if "->" not in line:
        return None
    match = _TIMES.fullmatch(line)
    if match is None and _MEANT_AS_TIMES.fullmatch(line):
        before = lines[index - 1].strip() if index else ""
        if not before or _NUMBER.fullmatch(before):
            raise InputError(f"{where}, line {index + 1}: times expected as 00:00:01.000 --> …")
    return match


def _number_before(lines: list[str], index: int) -> int | None:
    match = _NUMBER.fullmatch(lines[index - 1]) if index else None
    return int(match[1]) if match else None


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fraction = parts
    # `1,5` is half a second; `1,1234` has more digits than a player shows.
    share = float(f"0.{fraction}") if fraction else 0.0
    return round_ms(int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0) + share)
