"""Every way a small number or a year is said, as a tree of words to follow through a text.

A table a language (`tables/<language>/number_phrases.toml`) maps word sequences to digits ("ninety
six" → 96, "nine hundred and one" → 901, "nineteen eighty" → 1980). Words are folded.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files

import msgspec


class NumberPhrases(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a language says numbers. `{}` stands for the number of hundreds or thousands."""

    below_hundred: list[list[str]]
    hundred: list[str]
    one_hundred: list[str]
    thousand: list[str]
    joiners: frozenset[str]
    one_thousand: list[str] = []
    hundred_irregular: dict[str, list[str]] = {}
    hundreds_as_years: bool = False
    glued: bool = False
    zeros: list[str] = []
    twice: frozenset[str] = frozenset()
    thrice: frozenset[str] = frozenset()
    fraction: frozenset[str] = frozenset()


Phrases = dict[str, list[tuple[tuple[str, ...], str]]]


@cache
def number_phrases(language: str) -> NumberPhrases:
    """Return a language's table."""
    path = files("speechkit.language") / "tables" / language / "number_phrases.toml"
    return msgspec.toml.decode(path.read_bytes(), type=NumberPhrases)


@cache
def phrases(language: str) -> Phrases:
    """Return word sequences and their digits by first word, longest first."""
    table = number_phrases(language)
    digits_of: dict[tuple[str, ...], str] = {}

    def add(words: str, value: int | str) -> None:
        digits_of.setdefault(tuple(words.split()), str(value))

    for value, ways in enumerate(table.below_hundred):
        for way in ways:
            add(way, value)
    for way in table.zeros:
        add(way, 0)
    hundreds: dict[int, list[str]] = {1: list(table.one_hundred)}
    for number in range(1, 10):
        irregular = table.hundred_irregular.get(str(number * 100))
        ways = irregular or [
            form.format(way) for form in table.hundred for way in table.below_hundred[number]
        ]
        hundreds.setdefault(number, []).extend(ways)
    between = "" if table.glued else " "
    for number, stems in hundreds.items():
        for stem in stems:
            add(stem, number * 100)
            for rest, ways in enumerate(table.below_hundred[1:], start=1):
                for way in ways:
                    add(stem + between + way, number * 100 + rest)
    _add_years(table, add, between, hundreds)
    by_first: Phrases = {}
    for words, digits in digits_of.items():
        by_first.setdefault(words[0], []).append((words, digits))
    for options in by_first.values():
        options.sort(key=lambda option: -len(option[0]))
    return by_first


class PhraseNode:
    """A place in the tree of number phrases: what it means if it ends here, how it may go on."""

    __slots__ = ("after", "digits")

    def __init__(self) -> None:
        self.digits = ""
        self.after: dict[str, PhraseNode] = {}


@cache
def phrase_tree(language: str) -> PhraseNode:
    root = PhraseNode()
    for options in phrases(language).values():
        for words, digits in options:
            node = root
            for word in words:
                node = node.after.setdefault(word, PhraseNode())
            node.digits = digits
    return root


def _add_years(
    table: NumberPhrases,
    add: Callable[[str, int | str], None],
    between: str,
    hundreds: dict[int, list[str]],
) -> None:
    """Add 1000–2099 as people say years."""
    thousands = {1: list(table.one_thousand)}
    for number in (1, 2):
        thousands.setdefault(number, []).extend(
            form.format(way) for form in table.thousand for way in table.below_hundred[number]
        )
    for number, stems in thousands.items():
        for stem in stems:
            add(stem, number * 1000)
            for rest, ways in enumerate(table.below_hundred[1:], start=1):
                for way in ways:
                    add(stem + between + way, number * 1000 + rest)
            if number == 1:
                for many, hundred_ways in hundreds.items():
                    for hundred_way in hundred_ways:
                        add(stem + between + hundred_way, 1000 + many * 100)
                        for rest, ways in enumerate(table.below_hundred[1:], start=1):
                            for way in ways:
                                add(
                                    stem + between + hundred_way + between + way,
                                    1000 + many * 100 + rest,
                                )
    if table.hundreds_as_years:
        for century in (18, 19, 20):
            for form in table.hundred:
                for way in table.below_hundred[century]:
                    stem = form.format(way)
                    add(stem, century * 100)
                    for rest, ways in enumerate(table.below_hundred[1:], start=1):
                        for rest_way in ways:
                            add(stem + between + rest_way, century * 100 + rest)
