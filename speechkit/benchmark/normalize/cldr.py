"""What Unicode's CLDR knows of a language: how it says numbers and units.

Number words come from CLDR's spell-out rules (package `unicode-rbnf`), units and the decimal sign
from its locale data (package `Babel`): a language needs no list of ours to be read. What CLDR lacks
stands in `forms.toml` beside this file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.resources import files
from itertools import product

import msgspec
from babel import Locale, UnknownLocaleError
from babel.units import format_unit
from unicode_rbnf import FormatPurpose, RbnfEngine
from unicode_rbnf.engine import NoRuleForNumberError

Phrase = tuple[str, ...]
Tokenize = Callable[[str], list[str]]

# CLDR's name of a unit → the one form it is compared in.
UNITS = {
    "concentr-percent": "%", "mass-microgram": "mcg", "mass-milligram": "mg", "mass-gram": "g",
    "mass-kilogram": "kg", "mass-pound": "lb", "mass-ounce": "oz", "mass-stone": "stone",
    "volume-milliliter": "ml", "volume-centiliter": "cl", "volume-deciliter": "dl",
    "volume-liter": "l", "volume-tablespoon": "tbsp", "volume-teaspoon": "tsp",
    "length-millimeter": "mm", "length-centimeter": "cm", "length-meter": "m",
    "length-kilometer": "km", "length-inch": "inch", "length-foot": "foot",
    "pressure-millimeter-ofhg": "mmhg", "temperature-celsius": "degree",
    "temperature-fahrenheit": "fahrenheit", "temperature-generic": "degree",
    "concentr-millimole-per-liter": "mmol/l",
    "concentr-milligram-ofglucose-per-deciliter": "mg/dl",
    "duration-second": "second", "duration-minute": "minute", "duration-hour": "hour",
}  # fmt: skip
_COUNTS = (1, 2, 5, 100, 1.5)  # one of every plural category of every language, nearly
_SCALES = (100, 1000, 100_000, 1_000_000, 10_000_000, 1_000_000_000)
_DIGITS = re.compile(r"[\d.,\u066b]+")


class Forms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What CLDR does not say about a language. Words are written as in running text.

    `joint` stands between the parts of a number (`joint_in_tens`: only between tens and ones),
    `over` between the numbers of a pressure or a grade, `per` between units, `to` between the ends
    of a range; `hour` stands after the hour of a clock time; `clock_before` and `clock_after` are
    minutes to add ("half past ten", "diez y cuarto"); `and_half` adds .5; `article` stands before a
    bare hundred; `zero` counts only between digits; `twice` and `thrice` stand before a digit;
    `ordinal_ends` behind one ("1er"). `numbers`, `scales`, `units` add to CLDR's; `cardinals` are
    0–99 where CLDR has no rules, with bars between forms; `fillers` are hesitations.
    """

    joint: tuple[str, ...] = ()
    joint_in_tens: bool = False
    over: tuple[str, ...] = ()
    per: tuple[str, ...] = ()
    hour: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    and_half: tuple[str, ...] = ()
    clock_before: dict[str, int] = {}
    clock_after: dict[str, int] = {}
    article: tuple[str, ...] = ()
    zero: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()
    thrice: tuple[str, ...] = ()
    ordinal_ends: tuple[str, ...] = ()
    point: tuple[str, ...] = ()
    minus: tuple[str, ...] = ()
    cardinals: str = ""
    numbers: dict[str, int] = {}
    scales: dict[str, int] = {}
    units: dict[str, str] = {}
    fillers: str = ""


@cache
def forms(language: str) -> Forms:
    """Return what `forms.toml` says about a language."""
    text = (files("speechkit.benchmark.normalize") / "forms.toml").read_text("utf-8")
    return msgspec.toml.decode(text, type=dict[str, Forms]).get(language, Forms())


@cache
def engine(language: str) -> RbnfEngine | None:
    """Return CLDR's spell-out rules of a language, None where it has none."""
    try:
        return RbnfEngine.for_language(language)
    except ValueError:
        return None


def number_phrases(language: str, tokens: Tokenize) -> dict[Phrase, int]:
    """Return how the numbers below a hundred and the round hundreds are said, ordinals too; where
    a language writes compounds in one word, all below a thousand and the years."""
    own = forms(language)
    found: dict[Phrase, int] = {}
    rules = engine(language)
    if rules is not None:
        for number in (*range(100), *range(100, 1000, 100)):
            for purpose in (FormatPurpose.CARDINAL, FormatPurpose.ORDINAL):
                for text in spelled(rules, number, purpose):
                    found.setdefault(tuple(tokens(text)), number)
        if len(tokens(spelled(rules, 345)[0])) == 1:
            for number in range(101, 1000):
                for text in spelled(rules, number):
                    found.setdefault(tuple(tokens(text)), number)
            for number in range(1100, 2000):
                for text in spelled(rules, number, FormatPurpose.YEAR):
                    found.setdefault(tuple(tokens(text)), number)
    for number, words in enumerate(own.cardinals.split()):
        for form in words.split("|"):
            found[tuple(tokens(form.replace("_", " ")))] = number
    found |= {tuple(tokens(text)): number for text, number in own.numbers.items()}
    return {phrase: number for phrase, number in found.items() if phrase}


