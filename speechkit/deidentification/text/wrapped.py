"""Lines that go on in the next one: wrapped text, subtitle cues, segments cut in the middle.

A line is a turn, unless it does not end a sentence and the next one neither begins with a label nor
belongs to another speaker. A name, a date or a number may then stand across the break.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence

from speechkit.deidentification.text.candidate import Candidate
from speechkit.deidentification.text.dialogue import Label
from speechkit.deidentification.text.titles import title_abbreviations
from speechkit.language import fold_word

_ENDINGS = tuple('.?!…:;"”»)]}|')
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_FEWEST_WORDS = 2
_NEAR = 2  # signs between a break and what stands right behind it


def soft_breaks(
    text: str, labels: Sequence[Label], stopwords: Collection[str], turns: Iterable[int] = ()
) -> tuple[int, ...]:
    """Return the offsets of line ends at which a sentence goes on.

    `turns` are offsets of lines with another speaker than the line before.

    >>> soft_breaks("I saw Doctor\\nOkonkwo today.\\nYes.", (), {"i", "today"})
    (12,)
    """
    closed = sorted({*(label.start for label in labels), *turns})
    breaks: list[int] = []
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        if breaks and breaks[-1] == start - 1 and _has_one(closed, start, end):
            breaks.pop()
        if end < len(text) and _goes_on(line, stopwords) and text[end + 1 : end + 2].strip():
            breaks.append(end)
        start = end + 1
    return tuple(breaks)


def _has_one(offsets: Sequence[int], start: int, end: int) -> bool:
    """Say whether one of some sorted offsets lies in start … end-1."""
    at = bisect_left(offsets, start)
    return at < len(offsets) and offsets[at] < end


def _goes_on(line: str, stopwords: Collection[str]) -> bool:
    stripped = line.rstrip()
    words = [fold_word(word) for word in _WORD.findall(stripped)]
    if len(words) < _FEWEST_WORDS or not any(word in stopwords for word in words):
        return False  # a heading, a table, a letterhead
    if stripped.endswith("."):
        return words[-1] in title_abbreviations() and stripped[-1 - len(words[-1])].isupper()
    return not stripped.endswith(_ENDINGS)


def across(candidates: Iterable[Candidate], breaks: Sequence[int]) -> Iterator[Candidate]:
    """Yield candidates that stand across a break or right behind one."""
    for candidate in candidates:
        if _has_one(breaks, candidate.start - 1 - _NEAR, candidate.end):
            yield candidate
