"""How a written word may be said: "264" as two six four, two hundred sixty four or two sixty four.

Aligners need something to pronounce; which of the forms was said they find out by score.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from speechkit.language import cardinal, digit_words

# A letter that is named, not sounded, is written with a period: "c." is "see".
Form = tuple[str, ...]
_Style = Literal["cardinal", "digits", "oh", "pairs"]
_STYLES: tuple[_Style, ...] = ("cardinal", "digits", "oh", "pairs")

_SPELLED = re.compile(r"[^\W\d_](?:[-.–][^\W\d_])+\.?")
_CHUNK = re.compile(
    r"(?P<ordinal>\d+(?=(?:st|nd|rd|th)\b)(?:st|nd|rd|th))"
    r"|(?P<number>\d{1,3}(?:,\d{3})+(?!\d)|\d+)"
    r"|(?P<letters>[^\W\d_]+(?:['’][^\W\d_]+)*)"
    r"|(?P<symbol>[^\s\w])",
    re.IGNORECASE,
)
_SYMBOLS = {
    "en": {"%": "percent", "&": "and", "+": "plus", "@": "at", "°": "degrees", "=": "equals"},
    "es": {"%": "por ciento", "&": "y", "+": "más", "@": "arroba", "°": "grados"},
    "fr": {"%": "pour cent", "&": "et", "+": "plus", "@": "arobase", "°": "degrés"},
    "de": {"%": "prozent", "&": "und", "+": "plus", "@": "ät", "°": "grad"},
    "it": {"%": "per cento", "&": "e", "+": "più", "@": "chiocciola", "°": "gradi"},
}
_MONEY = {"$": "dollars", "£": "pounds", "€": "euros"}
_POINT = {"en": "point", "es": "coma", "fr": "virgule", "de": "komma", "it": "virgola"}
_SHORT: dict[str, dict[str, str]] = {
    "en": {
        "dr": "doctor", "mr": "mister", "mrs": "misses", "ms": "miz", "st": "street", "vs": "versus",
        "etc": "et cetera", "jr": "junior", "ave": "avenue", "blvd": "boulevard", "rd": "road",
        "apt": "apartment", "mg": "milligrams", "mcg": "micrograms", "µg": "micrograms",
        "ml": "milliliters", "kg": "kilograms", "cm": "centimeters", "mm": "millimeters",
        "km": "kilometers", "lb": "pounds", "lbs": "pounds", "oz": "ounces", "hr": "hour",
        "hrs": "hours", "min": "minutes", "mins": "minutes", "dept": "department", "prof": "professor",
    },
    "es": {"dr": "doctor", "dra": "doctora", "sr": "señor", "sra": "señora", "mg": "miligramos",
           "ml": "mililitros", "kg": "kilos", "ud": "usted", "uds": "ustedes"},
    "fr": {"dr": "docteur", "m": "monsieur", "mme": "madame", "mlle": "mademoiselle",
           "mg": "milligrammes", "ml": "millilitres", "kg": "kilos"},
    "de": {"dr": "doktor", "hr": "herr", "fr": "frau", "mg": "milligramm", "ml": "milliliter",
           "kg": "kilogramm", "usw": "und so weiter", "bzw": "beziehungsweise"},
    "it": {"dr": "dottor", "dott": "dottor", "sig": "signor", "mg": "milligrammi",
           "ml": "millilitri", "kg": "chili"},
}  # fmt: skip
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth",
    "nine": "ninth", "twelve": "twelfth",
}  # fmt: skip


def spoken_forms(word: str, language: str) -> tuple[Form, ...]:
    """Return the ways to say a written word, likeliest first; () if there is nothing to say.

    >>> spoken_forms("264.", "en")
    (('two', 'hundred', 'sixty', 'four'), ('two', 'six', 'four'), ('two', 'sixty', 'four'))
    >>> spoken_forms("C-A-L-L-A", "en")
    (('c.', 'a.', 'l.', 'l.', 'a.'),)
    >>> spoken_forms("Dr.", "en"), spoken_forms("Diane,", "en"), spoken_forms("—", "en")
    ((('doctor',),), (('diane',),), ())
    """
    text = unicodedata.normalize("NFKC", word).replace("’", "'").strip()
    bare = text.strip("\"'“”„«»()[]{}.,;:!?¿¡…*-–—")
    if _SPELLED.fullmatch(bare):
        return (tuple(f"{char.lower()}." for char in bare if char.isalpha()),)
    chunks = [(match.lastgroup or "", match.group()) for match in _CHUNK.finditer(text)]
    forms: list[Form] = []
    for style in _STYLES:
        for named in (True, False):
            form = _render(chunks, language, style, named)
            if form and form not in forms:
                forms.append(form)
    return tuple(forms)


def _render(chunks: list[tuple[str, str]], language: str, style: _Style, named: bool) -> Form:
    said: list[str] = []
    money = ""
    for index, (kind, text) in enumerate(chunks):
        inside = 0 < index < len(chunks) - 1
        if kind == "number":
            fraction = (
                index > 1 and chunks[index - 1][1] in ".," and chunks[index - 2][0] == "number"
            )
            said += _number(text, language, "digits" if fraction and not money else style)
            follows = [part for _, part in chunks[index + 1 : index + 2]]
            if money and follows != ["."]:
                said.append(money)
                money = ""
        elif kind == "ordinal":
            said += _ordinal(text[:-2])
        elif kind == "letters":
            measured = index > 0 and chunks[index - 1][0] == "number"
            lone = sum(part == "letters" for part, _ in chunks) == 1
            said += _letters(text, language, named, short=lone or measured)
        elif text in _MONEY and index + 1 < len(chunks) and language == "en":
            money = _MONEY[text]
        elif text in _SYMBOLS.get(language, {}):
            said += _SYMBOLS[language][text].split()
        elif inside and text in ".," and _between(chunks, index, "number"):
            said.append(money or _POINT.get(language, ""))
            money = ""
        elif inside and text == "." and language == "en" and _between(chunks, index, "letters"):
            said.append("dot")
    return tuple(token for token in said if token)


def _between(chunks: list[tuple[str, str]], index: int, kind: str) -> bool:
    return chunks[index - 1][0] == kind and chunks[index + 1][0] == kind


def _letters(text: str, language: str, named: bool, *, short: bool) -> list[str]:
    lowered = text.lower()
    if short and lowered in _SHORT.get(language, {}):
        return _SHORT[language][lowered].split()
    alone = len(text) == 1 and not (lowered in "aeiouyàèéìòùмваиоуск" and text != "I")
    shouted = 1 < len(text) <= 5 and text.isupper()
    if named and (alone or shouted) and text != "I":
        return [f"{char}." for char in lowered]
    return [lowered]


def _number(text: str, language: str, style: _Style) -> list[str]:
    names = digit_words(language)
    digits = text.replace(",", "")
    if not names or not digits.isascii():
        return []
    spelled = [names[int(char)] for char in digits]
    if style == "oh" and language == "en":
        return ["oh" if name == "zero" else name for name in spelled]
    if style == "pairs" and len(digits) in (3, 4) and digits[0] != "0":
        head, tail = digits[:-2], digits[-2:]
        return [*cardinal(int(head), language), *_pair(tail, names, language)]
    long = len(digits) > 6 and "," not in text
    if style in ("digits", "oh") or long or (len(digits) > 1 and digits[0] == "0"):
        return spelled
    return list(cardinal(int(digits), language)) or spelled


def _pair(tail: str, names: list[str], language: str) -> tuple[str, ...]:
    if tail == "00":
        return ("hundred",) if language == "en" else cardinal(100, language)
    if tail[0] == "0":
        return ("oh" if language == "en" else names[0], names[int(tail[1])])
    return cardinal(int(tail), language)


def _ordinal(digits: str) -> list[str]:
    *head, last = cardinal(int(digits), "en") or (digits,)
    if last in _ORDINALS:
        return [*head, _ORDINALS[last]]
    return [*head, f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th"]
