"""How identifiers are said: digits, ages, dates, spelled names, e-mail addresses, by language."""

from __future__ import annotations

import datetime as dt

from speechkit.language import cardinal, cardinals, digit_words

LANGUAGES = ("en", "es", "fr", "de")

_AT = {"en": "at", "es": "arroba", "fr": "arobase", "de": "ät"}
_DOT = {"en": "dot", "es": "punto", "fr": "point", "de": "Punkt"}
_EN_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
_DE_ORDINALS = {1: "erste", 3: "dritte", 7: "siebte", 8: "achte"}


def number(value: int, language: str) -> str:
    """Say a number below 10,000.

    >>> [number(67, language) for language in LANGUAGES]
    ['sixty seven', 'sesenta y siete', 'soixante-sept', 'siebenundsechzig']
    """
    words = cardinal(value, language)
    if language == "de":
        return "".join(words)
    if language == "fr" and value % 100 == 80:
        words = (*words[:-1], "vingts")  # nothing follows: vingt takes its plural
    if language == "fr" and value < 100:
        return " ".join(words).replace(" ", "-").replace("-et-", " et ")
    return " ".join(words)


def digits(figures: str, language: str) -> str:
    """Say figures one by one, in groups of three, a pause between groups.

    >>> digits("7731", "en")
    'seven seven three, one'
    """
    said = [digit_words(language)[int(figure)] for figure in figures]
    return ", ".join(" ".join(said[at : at + 3]) for at in range(0, len(said), 3))


def spelled(name: str) -> str:
    """Say a name letter by letter.

    >>> spelled("Núñez")
    'N, Ú, Ñ, E, Z'
    """
    return ", ".join(letter.upper() for letter in name if letter.isalpha())


def email(local: tuple[str, ...], domain: str, language: str) -> str:
    """Say an e-mail address whose local part has dots between its words.

    >>> email(("ana", "gil"), "example.org", "es")
    'ana punto gil arroba example punto org'
    """
    dot = f" {_DOT[language]} "
    return f"{dot.join(local)} {_AT[language]} {dot.join(domain.split('.'))}"


def date(day: dt.date, language: str, *, year: bool = True) -> str:
    """Say a date.

    >>> [date(dt.date(1958, 3, 12), language) for language in ("en", "es")]
    ['March twelfth, nineteen fifty eight', 'doce de marzo de mil novecientos cincuenta y ocho']
    >>> date(dt.date(1958, 3, 12), "fr")
    'douze mars mille neuf cent cinquante-huit'
    >>> date(dt.date(1958, 3, 12), "de")
    'zwölfte März neunzehnhundertachtundfünfzig'
    """
    month = cardinals(language).months.split()[day.month - 1]
    if language == "en":
        return f"{month} {_english_ordinal(day.day)}" + (f", {_year(day.year)}" if year else "")
    if language == "es":
        said = f"{number(day.day, 'es')} de {month}"
        return said + (f" de {number(day.year, 'es')}" if year else "")
    if language == "fr":
        said = f"{'premier' if day.day == 1 else number(day.day, 'fr')} {month}"
        return said + (f" {_french_year(day.year)}" if year else "")
    said = f"{_german_ordinal(day.day)} {month}"
    return said + (f" {_german_year(day.year)}" if year else "")


def _english_ordinal(value: int) -> str:
    if value <= 20:
        return _EN_ORDINALS[value - 1]
    tens = number(value // 10 * 10, "en")
    if value % 10:
        return f"{tens} {_EN_ORDINALS[value % 10 - 1]}"
    return tens.removesuffix("y") + "ieth"


def _german_ordinal(value: int) -> str:
    if value < 20:
        return _DE_ORDINALS.get(value, f"{number(value, 'de')}te")
    return f"{number(value, 'de')}ste"


def _year(year: int) -> str:
    if 2000 <= year < 2010:
        rest = f" {number(year % 100, 'en')}" if year % 100 else ""
        return f"two thousand{rest}"
    century, rest = divmod(year, 100)
    if not rest:
        return f"{number(century, 'en')} hundred"
    ones = f"oh {number(rest, 'en')}" if rest < 10 else number(rest, "en")
    return f"{number(century, 'en')} {ones}"


def _french_year(year: int) -> str:
    thousands, rest = divmod(year, 100)
    hundreds = number(thousands * 100, "fr").replace("cents", "cent")
    return f"{hundreds} {number(rest, 'fr')}" if rest else hundreds


def _german_year(year: int) -> str:
    if year >= 2000:
        return number(year, "de")
    return f"{number(year // 100, 'de')}hundert{number(year % 100, 'de') if year % 100 else ''}"
