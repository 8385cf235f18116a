"""Rules for any language: fold what is not said, keep what is.

Combining marks stay: in Devanagari, Thai or Arabic they are vowels, and the common "basic"
normalizer (Whisper's BasicTextNormalizer), which replaces them by spaces, breaks words apart.
"""

from __future__ import annotations

import re
import unicodedata

_TAGS = re.compile(r"<[^<>]*>|\[[^\[\]]*\]|\{[^{}]*\}|\([^()]*\)")
# Invisible: they say how letters are joined (Hindi, Persian) or where a line may break.
_JOINERS = dict.fromkeys((0x00AD, 0x200C, 0x200D, 0x2060, 0xFEFF))
# Between two letters these are part of the word's sound or spelling: l'homme, geht's.
_APOSTROPHES = str.maketrans(dict.fromkeys("’ʼ`´", "'"))
_INNER_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")


def basic_tokens(text: str) -> list[str]:
    """Return the words of `text`: NFKC, case folded, tags and punctuation removed, marks kept.

    An apostrophe within a word splits it, so that "l'homme" is two words as it is spoken.

    >>> basic_tokens("¿Qué tal, señor? [risas] Bien.")
    ['qué', 'tal', 'señor', 'bien']
    >>> basic_tokens("मुझे बुखार है।")
    ['मुझे', 'बुखार', 'है']
    """
    folded = unicodedata.normalize("NFKC", _TAGS.sub(" ", text).translate(_JOINERS)).casefold()
    folded = unicodedata.normalize("NFKC", folded).translate(_APOSTROPHES)
    folded = _INNER_APOSTROPHE.sub(" ", folded)
    return "".join(char if _is_kept(char) else " " for char in folded).split()


def character_tokens(text: str) -> list[str]:
    """Return what `basic_tokens` finds, a character with its marks a token; Latin words and
    numbers stay whole.

    >>> character_tokens("体温は38度、OKです。")
    ['体', '温', 'は', '38', '度', 'ok', 'で', 'す']
    """
    tokens: list[str] = []
    for word in basic_tokens(text):
        before = ""
        for char in word:
            kind = _kind(char)
            if kind == "mark" and before:
                tokens[-1] += char
                continue
            if kind == before != "other":
                tokens[-1] += char
            else:
                tokens.append(char)
            before = kind
    return tokens


def _kind(char: str) -> str:
    category = unicodedata.category(char)
    if category[0] == "M":
        return "mark"
    if category == "Nd":
        return "digit"
    return "latin" if unicodedata.name(char, "").startswith("LATIN") else "other"


def _is_kept(char: str) -> bool:
    return unicodedata.category(char)[0] not in "PSZC"
