"""Case and accents folded away, so that two spellings of one word compare equal."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


def fold(text: str) -> str:
    """Return text in lower case and without accents (Unicode NFKD, full case folding).

    >>> fold("José Weiß")
    'jose weiss'
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@lru_cache(maxsize=65536)
def fold_word(word: str) -> str:
    """Return one word folded; a sign whose folded form would be empty or hold a space stays whole.

    >>> fold_word("Ça"), fold_word("Straße"), fold_word("AÑO")
    ('ca', 'strasse', 'ano')
    """
    if word.isascii():
        return word.lower()
    folded = fold(word)
    return folded if folded and not any(char.isspace() for char in folded) else word.casefold()
