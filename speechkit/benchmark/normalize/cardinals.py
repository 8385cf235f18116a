"""Whole numbers as they are said in words, by what CLDR says of the language."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from speechkit.benchmark.normalize.cldr import Tokenize, forms, number_phrases, scale_phrases
from speechkit.benchmark.normalize.phrases import Phrases

REMEMBERED = 1 << 14  # words: they come again
_NUMERAL = re.compile(r"\d+(?:\.\d+)?")


class Cardinals:
    """Reads the whole numbers of one language.

    Args:
        language: primary subtag.
        tokens: how the language's text is cut and folded.
        ordinals: words that are no cardinals, however CLDR calls them.
    """

    def __init__(self, language: str, tokens: Tokenize, ordinals: Collection[str]) -> None:
        own = forms(language)
        self.values = {
            phrase: number
            for phrase, number in number_phrases(language, tokens).items()
            if phrase[-1] not in ordinals
        }
        scales, self.scale_first = scale_phrases(language, tokens)
        self.scales = {phrase[0]: scale for phrase, scale in scales.items()}
        self.words = Phrases(self.values)
        self.joint = {next(iter(tokens(word))) for word in own.joint}
        self.joint_in_tens = own.joint_in_tens
        self.zero = frozenset(own.zero)
        self.compound = lru_cache(maxsize=REMEMBERED)(self._compound)

    def digits(self, tokens: Sequence[str], at: int) -> tuple[str, int]:
        """Read numbers that follow each other as a string: behind a decimal sign, or in a code."""
        text = ""
        while at < len(tokens):
            if tokens[at] in self.zero:
                text, at = f"{text}0", at + 1
                continue
            value, end = self.whole(tokens, at)
            if value is None or not value.isdigit() or len(value) > 2 or (text and len(value) > 1):
                break
            text, at = text + value, end
        return text, at

    def whole(self, tokens: Sequence[str], at: int) -> tuple[str | None, int]:
        """Read a whole number, or one in digits; return its digits and where it ends."""
        if at >= len(tokens):
            return None, at
        total, current, last = 0, -1, 10**15  # −1: nothing yet
        end = at
        if _NUMERAL.fullmatch(tokens[end]):
            text, scale = tokens[end], self._scale(tokens, end + 1)
            if not scale or (len(text) > 1 and text[0] == "0" and "." not in text):
                return text, end + 1
            scaled = float(text) * scale
            if scaled != int(scaled):
                return text, end + 1
            total, last, end = int(scaled), scale, end + 2
        while end < len(tokens):
            if tokens[end] in self.joint and (current > 0 or total):
                value, length = self._small(tokens, end + 1)
                tens = 20 <= current < 100 or not self.joint_in_tens
                if value is None or not tens or not _adds(current, value, joined=True):
                    break
                current, end = max(current, 0) + value, end + 1 + length
                continue
            scale = self._scale(tokens, end)
            if self.scale_first and len(self.words.at(tokens, end)) > 1:
                scale = 0  # "mia mbili" is two hundred
            if scale and (current != -1 or not total):
                if scale == 100:
                    if current >= 100 or current == 0:
                        break
                    current = 100 * max(current, 1)
                elif scale >= last:
                    break
                elif self.scale_first and current == -1:
                    value, length = self._small(tokens, end + 1)
                    total, last = total + (value or 1) * scale, scale
                    end += length
                else:
                    total, last, current = total + max(current, 1) * scale, scale, -1
                end += 1
                continue
            value, length = self._small(tokens, end)
            if value is None:
                break
            if current == -1:
                if total and value >= last:
                    break
                current = value
            elif _adds(current, value):
                current += value
            else:
                break
            end += length
        if end == at or (current == -1 and not total):
            return None, at
        return str(total + max(current, 0)), end

    def _scale(self, tokens: Sequence[str], at: int) -> int:
        return self.scales.get(tokens[at], 0) if at < len(tokens) else 0

    def _small(self, tokens: Sequence[str], at: int) -> tuple[int | None, int]:
        """Read a number below a thousand (or one in a single word) and how many tokens it takes."""
        if at >= len(tokens):
            return None, 0
        phrase = self.words.at(tokens, at)
        if phrase and not (len(phrase) == 1 and phrase[0] in self.scales):
            return self.values[phrase], len(phrase)
        value = self.compound(tokens[at])
        return value, 1 if value is not None else 0

    def _compound(self, word: str) -> int | None:
        """Read a number in one word: "zweitausenddreihundert", "이천삼백"."""
        if (known := self.values.get((word,))) is not None:
            return known
        if len(word) < 2 or word in self.scales:
            return None
        for scale, value in sorted(self.scales.items(), key=lambda item: -item[1]):
            head, found, tail = word.partition(scale)
            if not found or len(scale) == len(word):
                continue
            times = 1 if not head else self.values.get((head,))
            tail = next((tail[len(j) :] for j in self.joint if tail.startswith(j)), tail)
            rest = 0 if not tail else self.compound(tail)
            if times is not None and rest is not None and rest < value and times < 1000:
                return times * value + rest
        return None


def _adds(current: int, value: int, *, joined: bool = False) -> bool:
    """Say whether a smaller number may follow: 300 40, 40 2; with "and" also behind a thousand.

    >>> _adds(300, 40), _adds(40, 2), _adds(4, 2)
    (True, True, False)
    """
    if current <= 0:
        return joined and value < 1000
    if value == 0:
        return False
    if current % 100 == 0:
        return value < 100
    return current >= 20 and current % 10 == 0 and value < 10
