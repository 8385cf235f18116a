"""Praat's text files are a row of values: numbers, quoted strings and flags that stand free.

All else (`xmin =`, `intervals [1]:`, `! comment`) is for people and passed over, which is how Praat
itself reads them: https://www.fon.hum.uva.nl/praat/manual/TextGrid_file_formats.html. So the long
and the short form of a TextGrid are one.
"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from speechkit.core.errors import InputError
from speechkit.core.time import round_ms

_TOKEN = re.compile(
    r'"(?P<text>(?:[^"]|"")*)"(?=\s|$)|(?P<open>")|!(?P<comment>[^\n\r]*)'
    r"|(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?=\s|$)|(?P<flag><exists>|<absent>)"
    r"|(?P<other>[^\s\"]+)"
)


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of a tier: seconds and its label."""

    start: float
    end: float
    text: str

    def __repr__(self) -> str:
        return f"Interval({self.start}–{self.end})"


class Tier(msgspec.Struct, frozen=True, kw_only=True):
    """A tier: intervals, or, for a point tier, the number of its `points`."""

    name: str
    intervals: tuple[Interval, ...] = ()
    points: int = 0


def read_tiers(text: str, where: Path) -> tuple[Tier, ...]:
    """Read the tiers of a TextGrid.

    Raises:
        InputError: with file, line and reason.
    """
    head = text.lstrip("\ufeff \t\r\n")
    if (
        not head.startswith(("File type", '"ooTextFile', '"Praat'))
        or "ooTextFile" not in head[:200]
    ):
        kind = "chronological " if "chronological" in head[:200] else ""
        raise InputError(
            f"{where}, line 1: not a TextGrid as Praat saves text files"
            f"{'; save the ' + kind + 'one as a text file' if kind else ''}"
        )
    values = _Values(text, where)
    values.text()  # ooTextFile
    if values.text() != "TextGrid":
        raise InputError(f"{where}: a Praat file, but not a TextGrid")
    values.number(), values.number()
    if not values.flag():
        return ()
    return tuple(_tier(values) for _ in range(values.count()))


def _tier(values: _Values) -> Tier:
    kind, name = values.text(), values.text()
    values.number(), values.number()
    size = values.count()
    if kind == "TextTier":
        for _ in range(size):
            values.number(), values.text()
        return Tier(name=name, points=size)
    if kind != "IntervalTier":
        raise InputError(f"{values.place()}: neither an interval tier nor a point tier")
    return Tier(name=name, intervals=tuple(_interval(values) for _ in range(size)))


def _interval(values: _Values) -> Interval:
    start, end, text = values.number(), values.number(), values.text()
    if end < start or start < 0:
        raise InputError(f"{values.place()}: an interval ends before it starts, or before 0")
    return Interval(start=round_ms(start), end=round_ms(end), text=" ".join(text.split()))


class _Values:
    """The free values of a file, one after the other."""

    def __init__(self, text: str, where: Path) -> None:
        self._text = text
        self._where = where
        self._tokens = (
            match
            for match in _TOKEN.finditer(text)
            if match["comment"] is None and match["other"] is None
        )
        self._at = 0

    def place(self) -> str:
        return f"{self._where}, line {self._text.count(chr(10), 0, self._at) + 1}"

    def text(self) -> str:
        match = self._next("a quoted text", "text")
        return match["text"].replace('""', '"')

    def number(self) -> float:
        return float(self._next("a time", "number")["number"])

    def count(self) -> int:
        value = self.number()
        if value < 0 or value != int(value):
            raise InputError(f"{self.place()}: not a number of items")
        return int(value)

    def flag(self) -> bool:
        return self._next("<exists>", "flag")["flag"] == "<exists>"

    def _next(self, wanted: str, group: str) -> re.Match[str]:
        match = next(self._tokens, None)
        if match is None:
            raise InputError(f"{self._where}: ends in the middle; {wanted} is missing")
        self._at = match.start()
        if match["open"]:
            raise InputError(f"{self.place()}: a label's closing quote is missing")
        if match[group] is None:
            raise InputError(f"{self.place()}: {wanted} expected")
        return match
