"""Dates moved by days, and dates cut to their year, in the form in which they were said.

A date is read part by part (day, month, year; digits, ordinals, names, number words) and each part
is written back in its own form. What cannot be read is not moved: it gets a tag.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import cache

import msgspec

from speechkit.deidentification.text.cues import Language, get_language
from speechkit.language import fold_word, number_phrases

_PIECE = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)?|\d+")
_MARKS = frozenset("st nd rd th er o".split())


class _Part(msgspec.Struct, frozen=True):
    """One part of a date: where it stands, what it is, how it is written."""

    start: int
    end: int
    kind: str  # day, month, year
    value: int
    form: str  # digits, ordinal, name, short, words


def shift_date(text: str, language: str, days: int) -> str | None:
    """Return a date moved by `days`, in the same form; None if it cannot be read.

    >>> shift_date("March 12th, 1958", "en", 20), shift_date("31/12/2019", "es", 1)
    ('April 1st, 1958', '01/01/2020')
    >>> shift_date("the twelfth of March nineteen fifty eight", "en", 1)
    'the thirteenth of March nineteen fifty eight'
    """
    tables = get_language(language)
    parts = _parts(text, tables)
    known = {part.kind: part for part in parts}
    if len(known) != len(parts) or "day" not in known or "month" not in known:
        return None
    year = _full_year(known["year"]) if "year" in known else 2001
    try:
        moved = dt.date(year, known["month"].value, known["day"].value)
        moved += dt.timedelta(days=days)
    except (ValueError, OverflowError):
        return None
    new = {"day": moved.day, "month": moved.month, "year": moved.year}
    return _rewritten(text, parts, new, tables)


def only_year(text: str, language: str) -> str | None:
    """Return the year of a date (45 CFR 164.514(b)(2)(i)(C)); None if it names none.

    >>> only_year("3 de marzo de 1975", "es"), only_year("March third", "en")
    ('1975', None)
    """
    parts = _parts(text, get_language(language))
    years = [part for part in parts if part.kind == "year"]
    if len(years) != 1 or (years[0].form != "words" and years[0].end - years[0].start < 4):
        return None
    return text[years[0].start : years[0].end]


def _full_year(part: _Part) -> int:
    if part.value >= 100:
        return part.value
    return part.value + (1900 if part.value > 30 else 2000)


def _parts(text: str, tables: Language) -> list[_Part]:
    """Return the parts of a date in order; empty if something in it does not belong to a date."""
    pieces = [(m.start(), m.end(), fold_word(m.group())) for m in _PIECE.finditer(text)]
    named = any(word in _months(tables.code) for _, _, word in pieces)
    parts: list[_Part] = []
    at = 0
    while at < len(pieces):
        start, _, word = pieces[at]
        taken, part = _part(pieces, at, parts, tables, named=named)
        if part is None and not (word in _MARKS or word in _fillers(tables)):
            return []
        if part is not None:
            parts.append(_Part(start, pieces[at + taken - 1][1], *part))
        at += taken
    return parts if named else _numbered(parts, tables)


def _part(
    pieces: list[tuple[int, int, str]],
    at: int,
    parts: list[_Part],
    tables: Language,
    *,
    named: bool,
) -> tuple[int, tuple[str, int, str] | None]:
    word = pieces[at][2]
    months = _months(tables.code)
    if word in months:
        value, form = months[word]
        return 1, ("month", value, form)
    has_day = any(part.kind == "day" for part in parts)
    if word.isdecimal():
        value = int(word)
        if len(word) <= 2 and named and not has_day and 1 <= value <= 31:
            return 1, ("day", value, "digits")
        return 1, ("year" if named else "number", value, "digits")
    for size in (3, 2, 1):
        words = " ".join(piece[2] for piece in pieces[at : at + size])
        ordinals = _ordinals(tables.code)
        if len(pieces[at : at + size]) == size and words in ordinals and not has_day:
            return size, ("day", ordinals[words], "ordinal")
    if not has_day and _is_day_next(pieces, at, tables):
        for size in (3, 2, 1):
            words = " ".join(piece[2] for piece in pieces[at : at + size])
            if words in _cardinals(tables.code) and 1 <= _cardinals(tables.code)[words] <= 31:
                return size, ("day", _cardinals(tables.code)[words], "words")
    for size in range(min(6, len(pieces) - at), 0, -1):
        words = " ".join(piece[2] for piece in pieces[at : at + size])
        if words in _years(tables.code):
            return size, ("year", _years(tables.code)[words], "words")
    return 1, None


def _is_day_next(pieces: list[tuple[int, int, str]], at: int, tables: Language) -> bool:
    """Say whether a number word is a day: a month follows soon, or was just said."""
    months = _months(tables.code)
    if at and pieces[at - 1][2] in months:
        return True
    return any(word in months for _, _, word in pieces[at : at + 5])


def _numbered(parts: list[_Part], tables: Language) -> list[_Part]:
    """Tell day, month and year of "31/12/2019" and "2019-12-31" apart."""
    if len(parts) not in (2, 3) or any(part.kind != "number" for part in parts):
        return []
    sizes = [part.end - part.start for part in parts]
    values = [part.value for part in parts]
    if sizes[0] == 4:
        kinds = ["year", "month", "day"]
    elif values[0] > 12 or (tables.code != "en" and values[1] <= 12):
        kinds = ["day", "month", "year"]
    else:
        kinds = ["month", "day", "year"]
    # "31/12/2019" is padded, "1.12.2020" is not.
    small = [size for kind, size in zip(kinds, sizes, strict=False) if kind != "year"]
    form = "padded" if all(size == 2 for size in small) else "digits"
    return [
        _Part(part.start, part.end, kind, part.value, form)
        for part, kind in zip(parts, kinds, strict=False)
    ]


def _rewritten(text: str, parts: list[_Part], new: dict[str, int], tables: Language) -> str | None:
    pieces: list[str] = []
    at = 0
    for part in parts:
        said = text[part.start : part.end]
        written = _written(part, said, new[part.kind], tables)
        if written is None:
            return None
        pieces += [text[at : part.start], written]
        at = part.end
        mark = re.match(r"(?:st|nd|rd|th)\b", text[at:], re.IGNORECASE)
        if part.kind == "day" and part.form == "digits" and mark:
            pieces.append(_english_mark(new["day"]))
            at += mark.end()
    return "".join([*pieces, text[at:]])


def _english_mark(day: int) -> str:
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10 if day not in (11, 12, 13) else 0, "th")


def _written(part: _Part, said: str, value: int, tables: Language) -> str | None:
    if value == (_full_year(part) if part.kind == "year" else part.value):
        return said
    if part.form in ("digits", "padded"):
        if part.kind == "year" and len(said) <= 2:
            return f"{value % 100:02d}"
        padded = part.form == "padded" or said.startswith("0")
        return f"{value:0{len(said)}d}" if padded else str(value)
    if part.form in ("name", "short"):
        names = tables.cues.months
        name = names[_month_at(names, value)]
        name = _ACCENTS.get(name, name) if part.form == "name" else name[: max(3, len(said))]
        return name[:1].upper() + name[1:] if said[:1].isupper() else name
    if part.form == "ordinal":
        word = next((w for w, v in _ordinals(tables.code).items() if v == value), "")
    elif part.kind == "day":
        ways = number_phrases(tables.code).below_hundred[value]
        # "uno de marzo", "le premier mars"; the others begin with the form for counting.
        word = next((way for way in ways if way.endswith("uno")), ways[0])
        word = "premier" if tables.code == "fr" and value == 1 else word
    else:
        wanted = value if part.value >= 100 else value % 100
        ways = [way for way, meant in _years(tables.code).items() if meant == wanted]
        words = set(fold_word(said).split())
        word = max(ways, key=lambda way: (len(words & set(way.split())), -len(way)), default="")
    if not word:
        return None
    word = _ACCENTS.get(word, word)
    return word[:1].upper() + word[1:] if said[:1].isupper() else word


# The tables are folded; these are written with accents.
_ACCENTS = {
    "fevrier": "février",
    "aout": "août",
    "decembre": "décembre",
    "marz": "März",
    "dieciseis": "dieciséis",
    "veintidos": "veintidós",
    "veintitres": "veintitrés",
    "veintiseis": "veintiséis",
}


def _month_at(names: list[str], value: int) -> int:
    """Twelve months, some under two names (setiembre, Jänner): the index of the first of them."""
    values = [_MONTH_OF.get(name, 0) for name in names]
    return values.index(value) if value in values else value - 1


_MONTH_OF = {
    name: at
    for line in (
        "january february march april may june july august september october november december",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
        "januar februar marz april mai juni juli august september oktober november dezember",
    )
    for at, name in enumerate(line.split(), start=1)
} | {"setiembre": 9, "janner": 1}


@cache
def _months(code: str) -> dict[str, tuple[int, str]]:
    cues = get_language(code).cues
    found = {name: (_MONTH_OF[name], "name") for name in cues.months}
    for short in cues.month_short:
        whole = next((name for name in cues.months if name.startswith(short[:3])), None)
        if short not in found and whole is not None:
            found[short] = (_MONTH_OF[whole], "short")
    return found


@cache
def _ordinals(code: str) -> dict[str, int]:
    words = get_language(code).cues.ordinals
    if code == "en":
        return {word: at for at, word in enumerate(words, start=1)}
    return dict.fromkeys(words, 1) if code in ("es", "fr") else {}


@cache
def _cardinals(code: str) -> dict[str, int]:
    return {way: n for n, ways in enumerate(number_phrases(code).below_hundred) for way in ways}


@cache
def _years(code: str) -> dict[str, int]:
    """Ways to say a year in words: "nineteen fifty eight", "mil novecientos", "two thousand four"."""
    from speechkit.language.phrases_table import phrases

    found: dict[str, int] = {}
    table = number_phrases(code)
    for options in phrases(code).values():
        for words, digits in options:
            if len(digits) == 4 and 1900 <= int(digits) <= 2099:
                found[" ".join(words)] = int(digits)
    for century in (19, 20):
        for stem in table.below_hundred[century]:
            for rest in range(10, 100):
                for way in table.below_hundred[rest]:
                    found.setdefault(f"{stem} {way}", century * 100 + rest)
            for rest in range(1, 10):
                for zero in table.zeros or ["zero"]:
                    for way in table.below_hundred[rest]:
                        found.setdefault(f"{stem} {zero} {way}", century * 100 + rest)
    for rest in range(20, 100):
        for way in table.below_hundred[rest]:
            found.setdefault(way, rest)
    return found


def _fillers(tables: Language) -> frozenset[str]:
    cues = tables.cues
    words = {part for link in cues.date_links for part in link.split()}
    return frozenset(words | {"the", "el", "le", "den", "der", "am", *cues.weekdays})
