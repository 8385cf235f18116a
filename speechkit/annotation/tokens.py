"""Words with their places in the text. Case and punctuation may be missing: recognizers write so."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from speechkit.language import plain

# A tag that stands for an identifier is one token, and no word.
_TOKEN = re.compile(r"\[[A-Z][A-Z_]*(?:_\d+)?\]|\d+(?:[.,/]\d+)*|[^\W\d_]+")
_END = re.compile(r"[.?!;]")
_STOP = re.compile(r"[.?!;:,]")
_CLITICS = frozenset(("s", "t", "d", "m", "ll", "re", "ve"))


class Token(msgspec.Struct, frozen=True, gc=False):
    """A word, a number, or a tag.

    Attributes:
        word: in lower case; empty for a tag.
        form: singular and American, to be looked up in the lists.
        start: code points before it.
        end: code points up to its end.
        stop: punctuation of any kind stands before it.
        begins: a sentence begins here.
    """

    word: str
    form: str
    start: int
    end: int
    stop: bool
    begins: bool


def tokens_of(text: str) -> tuple[Token, ...]:
    """Cut a text into tokens; "don't" is two, "5mg" is two, "[NAME_1]" is one.

    >>> [token.word for token in tokens_of("Don't take 5mg, [NAME_1].")]
    ['don', 't', 'take', '5', 'mg', '']
    """
    found: list[Token] = []
    at = 0
    for match in _TOKEN.finditer(text):
        gap = text[at : match.start()]
        at = match.end()
        word = "" if match[0].startswith("[") else match[0].lower()
        found.append(
            Token(
                word=word,
                form=plain(word) if word else "",
                start=match.start(),
                end=at,
                stop=_STOP.search(gap) is not None,
                begins=not found or _END.search(gap) is not None,
            )
        )
    return tuple(found)


def unbroken(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Say whether no punctuation stands within tokens [start, end)."""
    return not any(token.stop for token in tokens[start + 1 : end])


def is_clitic(word: str) -> bool:
    """Say whether a token is the rest of a contraction ("don't", "it's")."""
    return word in _CLITICS
