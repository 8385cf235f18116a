"""One form for words that differ in spelling or number only."""

from __future__ import annotations

import re
from collections.abc import Sequence

_MOST = 1 << 16  # words that are remembered
_SHORTEST = 4  # letters of a word that may be a plural
_KEPT = ("ss", "us", "is")  # what ends in these is no plural
_IZE = re.compile(r"is(e|ed|ing|ation)$")


def plain(word: str) -> str:
    """Return a word in the singular and in American spelling. The result need not be a word: it
    serves to compare.

    >>> [plain(w) for w in ("knees", "allergies", "oedema", "sinuses", "headache", "headaches")]
    ['knee', 'allergy', 'edema', 'sinus', 'headach', 'headach']
    """
    if not word.isalpha():
        return word.removesuffix("'s")
    if len(word) >= _SHORTEST and word.endswith("s") and not word.endswith(_KEPT):
        ies = word.endswith("ies") and len(word) > _SHORTEST
        word = f"{word[:-3]}y" if ies else word[:-1]
    if word.endswith(
        ("che", "she", "xe", "sse", "use")
    ):  # "aches" and "ache", "sinuses" and "sinus"
        word = word[:-1]
    if len(word) > 4:
        word = word.replace("ae", "e")
    if len(word) > 5:
        word = word.replace("oe", "e")
    if word.endswith("our") and len(word) > 5:
        word = f"{word[:-3]}or"
    return _IZE.sub(r"iz\1", word) if len(word) > 6 else word


class _Remembered(dict[str, str]):
    """Plain forms of words that came before: words come again."""

    def __missing__(self, word: str) -> str:
        found = plain(word)
        if len(self) < _MOST:
            self[word] = found
        return found


_PLAIN = _Remembered()


def plain_tokens(tokens: Sequence[str]) -> list[str]:
    """Return all words in their plain form.

    >>> plain_tokens(["two", "tumours"])
    ['two', 'tumor']
    """
    return list(map(_PLAIN.__getitem__, tokens))


def same_form(first: Sequence[str], second: Sequence[str]) -> bool:
    """Say whether two stretches differ in spelling, number or where words are split only.

    >>> same_form(["ear", "drums"], ["eardrum"]), same_form(["un", "clear"], ["clear"])
    (True, False)
    """
    if not (first and second) or differ_at_once(first[0], second[0]):
        return False
    return plain("".join(plain_tokens(first))) == plain("".join(plain_tokens(second)))


def differ_at_once(first: str, second: str) -> bool:
    """Say whether two words can have no form in common, by their first letters: cheap, and mostly
    so. What may be spelled without its first letter ("oedema") is left open.

    >>> differ_at_once("knee", "ankle"), differ_at_once("oedema", "edema")
    (True, False)
    """
    return (
        first[:1] != second[:1]
        and not (first[:1] in "ao" and second[:1] == "e")
        and not (second[:1] in "ao" and first[:1] == "e")
    )
