"""The corpus: dialogues with their identifiers marked, one a line, one file an author.

`corpus/<language>/<author>.txt`; turns are parted by ` / `; an identifier is written
`[Amara Osei](NAME)`. A line that begins with `#` says who wrote the file and about what.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

CORPUS = Path(__file__).parent / "corpus"
LABELS = (
    "NAME LOCATION ORG DATE AGE PHONE FAX EMAIL SSN MRN HEALTHPLAN ACCOUNT LICENSE VEHICLE DEVICE "
    "URL IP OTHER_ID"
).split()
_MARK = re.compile(r"\[([^\]\[]+)\]\(([A-Z_]+)(?: [a-z]+)?\)")


class Piece(NamedTuple):
    """A stretch of a dialogue; `label` is empty where nobody is identified."""

    text: str
    label: str


class Dialogue(NamedTuple):
    """What one author wrote: pieces in order; turns are parted by line breaks in the text."""

    author: str
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """The whole dialogue, a turn a line."""
        return "".join(piece.text for piece in self.pieces)


def read_corpus(language: str) -> list[Dialogue]:
    """Return all dialogues of a language, by author.

    Raises:
        ValueError: for a mark that is not well formed, with file and line.
    """
    dialogues = []
    for path in sorted((CORPUS / language).glob("*.txt")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if line.strip() and not line.startswith("#"):
                dialogues.append(parse(line.strip(), path.stem, f"{path.name}, line {number}"))
    return dialogues


def parse(line: str, author: str, where: str) -> Dialogue:
    """Return one dialogue.

    >>> parse("Your name? / [Amara Osei](NAME).", "a", "").pieces[1]
    Piece(text='Amara Osei', label='NAME')
    """
    text = re.sub(r"\s+/\s+", "\n", line)
    pieces: list[Piece] = []
    at = 0
    for match in _MARK.finditer(text):
        if match.start() > at:
            pieces.append(Piece(text[at : match.start()], ""))
        if match.group(2) not in LABELS:
            raise ValueError(f"{where}: no label {match.group(2)}")
        pieces.append(Piece(match.group(1), match.group(2)))
        at = match.end()
    pieces.append(Piece(text[at:], ""))
    if any("](" in piece.text or "[" in piece.text for piece in pieces):
        raise ValueError(f"{where}: a mark is not closed")
    return Dialogue(author, tuple(piece for piece in pieces if piece.text))
