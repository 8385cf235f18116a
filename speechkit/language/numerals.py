"""Whole numbers in words, for pronouncing them: English, Spanish, French, German, Italian.

Compounds come out as their parts ("ein und zwanzig"): only their sound matters here.
"""

from __future__ import annotations

from collections.abc import Callable

_EN = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_EN_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ES = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
    "dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro "
    "veinticinco veintiséis veintisiete veintiocho veintinueve"
).split()
_ES_TENS = "treinta cuarenta cincuenta sesenta setenta ochenta noventa".split()
_ES_HUNDREDS = (
    "ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos "
    "novecientos"
).split()
_FR = (
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
).split()
_FR_TENS = "vingt trente quarante cinquante soixante".split()
_DE = (
    "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn "
    "sechzehn siebzehn achtzehn neunzehn"
).split()
_DE_TENS = "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig".split()
_IT = (
    "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici "
    "quindici sedici diciassette diciotto diciannove"
).split()
_IT_TENS = "venti trenta quaranta cinquanta sessanta settanta ottanta novanta".split()

DIGITS: dict[str, list[str]] = {
    "en": _EN[:10], "es": _ES[:10], "fr": _FR[:10], "de": _DE[:10], "it": _IT[:10],
}  # fmt: skip


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
    below, (thousand_one, thousand), (million_one, million) = _BELOW_1000[language]
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


def _english(number: int) -> list[str]:
    if number >= 100:
        rest = _english(number % 100) if number % 100 else []
        return [_EN[number // 100], "hundred", *rest]
    return _tens(number, _EN, _EN_TENS)


def _spanish(number: int) -> list[str]:
    if number == 100:
        return ["cien"]
    if number > 100:
        rest = _spanish(number % 100) if number % 100 else []
        return [_ES_HUNDREDS[number // 100 - 1], *rest]
    if number < len(_ES):
        return [_ES[number]]
    tens, ones = divmod(number, 10)
    return [_ES_TENS[tens - 3], "y", _ES[ones]] if ones else [_ES_TENS[tens - 3]]


def _french(number: int) -> list[str]:
    if number >= 100:
        rest = _french(number % 100) if number % 100 else []
        return [*([] if number < 200 else [_FR[number // 100]]), "cent", *rest]
    if number < 17:
        return [_FR[number]]
    if number < 20:
        return ["dix", _FR[number - 10]]
    if number >= 80:
        return ["quatre", "vingt", *(_french(number - 80) if number > 80 else [])]
    tens, ones = divmod(min(number, 69), 10)
    ones += max(0, number - 69)  # soixante-dix … soixante-dix-neuf
    if not ones:
        return [_FR_TENS[tens - 2]]
    return [_FR_TENS[tens - 2], *(["et"] if ones in (1, 11) else []), *_french(ones)]


def _german(number: int) -> list[str]:
    if number >= 100:
        rest = _german(number % 100) if number % 100 else []
        return [*([] if number < 200 else [_DE[number // 100]]), "hundert", *rest]
    if number < 20:
        return [_DE[number]]
    tens, ones = divmod(number, 10)
    one = [] if not ones else ["ein" if ones == 1 else _DE[ones], "und"]
    return [*one, _DE_TENS[tens - 2]]


def _italian(number: int) -> list[str]:
    if number >= 100:
        rest = _italian(number % 100) if number % 100 else []
        return [*([] if number < 200 else [_IT[number // 100]]), "cento", *rest]
    return _tens(number, _IT, _IT_TENS)


def _tens(number: int, ones: list[str], tens: list[str]) -> list[str]:
    if number < 20:
        return [ones[number]]
    rest = [ones[number % 10]] if number % 10 else []
    return [tens[number // 10 - 2], *rest]


_BELOW_1000: dict[str, tuple[Callable[[int], list[str]], tuple[str, str], tuple[str, str]]] = {
    "en": (_english, ("one thousand", "thousand"), ("one million", "million")),
    "es": (_spanish, ("mil", "mil"), ("un millón", "millones")),
    "fr": (_french, ("mille", "mille"), ("un million", "millions")),
    "de": (_german, ("tausend", "tausend"), ("eine million", "millionen")),
    "it": (_italian, ("mille", "mila"), ("un milione", "milioni")),
}
