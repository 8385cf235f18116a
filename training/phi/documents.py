"""The corpus: dialogues with their identifiers marked, one a line, one file an author.

`corpus/<language>/<author>.txt` is for training. `held_out/<language>/<author>.txt` is by writers that
nothing that ships has seen: it is for measuring. Turns are parted by ` / `; an identifier is written
`[Amara Osei](NAME)`. A line that begins with `#` says who wrote the file and about what.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from speechkit.deidentification.text.learned import function_words
from speechkit.language import fold_word

CORPUS = Path(__file__).parent / "corpus"
HELD_OUT = Path(__file__).parent / "held_out"
LABELS = (
    "NAME LOCATION ORG DATE AGE PHONE FAX EMAIL SSN MRN HEALTHPLAN ACCOUNT LICENSE VEHICLE DEVICE "
    "URL IP OTHER_ID"
).split()
_WORDS = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
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


def read_corpus(language: str, folder: Path = CORPUS) -> list[Dialogue]:
    """Return all dialogues of a language, by author.

    Raises:
        ValueError: for a mark that is not well formed, with file and line.
    """
    dialogues = []
    for path in sorted((folder / language).glob("*.txt")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if line.strip() and not line.startswith("#"):
                where = f"{path.name}, line {number}"
                dialogues.append(parse(line.strip(), path.stem, where, language))
    return dialogues


def parse(line: str, author: str, where: str, language: str = "en") -> Dialogue:
    """Return one dialogue; function words at the ends of an identifier are not part of it.

    >>> parse("Where? / At [the Amara](ORG).", "a", "").pieces[2]
    Piece(text='Amara', label='ORG')
    """
    text = re.sub(r"\s+/\s+", "\n", line)
    pieces: list[Piece] = []
    at = 0
    for match in _MARK.finditer(text):
        if match.start() > at:
            pieces.append(Piece(text[at : match.start()], ""))
        if match.group(2) not in LABELS:
            raise ValueError(f"{where}: no label {match.group(2)}")
        pieces += _trimmed(match.group(1), match.group(2), language)
        at = match.end()
    pieces.append(Piece(text[at:], ""))
    if any("](" in piece.text or "[" in piece.text for piece in pieces):
        raise ValueError(f"{where}: a mark is not closed")
    return Dialogue(author, tuple(piece for piece in pieces if piece.text))


def _trimmed(text: str, label: str, language: str) -> list[Piece]:
    """Return a marked text with its outer function words apart: writers mark them or do not."""
    words = list(_WORDS.finditer(text))
    silent = function_words(language)
    first, after = 0, len(words)
    while first < after and fold_word(words[first].group()) in silent:
        first += 1
    while after > first and fold_word(words[after - 1].group()) in silent:
        after -= 1
    if first == after:
        return [Piece(text, label)]
    start = words[first].start() if first else 0
    end = words[after - 1].end() if after < len(words) else len(text)
    parts = (Piece(text[:start], ""), Piece(text[start:end], label), Piece(text[end:], ""))
    return [part for part in parts if part.text]
