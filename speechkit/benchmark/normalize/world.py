"""Languages with rules of their own beyond `basic`: fillers, numbers, letters written two ways."""

from __future__ import annotations

import re
import unicodedata

from speechkit.benchmark.normalize.basic import basic_tokens, character_tokens
from speechkit.benchmark.normalize.numbers_world import LANGUAGES, NumberWords, cjk_numbers

# Sounds of hesitation, as transcribers write them; no words that also mean something.
_FILLERS = {
    "es": "eh ehh ehm em mm mmm mhm hm hmm",
    "fr": "euh heu hum hm hmm mm mmm mhm",
    "it": "ehm mm mmm mhm hm hmm",
    "pt": "eh ehm hum hã ahn mm mmm mhm hm hmm",
    "de": "äh ähm öh öhm hm hmm mm mmm mhm",
    "ru": "э ээ эээ эм ээм мм ммм",
    "hi": "हम्म हम्म्म अं",
    "sw": "mm mmm mhm hm hmm",
}
_SAME = {"ru": str.maketrans("ё", "е")}
# "ng'" is a letter: elsewhere an apostrophe stands between two words.
_LETTER = {"sw": re.compile(r"(?<=ng)['’ʼ`´](?=\w)", re.IGNORECASE)}
# A full stop, an apostrophe or a narrow space between groups of three digits.
_THOUSANDS = re.compile(r"(?<=\d)[.'’\u00a0\u202f\u2009](?=\d{3}(?!\d))")

WORLD = LANGUAGES


class World:
    """Text → tokens, for a language written with spaces."""

    def __init__(self, language: str) -> None:
        self.fillers = frozenset(_FILLERS[language].split())
        self.same = _SAME.get(language)
        self.letter = _LETTER.get(language)
        self.numbers = NumberWords(language)

    def __call__(self, text: str) -> list[str]:
        """Return the tokens to compare."""
        if self.letter:
            text = self.letter.sub("", text)
        tokens = basic_tokens(_THOUSANDS.sub("", _ascii_digits(text)))
        if self.same:
            tokens = [token.translate(self.same) for token in tokens]
        return self.numbers.rewrite([token for token in tokens if token not in self.fillers])


def cjk_tokens(text: str) -> list[str]:
    """Return characters as tokens, numbers in digits.

    >>> cjk_tokens("血圧は百二十です")
    ['血', '圧', 'は', '120', 'で', 'す']
    """
    return character_tokens(cjk_numbers(unicodedata.normalize("NFKC", text)))


def _ascii_digits(text: str) -> str:
    """Write the digits of all scripts as 0–9."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)
