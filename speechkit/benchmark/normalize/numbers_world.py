"""Number words → digits in languages other than English: cardinals, as they are said.

A language has a table of words with their values; one rule adds them up: "trescientos cuarenta y
dos" is 342, "quatre-vingt-dix-sept" 97, "zweihundertdreiundvierzig" 243, "三十八" 38. Words for one
that stand alone stay as they are: they are articles, too. Both sides of a comparison are written
alike, so a word taken for a number by mistake ("sei", you are) does no harm.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

from speechkit.language import cardinals

LANGUAGES = ("es", "fr", "it", "pt", "de", "ru", "hi", "sw")


class NumberWords:
    """Rewrites the tokens of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.values = _table(language)
        self.scales = {value for value in self.values.values() if value in _scale_values(language)}
        self.joint = cardinals(language).joint
        self.points = frozenset(map(_bare, cardinals(language).points))
        self.value_of = lru_cache(maxsize=1 << 14)(self._value_of)

    def rewrite(self, tokens: Sequence[str]) -> list[str]:
        """Return the tokens with cardinals in digits, "three point five" as two numbers."""
        out: list[str] = []
        at = 0
        while at < len(tokens):
            value, end = self._number(tokens, at)
            if value is None or (value == 1 and end == at + 1 and not tokens[at].isdigit()):
                if not (tokens[at] in self.points and self._between_numbers(out, tokens, at)):
                    out.append(tokens[at])
                at += 1
            else:
                out.append(str(value))
                at = end
        return out

    def _between_numbers(self, out: Sequence[str], tokens: Sequence[str], at: int) -> bool:
        after = tokens[at + 1] if at + 1 < len(tokens) else ""
        return bool(out) and out[-1].isdigit() and self._is_number(after)

    def _is_number(self, token: str) -> bool:
        return token.isdigit() or self.value_of(token) is not None

    def _value_of(self, token: str) -> int | None:
        bare = _bare(token)
        if bare in self.values:
            return self.values[bare]
        return (
            _compound(bare, self.values, self.language)
            if cardinals(self.language).one_word
            else None
        )

    def _number(self, tokens: Sequence[str], at: int) -> tuple[int | None, int]:
        """Read one number from `at` on; return it and where it ends."""
        total, current = 0, -1  # −1: nothing yet
        end = at
        while end < len(tokens):
            token = tokens[end]
            if token == self.joint and current >= 0 and end + 1 < len(tokens):
                ahead = self.value_of(tokens[end + 1])
                # It joins tens and units; only in Portuguese and Swahili hundreds and tens too.
                tens = current % 100 >= 20 or self.language in ("pt", "sw")
                if ahead is None or not tens or current % 10 or not self._adds(current, ahead):
                    break
                end += 1
                continue
            value = self.value_of(token)
            if value is None:
                break
            if value in self.scales:
                if cardinals(self.language).scale_first:
                    ahead = self.value_of(tokens[end + 1]) if end + 1 < len(tokens) else None
                    times = ahead if ahead is not None and 0 < ahead < 10 else 1
                    if current > 0 and current % (value * 10):
                        break
                    current = max(current, 0) + times * value
                    end += 2 if times == ahead else 1
                    continue
                if value >= 1000:
                    total += max(current, 1) * value if current != 0 else 0
                    current = 0
                elif current in (-1, 0) or 1 <= current < 10:
                    current = max(current, 1) * value
                else:
                    break
            elif current == -1:
                current = value
            elif self.language == "fr" and value == 20 and current % 100 == 4:
                current += 76
            elif self._adds(current, value) and (current or total):
                current += value
            else:
                break
            end += 1
        if end > at and tokens[end - 1] == self.joint:
            end -= 1
        return (total + max(current, 0), end) if end > at else (None, at)

    def _adds(self, current: int, value: int) -> bool:
        """Say whether a smaller number may follow: 300 40, 40 2, but not 4 2."""
        rest = current % 100
        if value < 10:
            french = self.language == "fr" and value in (7, 8, 9)
            return current % 10 == 0 and (rest != 10 or french or self.language == "sw")
        if value < 20 and self.language == "fr" and rest in (60, 80):
            return True
        if value < 100:
            return rest == 0
        return value < 1000 and current % 1000 == 0


def cjk_numbers(text: str) -> str:
    """Write numbers of two characters or more that hold a ten, hundred or more in digits.

    >>> cjk_numbers("体温三十八度、二千零五年、一人")
    '体温38度、2005年、一人'
    """
    out: list[str] = []
    run = ""
    for char in f"{text}\n":
        if char in _CJK or char in _CJK_SCALES:
            run += char
            continue
        if run:
            scaled = len(run) > 1 and any(char in _CJK_SCALES for char in run)
            out.append(str(_cjk(run)) if scaled else run)
            run = ""
        out.append(char)
    return "".join(out)[:-1]


_CJK = {char: value for value, char in enumerate("〇一二三四五六七八九")} | {
    "零": 0,
    "两": 2,
    "兩": 2,
}
_CJK_SCALES = {
    "十": 10,
    "百": 100,
    "千": 1000,
    "万": 10_000,
    "萬": 10_000,
    "億": 10**8,
    "亿": 10**8,
}


def _cjk(run: str) -> int:
    total = section = digit = 0
    for char in run:
        if char in _CJK:
            digit = digit * 10 + _CJK[char] if digit else _CJK[char]
        elif _CJK_SCALES[char] >= 10_000:
            total += max(section + digit, 1) * _CJK_SCALES[char]
            section = digit = 0
        else:
            section += max(digit, 1) * _CJK_SCALES[char]
            digit = 0
    return total + section + digit


@lru_cache(maxsize=16)
def _table(language: str) -> dict[str, int]:
    return {_bare(form.casefold()): value for form, value in cardinals(language).forms().items()}


def _scale_values(language: str) -> set[int]:
    return set(cardinals(language).scales)


def _compound(word: str, values: Mapping[str, int], language: str) -> int | None:
    """Read a number in one word: "dreiundvierzig", "duecentotrentaquattro"."""
    for scale in ("tausend", "hundert") if language == "de" else ("mila", "mille", "cento", "cent"):
        head, found, tail = word.partition(scale)
        if not found or (head, tail) == ("", ""):
            continue
        factor = 1 if not head else values.get(head) or _compound(head, values, language)
        tail = tail.removeprefix("und") if language == "de" else tail
        rest = 0 if not tail else values.get(tail) or _compound(tail, values, language)
        if factor is None or rest is None or rest >= values[scale]:
            continue
        return factor * values[scale] + rest
    if language == "de":
        unit, und, ten = word.partition("und")
        one, ten_value = values.get(unit), values.get(ten)
        if und and one is not None and 0 < one < 10 and ten_value and 20 <= ten_value < 100:
            return ten_value + one
        return None
    for cut in range(4, len(word) - 1):
        ten_value, one = values.get(word[:cut]), values.get(word[cut:])
        if ten_value and 20 <= ten_value < 100 and one is not None and 0 < one < 10:
            return ten_value + one
    return None


def _bare(word: str) -> str:
    """Return a word without accents: they are often left out. Indic vowel signs are not accents."""
    if not word.isascii():
        parts = unicodedata.normalize("NFD", word)
        if any("LATIN" in unicodedata.name(char, "") for char in parts):
            return "".join(char for char in parts if unicodedata.category(char) != "Mn")
    return unicodedata.normalize("NFC", word)
