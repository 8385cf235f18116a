"""What a language has: its tables (`languages/<lang>/cues.toml`), patterns compiled once.

A fifth language is a folder with `numbers.toml` and `cues.toml`, and its code in LANGUAGES.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, cached_property
from importlib.resources import files

import msgspec

from speechkit.core.errors import UsageError
from speechkit.language import primary_subtag

LANGUAGES = ("de", "en", "es", "fr")


class Names(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands before a person's name."""

    titles: list[str]
    weak_titles: frozenset[str]
    strong: list[str]
    weak: list[str]
    relations: list[str]
    relation_links: list[str]
    vocatives: list[str]
    verbs_after: list[str]
    closings: list[str] = []
    nicknames: list[str] = []
    objects: frozenset[str] = frozenset()
    adjective_before: frozenset[str] = frozenset()
    articles: frozenset[str] = frozenset()
    vague: frozenset[str] = frozenset()
    kin_titles: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()


class Places(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words of addresses and what stands before a place."""

    street: frozenset[str]
    sure_street: frozenset[str]
    street_first: frozenset[str]
    unit: list[str]
    links: frozenset[str]
    place_before: list[str]
    home: list[str]
    natural: frozenset[str]
    zip: list[str]
    asked: list[str]
    glued_street: list[str] = []
    side: frozenset[str] = frozenset()
    places_follow: frozenset[str] = frozenset()
    letter_day: frozenset[str] = frozenset()


class Orgs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words of care sites, schools and employers; `generic` words name none of them."""

    suffix: list[str]
    loose_suffix: frozenset[str]
    prefix: list[str]
    employer: list[str]
    generic: frozenset[str] = frozenset()
    bare_after: frozenset[str] = frozenset()
    breaks: frozenset[str] = frozenset()
    glued_suffix: list[str] = []
    adjectives: frozenset[str] = frozenset()


class Spelled(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How letters are called, and which sequences of letters are not names."""

    letters: dict[str, str]
    sure_letters: frozenset[str]
    misheard: dict[str, str] = {}
    as_in: list[str]
    cue: list[str]
    link: frozenset[str]
    acronyms: frozenset[str]


class Email(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the signs of mail and web addresses are said."""

    at: list[str]
    dot: list[str]
    marks: list[str]
    stops: frozenset[str]
    slash: list[str]


class Negatives(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What tells an eponym or a drug from a name."""

    negative_after: list[str]
    drug_before: list[str]
    doses: list[str]


class Cues(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One language's tables."""

    fillers: frozenset[str]
    stopwords: str
    months: list[str]
    month_short: list[str]
    month_words: frozenset[str]
    weekdays: list[str]
    ordinals: list[str]
    ordinal_marks: list[str]
    date_links: list[str]
    month_before: list[str]
    day_before: list[str]
    not_ordinal: str
    birth: list[str]
    age_before: list[str]
    age_after: list[str]
    age_words: list[str]
    units: list[str]
    labs: list[str]
    number_words: list[str]
    ids: dict[str, list[str]]
    names: Names
    questions: dict[str, list[str]]
    places: Places
    orgs: Orgs
    spelled: Spelled
    email: Email
    context: Negatives
    fields: dict[str, frozenset[str]] = {}
    nouns_capital: bool = False  # a capital marks any noun, as in German


class Language:
    """A language's tables with their patterns compiled."""

    def __init__(self, code: str) -> None:
        self.code = code
        path = files("speechkit.deidentification.text") / "languages" / code / "cues.toml"
        self.cues = msgspec.toml.decode(path.read_bytes(), type=Cues)
        self.stopwords = frozenset(self.cues.stopwords.split())

    @cached_property
    def months(self) -> str:
        """Alternatives for a month's name."""
        return _either(self.cues.months + self.cues.month_short)

    @cached_property
    def ids(self) -> dict[str, re.Pattern[str]]:
        """Pattern of cue words by identifier."""
        return {label: phrase(words) for label, words in self.cues.ids.items()}

    @cached_property
    def questions(self) -> dict[str, re.Pattern[str]]:
        """Pattern of questions by the identifier of their answer."""
        return {label: phrase(words) for label, words in self.cues.questions.items()}

    @cached_property
    def units_after(self) -> re.Pattern[str]:
        """What after a number says that it is a quantity; match at the start of a string."""
        return re.compile(rf"(?:{'|'.join(self.cues.units)})(?![\w'])")

    @cached_property
    def doses_after(self) -> re.Pattern[str]:
        """What after a number says that a dose was named; match at the start of a string."""
        return re.compile(rf"(?:{'|'.join(self.cues.context.doses)})(?![\w'])")

    @cached_property
    def labs_before(self) -> re.Pattern[str]:
        """What before a number says that it is a measured value; search before the number."""
        return re.compile(rf"(?<![\w'])(?:{'|'.join(self.cues.labs)})(?:e?[sn])?(?![\w'])")


def phrase(words: Iterable[str]) -> re.Pattern[str]:
    """Compile alternatives that match whole words; a space matches a turn's end as well."""
    return _compiled(tuple(words))


@cache
def _compiled(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w']){_either(words)}(?![\w'])")


def _either(words: Iterable[str]) -> str:
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return f"(?:{'|'.join(word.replace(' ', chr(92) + 's') for word in ordered)})"


@cache
def get_language(code: str) -> Language:
    """Return a language's tables.

    Raises:
        UsageError: if there are none; names those there are.
    """
    code = primary_subtag(code)
    if code not in LANGUAGES:
        raise UsageError(
            f"de-identification has no tables for language {code or 'unknown'!r}; "
            f"there is: {', '.join(LANGUAGES)}; --policy strict uses patterns only"
        )
    return Language(code)


def has_tables(code: str) -> bool:
    """Say whether a language (region allowed) has tables.

    >>> has_tables("es-MX"), has_tables("nl"), has_tables("")
    (True, False, False)
    """
    return primary_subtag(code) in LANGUAGES
