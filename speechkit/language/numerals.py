"""Whole numbers in words, for pronouncing them: English, Spanish, French, German, Italian.

Compounds come out as their parts ("ein und zwanzig"): only their sound matters here.
"""

from __future__ import annotations

from collections.abc import Callable

from speechkit.language.cardinal_tables import cardinals, pronounced

_LANGUAGES = ("en", "es", "fr", "de", "it")


def digit_words(language: str) -> list[str]:
    """Return the words for 0 to 9 in a language; [] in one that is not known here.

    >>> digit_words("de")[:3]
    ['null', 'eins', 'zwei']
    """
    return pronounced(cardinals(language).ones)[:10] if language in _LANGUAGES else []


def cardinal(number: int, language: str) -> tuple[str, ...]:
    """Return a number below a milliard in words; () in a language that is not known here.

    >>> cardinal(264, "en")
    ('two', 'hundred', 'sixty', 'four')
    >>> cardinal(95, "fr"), cardinal(21, "de")
    (('quatre', 'vingt', 'quinze'), ('ein', 'und', 'zwanzig'))
    >>> cardinal(1_700_000, "es")
    ('un', 'millón', 'setecientos', 'mil')
    >>> cardinal(2025, "it"), cardinal(5, "ko")
    (('due', 'mila', 'venti', 'cinque'), ())
    """
    if language not in _BELOW_1000 or not 0 <= number < 10**9:
        return ()
    below = _BELOW_1000[language]
    thousand_one, thousand = cardinals(language).spoken_thousand
    million_one, million = cardinals(language).spoken_million
    if number < 1000:
        return tuple(below(number))
    millions, rest = divmod(number, 10**6)
    thousands, rest = divmod(rest, 1000)
    words: list[str] = []
    if millions:
        words += million_one.split() if millions == 1 else [*below(millions), million]
    if thousands:
        words += thousand_one.split() if thousands == 1 else [*below(thousands), thousand]
    return tuple(words + (below(rest) if rest else []))


def _ones_of(language: str) -> list[str]:
    return pronounced(cardinals(language).ones)


def _tens_of(language: str) -> list[str]:
    return pronounced(cardinals(language).tens)


def _hundreds_of(language: str) -> list[str]:
    return pronounced(cardinals(language).hundreds)


def _english(number: int) -> list[str]:
    if number >= 100:
        rest = _english(number % 100) if number % 100 else []
        return [_ones_of("en")[number // 100], "hundred", *rest]
    return _tens(number, _ones_of("en"), _tens_of("en"))


def _spanish(number: int) -> list[str]:
    if number == 100:
        return ["cien"]
    if number > 100:
        rest = _spanish(number % 100) if number % 100 else []
        return [_hundreds_of("es")[number // 100 - 1], *rest]
    if number < len(_ones_of("es")):
        return [_ones_of("es")[number]]
    tens, ones = divmod(number, 10)
    return (
        [_tens_of("es")[tens - 2], "y", _ones_of("es")[ones]]
        if ones
        else [_tens_of("es")[tens - 2]]
    )


def _french(number: int) -> list[str]:
    if number >= 100:
        rest = _french(number % 100) if number % 100 else []
        return [*([] if number < 200 else [_ones_of("fr")[number // 100]]), "cent", *rest]
    if number < 17:
        return [_ones_of("fr")[number]]
    if number < 20:
        return ["dix", _ones_of("fr")[number - 10]]
    if number >= 80:
        return ["quatre", "vingt", *(_french(number - 80) if number > 80 else [])]
    tens, ones = divmod(min(number, 69), 10)
    ones += max(0, number - 69)  # soixante-dix … soixante-dix-neuf
    if not ones:
        return [_tens_of("fr")[tens - 2]]
    return [_tens_of("fr")[tens - 2], *(["et"] if ones in (1, 11) else []), *_french(ones)]


def _german(number: int) -> list[str]:
    if number >= 100:
        rest = _german(number % 100) if number % 100 else []
        return [*([] if number < 200 else [_ones_of("de")[number // 100]]), "hundert", *rest]
    if number < 20:
        return [_ones_of("de")[number]]
    tens, ones = divmod(number, 10)
    one = [] if not ones else ["ein" if ones == 1 else _ones_of("de")[ones], "und"]
    return [*one, _tens_of("de")[tens - 2]]


def _italian(number: int) -> list[str]:
    if number >= 100:
        rest = _italian(number % 100) if number % 100 else []
        return [*([] if number < 200 else [_ones_of("it")[number // 100]]), "cento", *rest]
    return _tens(number, _ones_of("it"), _tens_of("it"))


def _tens(number: int, ones: list[str], tens: list[str]) -> list[str]:
    if number < 20:
        return [ones[number]]
    rest = [ones[number % 10]] if number % 10 else []
    return [tens[number // 10 - 2], *rest]


_BELOW_1000: dict[str, Callable[[int], list[str]]] = {
    "en": _english,
    "es": _spanish,
    "fr": _french,
    "de": _german,
    "it": _italian,
}