def scale_phrases(language: str, tokens: Tokenize) -> tuple[dict[Phrase, int], bool]:
    """Return the words for hundred, thousand, … and whether they stand before what they multiply."""
    found = {tuple(tokens(text)): value for text, value in forms(language).scales.items()}
    rules = engine(language)
    first = False
    if rules is None:
        return found, first
    one_word = len(tokens(spelled(rules, 345)[0])) == 1
    for scale, times in product(_SCALES, (1, 2, 5, 10)):
        for factor, text in zip(spelled(rules, times), spelled(rules, times * scale), strict=False):
            head, whole = tuple(tokens(factor)), tuple(tokens(text))
            if len(whole) > len(head) and whole[: len(head)] == head:
                found.setdefault(whole[len(head) :], scale)
            elif len(whole) > len(head) and whole[-len(head) :] == head:
                found.setdefault(whole[: -len(head)], scale)
                first = True
            elif one_word and len(whole) == len(head) == 1 and whole[0].startswith(head[0]):
                found.setdefault((whole[0][len(head[0]) :],), scale)
            elif times == 1 and len(whole) == 1:  # "mille", "hundert"
                found.setdefault(whole, scale)
    # Of 100,000 "hundred thousand" is left over: two scales, each known by itself.
    return {
        phrase: scale for phrase, scale in found.items() if len(phrase) == 1 and phrase[0]
    }, first


def spelled(
    rules: RbnfEngine, number: float, purpose: FormatPurpose = FormatPurpose.CARDINAL
) -> list[str]:
    """Return how a number is written in words, in each gender and case."""
    try:
        texts = rules.format_number(number, purpose=purpose).text_by_ruleset.values()
    except (ValueError, NoRuleForNumberError):  # the language has no rules for that
        return []
    return [text.replace("\u00ad", "") for text in texts]


def cardinal_words(language: str, number: int) -> list[str]:
    """Return the words for a number, in each gender and case."""
    rules = engine(language)
    own = [text for text, value in forms(language).numbers.items() if value == number]
    listed = forms(language).cardinals.split()[number : number + 1]
    words = [form for forms_ in listed for form in forms_.split("|")]
    return [*(spelled(rules, number) if rules else ()), *own, *words]


def first_words(language: str) -> tuple[str, str]:
    """Return the words for one and for first, empty where CLDR has none."""
    rules = engine(language)
    if rules is None:
        return "", ""
    cardinals = rules.format_number(1).text_by_ruleset
    one = cardinals.get("spellout-cardinal-masculine") or next(iter(cardinals.values()), "")
    return one, next(iter(spelled(rules, 1, FormatPurpose.ORDINAL)), "")


def sign_words(language: str, tokens: Tokenize) -> tuple[set[Phrase], set[Phrase]]:
    """Return what is said for a minus and for the decimal sign."""
    own = forms(language)
    minus = {tuple(tokens(word)) for word in own.minus}
    point = {tuple(tokens(word)) for word in own.point}
    if (rules := engine(language)) is not None:
        five, one = (tuple(tokens(spelled(rules, n)[0])) for n in (5, 1))
        negative = tuple(tokens((spelled(rules, -5) or [""])[0]))
        decimal = tuple(tokens((spelled(rules, 1.5) or [""])[0]))
        minus.add(negative[: -len(five)])
        point.add(decimal[1:-1] if len(one) == len(five) == 1 else ())
    return {p for p in minus if p}, {p for p in point if p}


def unit_phrases(language: str, tokens: Tokenize) -> dict[Phrase, str]:
    """Return how units are written, long and short, and the one form of each."""
    found: dict[Phrase, str] = {}
    for locale in _locales(language):
        for unit, form in UNITS.items():
            for text in _written(unit, locale):
                if phrase := tuple(tokens(text)):
                    found.setdefault(phrase, form)
    for text, form in forms(language).units.items():
        found[tuple(tokens(text))] = form
    return found


def decimal_sign(language: str) -> str:
    """Return the sign before decimals: a full stop or a comma."""
    for locale in _locales(language):
        numbers = locale.number_symbols.get("latn") or {}
        return "," if numbers.get("decimal") == "," else "."
    return "."


def _written(unit: str, locale: Locale) -> Iterator[str]:
    for count in _COUNTS:
        for length in ("long", "short", "narrow"):
            try:
                text = format_unit(count, unit, length, locale=locale)
            except (KeyError, ValueError):
                continue
            if bare := _DIGITS.sub(" ", text).strip():
                yield bare


def _locales(language: str) -> Iterable[Locale]:
    names = (language, "en_GB") if language == "en" else (language,)
    for name in names:
        try:
            yield Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
