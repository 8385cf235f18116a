"""Number words to digits: one grammar, a table of words a language (`languages/<lang>/`).

A phrase table maps word sequences to digits ("ninety six" → 96, "nine hundred and one" → 901,
"nineteen eighty" → 1980); the longest match wins, and a comma ends a number.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec

from speechkit.deidentify.language import LANGUAGES, get_language
from speechkit.deidentify.tokens import COMMA, NONE, SPACE, STOP, TURN, Conversation, Token


class NumberTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
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


class Number(msgspec.Struct, frozen=True):
    """One spoken or written number or letter within a run: `kind` is `digits` or `letters`."""

    first: int
    after: int
    value: str
    kind: str
    spoken: bool

    def __repr__(self) -> str:
        return f"Number({self.first}, {self.after}, {self.kind})"


_WHOLE = 16  # digits and letters

Phrases = dict[str, list[tuple[tuple[str, ...], str]]]


@cache
def number_table(language: str) -> NumberTable:
    """Return a language's table."""
    path = files("speechkit.deidentify") / "languages" / language / "numbers.toml"
    return msgspec.toml.decode(path.read_bytes(), type=NumberTable)


@cache
def phrases(language: str) -> Phrases:
    """Return word sequences and their digits by first word, longest first."""
    table = number_table(language)
    said: dict[tuple[str, ...], str] = {}

    def add(words: str, value: int | str) -> None:
        said.setdefault(tuple(words.split()), str(value))

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
    for words, digits in said.items():
        by_first.setdefault(words[0], []).append((words, digits))
    for options in by_first.values():
        options.sort(key=lambda option: -len(option[0]))
    return by_first


class _Node:
    """A place in the tree of number phrases: what it means if it ends here, how it may go on."""

    __slots__ = ("after", "digits")

    def __init__(self) -> None:
        self.digits = ""
        self.after: dict[str, _Node] = {}


@cache
def _tree(language: str) -> _Node:
    root = _Node()
    for options in phrases(language).values():
        for words, digits in options:
            node = root
            for word in words:
                node = node.after.setdefault(word, _Node())
            node.digits = digits
    return root


def _add_years(table, add, between, hundreds) -> None:  # type: ignore[no-untyped-def]
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


def number_at(conversation: Conversation, index: int, language: str) -> Number | None:
    """Return the number that starts at a token: the longest phrase without a break inside."""
    tokens = conversation.tokens
    token = tokens[index]
    if token.key.isdecimal():
        return Number(index, index + 1, token.key, "digits", False)
    node = _tree(language).after.get(token.key)
    longest: Number | None = None
    after = index + 1
    while node is not None:
        if node.digits:
            longest = Number(index, after, node.digits, "digits", True)
        if after == len(tokens) or tokens[after].gap >= COMMA:
            break
        node = node.after.get(tokens[after].key)
        after += 1
    return longest


class Run(msgspec.Struct, frozen=True):
    """Numbers and letters said one after the other. `value` is what they spell."""

    parts: tuple[Number, ...]

    def __repr__(self) -> str:
        return f"Run({self.first}, {self.after})"

    @property
    def first(self) -> int:
        return self.parts[0].first

    @property
    def after(self) -> int:
        return self.parts[-1].after

    @property
    def value(self) -> str:
        return "".join(part.value for part in self.parts)

    @property
    def digits(self) -> str:
        return "".join(part.value for part in self.parts if part.kind == "digits")

    @property
    def letters(self) -> str:
        return "".join(part.value for part in self.parts if part.kind == "letters")

    @property
    def spoken(self) -> bool:
        return any(part.spoken for part in self.parts)


def runs(conversation: Conversation, language: str, letters: frozenset[str]) -> tuple[Run, ...]:
    """Return all runs of numbers and single letters, longest possible, in order.

    A run may go on in the next turn when that starts with a number: people read out in pieces.
    """
    table = number_table(language)
    found: list[Run] = []
    index = 0
    tokens = conversation.tokens
    while index < len(tokens):
        parts, _ = _run_at(conversation, index, language, table, letters)
        parts = _trim(parts, tokens, language)
        if parts and any(part.kind == "digits" for part in parts):
            found.append(Run(tuple(parts)))
            index = parts[-1].after
        else:
            index += 1
    return tuple(found)


