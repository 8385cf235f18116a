"""Rules for any language: what is written two ways is compared in one form (`reading`)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from speechkit.benchmark.normalize.cldr import decimal_sign, first_words, forms
from speechkit.benchmark.normalize.letters import join_letters
from speechkit.benchmark.normalize.reading import SIGNS, NumberReader
from speechkit.benchmark.normalize.written import fold_apostrophes, plain_signs, take_apart

_TAGS = re.compile(r"<[^<>]*>|\[[^\[\]]*\]|\{[^{}]*\}|\((?![\d +-]*\))[^()]*\)")
# Invisible: they say how letters are joined (Hindi, Persian) or where a line may break, or in
# which direction a line runs.
_INVISIBLE = dict.fromkeys((0x00AD, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, 0x0640))
_INNER_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
# "ng'" is a letter of Swahili: elsewhere an apostrophe stands between two words.
_LETTER = {"sw": re.compile(r"(?<=ng)'(?=\w)", re.IGNORECASE)}
_ORDINAL_SIGN = re.compile(r"(?<!\d)(\d+)\s?\.?[ºª]")
# Turkish and Azerbaijani have a dotless i: I is its capital.
_DOTLESS = str.maketrans({"İ": "i", "I": "ı"})
_SAME = str.maketrans({"œ": "oe", "æ": "ae", "ё": "е"})
# Optional marks: Arabic short vowels, Hebrew points. Hamza on alef is mostly left out.
_ARABIC_MARKS = re.compile("[\u064b-\u0652\u0670\u0610-\u061a\u06d6-\u06ed]")
_HEBREW_MARKS = re.compile("[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]")
_ARABIC_LETTERS = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي"})
_PERSIAN_LETTERS = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک"})
_ACCENTS_LEFT_OUT = frozenset(("es", "fr", "it", "pt"))  # in many transcripts
_LOOSE_STOP = re.compile(r"\.(?!\d)|(?<!\d)\.")
_KEPT = SIGNS | {"%", "."}


class AnyLanguage:
    """Text → tokens, for a language written with spaces.

    Args:
        language: primary subtag; one that nothing is known of gets what holds for all.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self.letter = _LETTER.get(language)
        self.decimal = decimal_sign(language)
        self.fillers = frozenset(forms(language).fillers.split())
        ends = "|".join(sorted(forms(language).ordinal_ends, key=len, reverse=True))
        self.first = first_words(language)[1]
        self.ordinal_ends = (
            re.compile(rf"(?<![\d.,])(\d+)-?(?:{ends})(?!\w)", re.IGNORECASE) if ends else None
        )
        self.key = lru_cache(maxsize=1 << 14)(self._key)
        self.numbers = NumberReader(language, self._keys)

    def __call__(self, text: str) -> list[str]:
        """Return the tokens to compare."""
        words = self.words(text)
        tokens = self.numbers.rewrite(words, [self.key(word) for word in words])
        return join_letters(tokens)

    def words(self, text: str) -> list[str]:
        """Cut a text into folded words, numerals and signs; hesitations go."""
        text = _TAGS.sub(" ", fold_apostrophes(text.translate(_INVISIBLE)))
        text = plain_signs(_ORDINAL_SIGN.sub(self._ordinal, text))
        if self.ordinal_ends:
            text = self.ordinal_ends.sub(self._ordinal, text)
        text = take_apart(text, decimal=self.decimal)
        if self.language in ("tr", "az"):
            text = text.translate(_DOTLESS)
        text = unicodedata.normalize("NFKC", text.casefold()).translate(_SAME)
        text = self._letters(text)
        if self.letter:
            text = self.letter.sub("", text)
        text = _INNER_APOSTROPHE.sub(" ", text)
        text = _LOOSE_STOP.sub(" ", text)
        words = "".join(char if _is_kept(char) else " " for char in text).split()
        return [word for word in words if word not in self.fillers]

    def _ordinal(self, match: re.Match[str]) -> str:
        """Write "1er" in words: a lone 1 is the article, too."""
        return f" {self.first} " if match[1] == "1" and self.first else f"{match[1]} "

    def _keys(self, text: str) -> list[str]:
        return [self.key(word) for word in self.words(text)]

    def _key(self, word: str) -> str:
        """Return what a word is looked up as: without accents where many leave them out."""
        if word.isascii() or self.language not in _ACCENTS_LEFT_OUT:
            return word
        return "".join(
            c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c)
        )

    def _letters(self, text: str) -> str:
        """Leave out marks that are optional, and write letters one way that are written two ways."""
        if text.isascii():
            return text
        if self.language in ("fa", "ur"):
            text = text.translate(_PERSIAN_LETTERS)
        elif self.language not in ("he", "yi"):
            text = text.translate(_ARABIC_LETTERS)
        return _HEBREW_MARKS.sub("", _ARABIC_MARKS.sub("", text))


def _is_kept(char: str) -> bool:
    return char in _KEPT or unicodedata.category(char)[0] not in "PSZC"
