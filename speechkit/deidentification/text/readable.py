"""Text as a reader sees it, with the way back: invisible signs gone, entities and marks resolved.

A zero-width space inside an address or `&nbsp;` inside a telephone number hides it from every
pattern. Detectors search the readable text; offsets of what they find lead back to the original.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence

import msgspec

# Soft hyphen, zero-width spaces and joiners, marks of direction (Unicode, general category Cf).
_INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
_ENTITY = r"&(?:amp;){0,3}(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
_TAG = r"</?(?:b|i|u|em|strong|span|font|small|mark|br|p|div)(?:\s[^<>]{0,200})?/?>"
_PIECES = re.compile(
    rf"(?P<entity>{_ENTITY})|(?P<tag>(?i:{_TAG}))|(?P<invisible>[{_INVISIBLE}])"
    r"|(?P<blank>[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000])"
    r"|(?P<wide>[\uff01-\uff5e])|(?P<marked>\w[\u0300-\u036f]+)"
)


class Readable(msgspec.Struct, frozen=True):
    """`text`, and for each of its characters where the original begins and ends."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def seen_at(self, offset: int) -> int:
        """Return where in `text` an offset of the original is."""
        return bisect_left(self.starts, offset)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the offsets in the original of a stretch of `text` that is not empty."""
        return self.starts[start], self.ends[end - 1]


def readable(text: str) -> Readable:
    r"""Return a text as it reads.

    >>> seen = readable("Mu&ntilde;oz, 415&nbsp;555\u200b-0199")
    >>> seen.text, seen.original(0, 5)
    ('Muñoz, 415 555-0199', (0, 12))
    """
    if not _PIECES.search(text):
        whole = range(len(text))
        return Readable(text, whole, range(1, len(text) + 1))
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []

    def add(seen: str, start: int, end: int) -> None:
        pieces.append(seen)
        starts.extend([start] * len(seen))
        ends.extend([end] * len(seen))

    at = 0
    for match in _PIECES.finditer(text):
        pieces.append(text[at : match.start()])
        starts.extend(range(at, match.start()))
        ends.extend(range(at + 1, match.start() + 1))
        add(_seen(match), match.start(), match.end())
        at = match.end()
    pieces.append(text[at:])
    starts.extend(range(at, len(text)))
    ends.extend(range(at + 1, len(text) + 1))
    return Readable("".join(pieces), starts, ends)


def _seen(match: re.Match[str]) -> str:
    piece = match.group()
    if match.lastgroup == "entity":
        for _ in range(4):
            piece = html.unescape(piece)
        unresolved = piece == match.group()
        if unresolved:
            return piece
        return " " if piece.isspace() else re.sub(f"[{_INVISIBLE}]", "", piece)
    if match.lastgroup == "tag":
        return " " if piece.strip("</>").split()[0].lower() in ("br", "p", "div") else ""
    if match.lastgroup == "wide":
        return unicodedata.normalize("NFKC", piece)
    if match.lastgroup == "blank":
        return " "
    return "" if match.lastgroup == "invisible" else unicodedata.normalize("NFC", piece)