def _run_at(
    conversation: Conversation,
    index: int,
    language: str,
    table: NumberTable,
    letters: frozenset[str],
) -> tuple[list[Number], int]:
    parts: list[Number] = []
    tokens = conversation.tokens
    while index < len(tokens):
        part = _part_at(conversation, index, language, table, letters)
        if parts and tokens[index].gap >= STOP and not _goes_on(parts, tokens[index], part):
            break
        if part is None and parts and tokens[index].key in table.joiners:
            after = index + 1
            if after < len(tokens) and tokens[after].gap < STOP:
                part = _part_at(conversation, after, language, table, letters)
                part = part if part is not None and part.kind == "digits" else None
        if part is None:
            break
        parts.append(part)
        index = part.after
    return parts, index


def _goes_on(parts: list[Number], token: Token, part: Number | None) -> bool:
    """Say whether a run may cross a turn: three numbers or more so far, then numbers at once.

    What is long enough already is whole: lines of numbers below each other are several.
    """
    follows = part is not None and part.kind == "digits" and part.spoken == parts[-1].spoken
    if token.gap != TURN or not follows or sum(len(part.value) for part in parts) > _WHOLE:
        return False
    return sum(part.kind == "digits" for part in parts) >= 3


def _part_at(
    conversation: Conversation,
    index: int,
    language: str,
    table: NumberTable,
    letters: frozenset[str],
) -> Number | None:
    tokens = conversation.tokens
    token = tokens[index]
    times = 2 if token.key in table.twice else 3 if token.key in table.thrice else 0
    if times and index + 1 < len(tokens) and tokens[index + 1].gap < COMMA:
        following = _part_at(conversation, index + 1, language, table, letters)
        if following is not None and len(following.value) == 1:
            return Number(index, following.after, following.value * times, following.kind, True)
        return None
    number = number_at(conversation, index, language)
    if number is not None:
        return number
    if token.key in letters or (len(token.key) == 1 and token.key.isalpha()):
        value = token.key if len(token.key) == 1 else token.key[0]
        return Number(index, index + 1, value, "letters", True)
    if token.shouted and token.text.isalpha() and len(token.text) <= 4:
        # "AB 12 CDE" is a plate; "45 mg ECG" and "IPP 123" are not one number.
        near = token.gap == NONE or (
            index + 1 < len(tokens)
            and tokens[index + 1].gap == NONE
            and tokens[index + 1].key.isdecimal()
        )
        if near or (len(token.text) <= 3 and token.gap <= SPACE and _is_plate(tokens, index)):
            return Number(index, index + 1, token.key, "letters", False)
    return None


@cache
def _acronyms() -> frozenset[str]:
    return frozenset().union(*(get_language(code).cues.spelled.acronyms for code in LANGUAGES))


def _is_plate(tokens: tuple[Token, ...], index: int) -> bool:
    """Say whether digits stand within a space of a short word in capitals, on either side."""
    return (
        any(
            0 <= at < len(tokens)
            and tokens[at].key.isdecimal()
            and tokens[max(at, index)].gap <= SPACE
            for at in (index - 1, index + 1)
        )
        and tokens[index].key not in _acronyms()
    )


def _trim(parts: list[Number], tokens: tuple[Token, ...], language: str) -> list[Number]:
    """Drop lone words that only look like letters at the edges: "a", "I", Spanish "y", "o"."""
    while (
        parts
        and parts[0].kind == "letters"
        and not (len(parts) > 1 and parts[1].kind == "letters" and len(parts[1].value) == 1)
        and _loose(tokens, parts[0], language, after=True)
    ):
        parts = parts[1:]
    while (
        parts and parts[-1].kind == "letters" and _loose(tokens, parts[-1], language, after=False)
    ):
        parts = parts[:-1]
    return parts


def _loose(tokens: tuple[Token, ...], part: Number, language: str, *, after: bool) -> bool:
    token = tokens[part.first]
    if token.key not in tuple("aioyeu") or token.key not in get_language(language).stopwords:
        return False
    neighbour = part.after if after else part.first
    glued = neighbour < len(tokens) and tokens[neighbour].gap == NONE
    return not glued and (token.key in "ai" or not token.text.isupper())
