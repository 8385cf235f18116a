"""English conversations, however they are written: en@3.

What en@2 holds for the same (contractions, British and American spelling, ok and okay), and beyond
it one form for what is said one way and written two (`reading`): apostrophes of every kind, clock
times, ordinals, numbers read out, a/b, units, percent, abbreviations, fractions.
"""

from __future__ import annotations

import re
from itertools import chain

from speechkit.benchmark.normalize.english import (
    FILLER_WORDS,
    PERFECT,
    SAME_WORD,
    clean_word,
    perfect,
    spelling,
)
from speechkit.benchmark.normalize.letters import join_letters
from speechkit.benchmark.normalize.numbers import POWER_FORMS, TEN_FORMS, UNIT_FORMS
from speechkit.benchmark.normalize.reading import NumberReader
from speechkit.benchmark.normalize.written import fold_apostrophes, plain_signs, take_apart

_BRACKETS = re.compile(r"<[^<>]*>|\[[^\[\]]*\]|\((?![\d +-]*\))[^()]*\)")
_BRACES = re.compile(r"\{[^{}]*\}")
_APART = re.compile(r"\s+'(?=\w)")
_SIGNS = frozenset(("/", "%", "−", "°"))
_SAME = {word: to for word, to in SAME_WORD.items() if word != "k"}  # 1k is a thousand
_ORDINALS = {
    word: number
    for word, (number, ending) in {**UNIT_FORMS, **TEN_FORMS, **POWER_FORMS}.items()
    if ending != "s"
}
_MONEY = re.compile(r"([$€£])\s?(\d[\d.,]*)((?: (?:hundred|thousand|million|billion))?)(?<=\w)")
_MONEY_WORD = {"$": "dollars", "€": "euros", "£": "pounds"}
_COINS = frozenset(("cents", "cent", "pence", "p"))
_NOTES = frozenset(("dollars", "euros", "lb"))
_WRITTEN_FRACTION = re.compile(r"(?<![\d/.])(?:(\d+) )?(1/2|1/4|3/4|1/3|2/3)(?![\d/])")
_DECIMALS = {"1/2": "5", "1/4": "25", "3/4": "75"}
_FRACTIONS = {
    "1/2": "half", "1/4": "quarter", "3/4": "three quarters", "1/3": "one third",
    "2/3": "two thirds",
}  # fmt: skip
_PARTS = frozenset(("half", "quarter"))
_REMEMBERED = 1 << 16  # words


class EnglishForms:
    """Text → tokens.

    Args:
        dropped: tokens that carry nothing.
        braces: leave out what stands in {braces}.
    """

    def __init__(
        self, *, dropped: frozenset[str] = frozenset({"erm"}), braces: bool = False
    ) -> None:
        self.dropped = dropped
        self.braces = braces
        self.plain = _Words(dropped)
        self.numbers = NumberReader(
            "en", self.words, ordinals=_ORDINALS, lone_one="one", read_out=3
        )

    def __call__(self, text: str) -> list[str]:
        """Return the tokens to compare."""
        tokens = self.numbers.rewrite(self.words(text))
        if "half" in tokens or "quarter" in tokens:
            tokens = _parts_of_one(tokens)
        if not _COINS.isdisjoint(tokens):
            tokens = _coins(tokens)
        return join_letters(["over" if word == "/" else word for word in tokens])

    def words(self, text: str) -> list[str]:
        """Cut a text into folded words, numerals and signs."""
        text = plain_signs(fold_apostrophes(text)).lower()
        if self.braces and "{" in text:
            text = _BRACES.sub(" ", text)
        if "<" in text or "[" in text or "(" in text:
            text = _BRACKETS.sub(" ", text)
        if "&" in text:
            text = text.replace("&", " and ")
        text = take_apart(text, first=_english)
        if " '" in text:
            text = _APART.sub("'", text)
        text = PERFECT.sub(perfect, text)
        return list(chain.from_iterable(map(self.plain.__getitem__, text.split())))


class _Words(dict[str, tuple[str, ...]]):
    """A written word → its tokens; remembered, as words come again."""

    def __init__(self, dropped: frozenset[str]) -> None:
        super().__init__()
        self.dropped = dropped
        self.spelling = spelling()

    def __missing__(self, word: str) -> tuple[str, ...]:
        tokens = self._tokens(word)
        if len(self) < _REMEMBERED:
            self[word] = tokens
        return tokens

    def _tokens(self, word: str) -> tuple[str, ...]:
        if word in _SIGNS:
            return (word,)
        degree = word.startswith("°")
        pieces = [piece.strip(".%$€£¢") for piece in clean_word(word).split()]
        if pieces and not pieces[0].replace(".", "").isdigit():
            pieces = " ".join(pieces).replace(".", " ").split()
        spelled = [self.spelling.get(piece, piece) for piece in pieces if piece]
        same = " ".join(_SAME.get(token, token) for token in spelled).split()
        kept = [t for t in same if t not in self.dropped and t not in FILLER_WORDS]
        return ("°", *kept) if degree and not kept else tuple(kept)


def _english(text: str) -> str:
    """Write fractions and amounts of money in words, in a stretch that has digits."""
    if "/" in text:
        text = _WRITTEN_FRACTION.sub(_fraction, text.replace("24/7", "24 7"))
    return _MONEY.sub(_money, text)


def _money(match: re.Match[str]) -> str:
    """Write $5.50 as it is said."""
    sign, amount, scale = match.groups()
    whole, _, cents = amount.partition(".")
    if len(cents) == 2 and not scale:
        return f"{whole} {_MONEY_WORD[sign]} {cents.lstrip('0') or '0'} "
    return f"{amount}{scale} {_MONEY_WORD[sign]} "


def _fraction(match: re.Match[str]) -> str:
    """Write "2 1/2" as 2.5, and 1/2 alone in words."""
    whole, part = match[1], match[2]
    if whole and part in _DECIMALS:
        return f"{whole}.{_DECIMALS[part]}"
    return f"{whole or ''} {_FRACTIONS[part]} "


def _parts_of_one(tokens: list[str]) -> list[str]:
    """Leave out the "one" or "a" before half and quarter: ½ may be read any of these ways."""
    return [
        token
        for token, after in zip(tokens, [*tokens[1:], ""], strict=True)
        if not (after in _PARTS and token in ("one", "a"))
    ]


def _coins(tokens: list[str]) -> list[str]:
    """Write "5 dollars and 50 cents" as $5.50 is written: "5 dollars 50"."""
    out: list[str] = []
    for token in tokens:
        if token in _COINS and len(out) > 1 and out[-1].isdigit():
            if out[-2] in _NOTES:
                continue
            if out[-2] == "and" and len(out) > 2 and out[-3] in _NOTES:
                del out[-2]
                continue
        out.append(token)
    return out
