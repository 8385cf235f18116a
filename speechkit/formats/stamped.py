"""Lines that people typed with a time and a speaker in front, as in Word and in oTranscribe.

    [00:01:02] Doctor: How are you?          00:01:02 Doctor: …          Doctor (0:12): …
    Ann Lee  0:12                            the words come in the next lines

A time without brackets may be one that was said ("8:30 is too early"): it counts where the whole
file is written that way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from speechkit.core.time import round_ms
from speechkit.core.types import Segment
from speechkit.formats.labels import split_labels

_CLOCK = r"(?:(?P<h>\d{1,2}):)?(?P<m>\d{1,3}):(?P<s>\d{2})(?:[.,](?P<f>\d{1,3}))?"
_BRACKETED = re.compile(rf"\s*[\[(<#]\s*{_CLOCK}\s*[\])>#]\s*[-–—:]?\s*")
_BARE = re.compile(rf"\s*{_CLOCK}(?:\s*[-–—]\s*|\s+|$)")
_AFTER_NAME = re.compile(
    rf"\s*(?P<name>[^\W\d][^:\[\]()]{{0,39}}?)\s*[\[(]\s*{_CLOCK}\s*[\])]\s*:?(?:\s+(?P<rest>.*))?"
)
_HEADING = re.compile(rf"\s*(?P<name>[^\W\d][^:\[\]().!?]{{0,39}}?)[\s,]+{_CLOCK}\s*:?\s*")
_ENOUGH = 0.3  # of the lines have a bare time in front, or are headings


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line of text, where it starts in seconds and who speaks, if the file says so."""

    text: str
    start: float | None = None
    speaker: str = ""

    def __repr__(self) -> str:
        return f"Line(<{len(self.text)} characters>, start={self.start})"


def parse_lines(texts: Sequence[str]) -> list[Line]:
    """Take times, and speakers beside them, off lines.

    >>> [(line.start, line.text) for line in parse_lines(["[00:01:02] Hi.", "At 8:30?"])]
    [(62.0, 'Hi.'), (None, 'At 8:30?')]
    """
    bare = [match for text in texts if (match := _BARE.match(text))]
    times = [_seconds(match) for match in bare]
    has_bare = len(bare) > 1 and len(bare) >= _ENOUGH * len(texts) and times == sorted(times)
    headings = [match for text in texts if (match := _HEADING.fullmatch(text))]
    times = [_seconds(match) for match in headings]
    has_headings = (
        len(headings) > 1 and len(headings) >= _ENOUGH * len(texts) and times == sorted(times)
    )
    lines = []
    for text in texts:
        if match := _BRACKETED.match(text) or (_BARE.match(text) if has_bare else None):
            lines.append(Line(text=text[match.end() :], start=_seconds(match)))
        elif match := _AFTER_NAME.fullmatch(text):
            words = match["rest"] or ""
            lines.append(Line(text=words, start=_seconds(match), speaker=match["name"]))
        elif has_headings and (match := _HEADING.fullmatch(text)):
            lines.append(Line(text="", start=_seconds(match), speaker=match["name"]))
        else:
            lines.append(Line(text=text))
    return lines


def read_lines(lines: Sequence[Line]) -> list[Segment]:
    """Return a segment for each turn: a label or a time begins one, other lines go on with it.

    A turn ends where the next one begins; the last one ends where it begins, since nothing says
    when it does. Where no line has a time, all times are 0.
    """
    labels = split_labels(["" if line.speaker else line.text for line in lines])
    turns: list[tuple[float | None, str, str]] = []
    for line, (label, rest) in zip(lines, labels, strict=True):
        speaker, words = (line.speaker, line.text) if line.speaker else (label, rest)
        if turns and not speaker and line.start is None:
            start, before, text = turns[-1]
            turns[-1] = (start, before, f"{text} {words}")
        else:
            turns.append((line.start, speaker, words))
    starts: list[float] = []
    for start, _, _ in turns:
        starts.append(start if start is not None else starts[-1] if starts else 0.0)
    ends = [max(a, b) for a, b in zip(starts, [*starts[1:], *starts[-1:]], strict=True)]
    return [
        Segment(id="", start=begin, end=end, text=" ".join(words.split()), speaker=speaker)
        for begin, end, (_, speaker, words) in zip(starts, ends, turns, strict=True)
        if words.split()
    ]


def _seconds(match: re.Match[str]) -> float:
    share = float(f"0.{match['f']}") if match["f"] else 0.0
    whole = int(match["h"] or 0) * 3600 + int(match["m"]) * 60 + int(match["s"])
    return round_ms(whole + share)
