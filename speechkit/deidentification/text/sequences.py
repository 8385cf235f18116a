"""Numbers and letters said one after the other: "oh seven double one", "AB 12 CDE"."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec

from speechkit.deidentification.text import lists
from speechkit.deidentification.text.cues import LANGUAGES, get_language
from speechkit.deidentification.text.numbers import Number, number_at
from speechkit.deidentification.text.tokens import (
    COMMA,
    NONE,
    SPACE,
    STOP,
    TURN,
    Conversation,
    Token,
)
from speechkit.language import NumberPhrases, number_phrases

_WHOLE = 16  # digits and letters


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


class _Reader(msgspec.Struct, frozen=True):
    """What reading numbers in a conversation needs; `others` are those in other languages."""

    conversation: Conversation
    language: str
    table: NumberPhrases
    letters: frozenset[str]
    others: dict[int, Number]

    def __repr__(self) -> str:
        return f"_Reader({self.language})"

    def number_at(self, index: int) -> Number | None:
        """Return the number that starts at a token, in any language it may be said in."""
        number = number_at(self.conversation, index, self.language)
        return number or self.others.get(index)


def runs(conversation: Conversation, language: str, letters: frozenset[str]) -> tuple[Run, ...]:
    """Return all runs of numbers and single letters, longest possible, in order.

    A run may go on in the next turn when that starts with a number: people read out in pieces.
    """
    sequences: list[Run] = []
    index = 0
    tokens = conversation.tokens
    others = numbers_of_other_languages(conversation, language)
    reader = _Reader(conversation, language, number_phrases(language), letters, others)
    while index < len(tokens):
        parts, after = _run_at(reader, index)
        if not any(part.kind == "digits" for part in parts):
            index = max(after, index + 1)  # what starts inside ends there too, and has no digits
            continue
        parts = _trim(parts, tokens, language)
        sequences.append(Run(tuple(parts)))
        index = parts[-1].after
    return tuple(sequences)


_FEWEST_IN_OTHER = 3  # numbers in a row that are surely of another language


def numbers_of_other_languages(conversation: Conversation, language: str) -> dict[int, Number]:
    """Return numbers by their first token that are said in another language than the rest.

    Three in a row, or one or two beside a number of the conversation's own language.
    """
    others: dict[int, Number] = {}
    for code in LANGUAGES:
        if code == language:
            continue
        row: list[Number] = []
        for index in range(len(conversation.tokens) + 1):
            if row and index < row[-1].after:
                continue
            number = None
            if index < len(conversation.tokens) and conversation.tokens[index].key.isalpha():
                number = number_at(conversation, index, code)
            if row and (number is None or conversation.gap(index) >= STOP):
                if _is_in_other(conversation, row, language):
                    others.update((item.first, item) for item in row)
                row = []
            if number is not None:
                row.append(number)
    return others


def _is_in_other(conversation: Conversation, row: list[Number], language: str) -> bool:
    if all(number_at(conversation, item.first, language) for item in row):
        return False  # "six": the same in both
    sure = sum(not lists.is_listed(conversation.tokens[item.first].key, language) for item in row)
    if len(row) >= _FEWEST_IN_OTHER:
        return sure > 0
    neighbors = [
        index
        for index in (row[0].first - 1, row[-1].after)
        if 0 <= index < len(conversation.tokens)
    ]
    return sure == len(row) and any(
        number_at(conversation, index, language) is not None for index in neighbors
    )


def _run_at(reader: _Reader, index: int) -> tuple[list[Number], int]:
    parts: list[Number] = []
    tokens = reader.conversation.tokens
    while index < len(tokens):
        part = _part_at(reader, index)
        if parts and tokens[index].gap >= STOP and not _goes_on(parts, tokens[index], part):
            break
        if parts and tokens[index].gap >= COMMA and part is not None and len(part.value) > 1:
            if part.kind == "letters":
                break  # "Platelets 150000, CD4 450": another value
        if parts and tokens[index].gap >= COMMA and part is not None and part.kind == "letters":
            if (
                index + 1 < len(tokens)
                and tokens[index + 1].gap == NONE
                and tokens[index].text.isupper()
            ):
                break  # "FEV1, B12": another code
        word = part is not None and part.kind == "letters" and tokens[index].text.islower()
        if (part is None or word) and parts and tokens[index].key in reader.table.joiners:
            after = index + 1
            if after < len(tokens) and tokens[after].gap < STOP:
                part = _part_at(reader, after)
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


def _part_at(reader: _Reader, index: int) -> Number | None:
    tokens = reader.conversation.tokens
    token = tokens[index]
    times = 2 if token.key in reader.table.twice else 3 if token.key in reader.table.thrice else 0
    if times and index + 1 < len(tokens) and tokens[index + 1].gap < COMMA:
        following = _part_at(reader, index + 1)
        if following is not None and len(following.value) == 1:
            return Number(index, following.after, following.value * times, following.kind, True)
        return None
    number = reader.number_at(index)
    if number is not None:
        return number
    letter = _spelled_at(reader, index)
    if letter is not None:
        return letter
    if token.key in reader.letters or (len(token.key) == 1 and token.key.isalpha()):
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


def _spelled_at(reader: _Reader, index: int) -> Number | None:
    """Return a letter said with a word: "b as in boy", "bravo" beside a number or another one."""
    tokens = reader.conversation.tokens
    key = tokens[index].key
    if key == "x" and index + 1 < len(tokens) and tokens[index + 1].key == "ray":
        beside = [at for at in (index - 1, index + 2) if 0 <= at < len(tokens)]
        spelled = any(_may_be_spelled(reader, at) for at in beside)
        return Number(index, index + 2, "x", "letters", True) if spelled else None
    if len(key) == 1 and key.isalpha():
        for words in _as_in(reader.language):
            after = index + 1 + len(words)
            if after < len(tokens) and tuple(t.key for t in tokens[index + 1 : after]) == words:
                if tokens[after].key.startswith(key) and len(tokens[after].key) > 2:
                    return Number(index, after + 1, key, "letters", True)
        return None
    after = index + 1
    if tokens[index].gap == NONE or key not in _alphabet():
        return None
    neighbors = [after] if after < len(tokens) and tokens[after].gap < STOP else []
    if index and tokens[index].gap < STOP:
        neighbors.append(index - 1)
    if any(_may_be_spelled(reader, at) for at in neighbors):
        return Number(index, after, key[0], "letters", True)
    return None


def _may_be_spelled(reader: _Reader, index: int) -> bool:
    key = reader.conversation.tokens[index].key
    return key in _alphabet() or key in ("x", "ray") or reader.number_at(index) is not None


@cache
def _as_in(language: str) -> tuple[tuple[str, ...], ...]:
    ways = {*get_language(language).cues.spelled.as_in, *_AS_IN}
    return tuple(tuple(way.split()) for way in sorted(ways, key=lambda way: (-len(way), way)))


_AS_IN = ("as in", "de", "como", "comme", "wie", "like")


@cache
def _alphabet() -> frozenset[str]:
    path = files("speechkit.deidentification.text") / "languages" / "common"
    data = (path / "spelling_alphabets.toml").read_bytes()
    return frozenset(msgspec.toml.decode(data, type=dict[str, str])["words"].split())


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
    words = [part for part in parts if part.kind == "letters" and _is_alphabet_word(tokens, part)]
    if len(words) == 1 and sum(len(p.value) for p in parts if p.kind == "digits") < _FEWEST_DIGITS:
        parts = (
            [part for part in parts if part is not words[0]]
            if words[0] in (parts[0], parts[-1])
            else parts
        )
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


_FEWEST_DIGITS = 3  # beside one word of a spelling alphabet, which may be just a word


def _is_alphabet_word(tokens: tuple[Token, ...], part: Number) -> bool:
    return part.after == part.first + 1 and len(tokens[part.first].key) > 1 and part.spoken


def _loose(tokens: tuple[Token, ...], part: Number, language: str, *, after: bool) -> bool:
    token = tokens[part.first]
    if token.key not in tuple("aioyeu") or token.key not in get_language(language).stopwords:
        return False
    neighbor = part.after if after else part.first
    glued = neighbor < len(tokens) and tokens[neighbor].gap == NONE
    return not glued and (token.key in "ai" or not token.text.isupper())
