"""Scripts: turns with marks, taken apart into sentences."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from speechkit.core.types import Identifier

RoleName = Literal["doctor", "patient", "companion"]
ROLES: tuple[RoleName, ...] = ("doctor", "patient", "companion")
_MARK = re.compile(r"\{([A-Z_]+):([^{}]*)\}")
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+(?=\S)")


class Aside(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the listener says while the other one speaks; `at` is 0–1 of the turn."""

    text: str
    at: float


class ScriptTurn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One turn as the script has it, marks inside. `pause` None means the script's default."""

    role: RoleName
    text: str
    pause: float | None = None
    listener: tuple[Aside, ...] = ()


class Script(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole consultation. Pauses in seconds."""

    title: str
    default_pause: float
    sentence_pause: float
    turn: tuple[ScriptTurn, ...]


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A marked stretch of plain text, in code points; `kind` is an identifier or KEEP."""

    start_char: int
    end_char: int
    kind: str


class Sentence(msgspec.Struct, frozen=True, kw_only=True):
    """The words of one sentence as they are said, and what is marked in them."""

    text: str
    marks: tuple[Mark, ...] = ()


def sentences(turn: ScriptTurn) -> tuple[Sentence, ...]:
    """Split a turn into sentences and take the marks out."""
    pieces = [unmark(piece) for piece in _SENTENCE_END.split(turn.text)]
    return tuple(Sentence(text=text, marks=marks) for text, marks in pieces)


def unmark(marked: str) -> tuple[str, tuple[Mark, ...]]:
    """Take `{KIND:words}` apart into plain text and marks.

    >>> unmark("I'm {NAME:Ann}.")
    ("I'm Ann.", (Mark(start_char=4, end_char=7, kind='NAME'),))
    """
    text, marks, last = "", [], 0
    for match in _MARK.finditer(marked):
        kind, words = match.groups()
        assert kind == "KEEP" or kind in Identifier.__members__, f"no identifier {kind}"
        text += marked[last : match.start()]
        marks.append(Mark(start_char=len(text), end_char=len(text) + len(words), kind=kind))
        text += words
        last = match.end()
    return text + marked[last:], tuple(marks)
