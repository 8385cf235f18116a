"""Forms that only writing has, taken apart before words are cut: 10:30, 1,500, 919-696-3901, b.i.d."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

# Every sign that is written for an apostrophe between letters.
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘‛ʼʻ′´`＇‵", "'"))
_SIGNS = str.maketrans({
    "−": "-", "–": "-", "—": "-", "‑": "-", "‐": "-", "µ": "u", "μ": "u", "⁄": "/", "∕": "/",
    "٪": "%", "％": "%", "٫": ".", "٬": ",",
})  # fmt: skip
_FRACTIONS = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3", "⅛": "1/8"}
_FRACTION = re.compile("|".join(_FRACTIONS))
_DOTTED = re.compile(r"(?<![\w.])((?:[^\W\d_]\.){2,}[^\W\d_]?|[^\W\d_]\.[^\W\d_])(?![\w.])\.?")
_CLOCK = re.compile(r"(?<![\d:.])([01]?\d|2[0-4])\s?[:hH]\s?([0-5]\d)(?![\d:])(?:\s?[hH](?!\w))?")
_THOUSANDS = {
    ".": re.compile(r"(?<![\d.,])(\d{1,3})((?:,\d{3})+)(?!\d)"),
    ",": re.compile(r"(?<![\d.,])(\d{1,3})((?:[.]\d{3})+)(?!\d)"),
}
_SPACED = re.compile(r"(?<=\d)['\u00a0\u202f\u2009](?=\d{3}(?!\d))")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_PHONE = re.compile(
    r"(?<![\w/])(?:\+\d{1,3}[ .-]?)?(?:\(\d{1,5}\)[ .-]?)?\d{2,5}(?:[.-]\d{2,6}){1,4}(?![\w/%])"
)
_PHONE_SPACED = re.compile(r"(?<![\w/])\+?(?:\(\d{1,5}\) ?)\d{2,6}(?:[ .-]\d{2,6}){0,4}(?!\w)")
_MINUS = re.compile(r"(?<![\w.)])[-](?=\d)")
_BETWEEN = re.compile(r"(?<=\d)\s*-\s*(?=\d)")
_OVER = re.compile(r"(?<=\w)\s*/\s*(?=\w)")
_THOUSAND_K = re.compile(r"(?<=\d)[kK](?![\w])")
_POINT_FIRST = re.compile(r"(?<![\d\w])\.(?=\d)")
_APART = re.compile(r"(?<=\d)(?=[^\W\d_])(?!(?:st|nd|rd|th)\b)|(?<=[^\W\d_])(?=\d)", re.I)
_LONG = 7  # digits from which groups between hyphens are one number


def fold_apostrophes(text: str) -> str:
    """Write every apostrophe as "'".

    >>> fold_apostrophes("don’t donʼt don´t")
    "don't don't don't"
    """
    return text if text.isascii() and "`" not in text else text.translate(_APOSTROPHES)


def plain_signs(text: str) -> str:
    """Return text in one Unicode form, with one sign each for dash, micro, fraction and percent."""
    if text.isascii():
        return text
    text = _FRACTION.sub(lambda match: f" {_FRACTIONS[match[0]]}", text)
    text = unicodedata.normalize("NFKC", text.translate(_SIGNS)).translate(_SIGNS)
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def take_apart(
    text: str, *, decimal: str = ".", first: Callable[[str], str] = lambda stretch: stretch
) -> str:
    """Write clock times, long and decimal numbers, quotients and abbreviations in plain tokens.

    Args:
        text: after `plain_signs`.
        decimal: the language's sign before decimals.
        first: a language's own rules; they see each stretch of text with digits or abbreviations.

    >>> take_apart("at 10:30 a.m. call 919-696-3901, BP 120/80, 1,500 mg").split()
    ['at', '1030', 'am', 'call', '9196963901,', 'BP', '120', '/', '80,', '1500', 'mg']
    """
    words = text.split()
    spots = [index for index, word in enumerate(words) if _IS_SPECIAL[word]]
    if not spots:
        return text
    out: list[str] = []
    at = 0
    for start, end in _stretches(spots, len(words)):
        out += words[at:start]
        out.append(_apart(first(" ".join(words[start:end])), decimal))
        at = end
    return " ".join([*out, *words[at:]])


class _IsSpecial(dict[str, bool]):
    """Whether a word has a digit, or a full stop within; remembered, as words come again."""

    def __missing__(self, word: str) -> bool:
        inner = "." in word.strip(".")
        special = not word.isalpha() and (inner or any(map(str.isdigit, word)))
        if len(self) < _REMEMBERED:
            self[word] = special
        return special


_REMEMBERED = 1 << 16  # words
_IS_SPECIAL = _IsSpecial()


def _stretches(spots: Sequence[int], length: int) -> list[tuple[int, int]]:
    """Return [start, end) of the words around each spot; a neighbor may belong to it ("10 h 30")."""
    found: list[tuple[int, int]] = []
    for spot in spots:
        start, end = max(spot - 1, 0), min(spot + 2, length)
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def _apart(text: str, decimal: str) -> str:
    text = _DOTTED.sub(lambda match: match[1].replace(".", ""), text)
    text = _CLOCK.sub(_clock, text)
    text = _THOUSANDS[decimal].sub(lambda m: m[1] + re.sub(r"\D", "", m[2]), _SPACED.sub("", text))
    if decimal == ",":
        text = _DECIMAL_COMMA.sub(".", text)
    text = _PHONE_SPACED.sub(_phone, _PHONE.sub(_phone, text))
    text = _POINT_FIRST.sub("0.", _THOUSAND_K.sub(" thousand", text))
    text = _BETWEEN.sub(" ", _MINUS.sub(" − ", text))
    text = _OVER.sub(" / ", text).replace("%", " % ").replace("°", " °")
    return _APART.sub(" ", text)


def _clock(match: re.Match[str]) -> str:
    hour = match[1].lstrip("0") or "0"
    return f" {hour} " if match[2] == "00" else f" {hour}{match[2]} "


def _phone(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match[0])
    groups = re.findall(r"\d+", match[0])
    # 2-3 and 10.5 are not telephone numbers, nor is 12-05-2020 read as one.
    date = len(groups) == 3 and len(groups[-1]) == 4 and len(groups[0]) <= 2
    years = [len(group) for group in groups] == [4, 4]
    return digits if len(digits) >= _LONG and not date and not years else match[0]
