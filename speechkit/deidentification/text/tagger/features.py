"""What the tagger sees of each token: the word, its letters, and what lists and context say of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from speechkit.deidentification.text import lists
from speechkit.deidentification.text.tokens import COMMA, NONE, STOP, TURN, Conversation, Token
from speechkit.language import cardinals

if TYPE_CHECKING:
    from numpy.typing import NDArray

WORD_LENGTH = 16  # letters of a word that are looked at
CHARACTERS = " abcdefghijklmnopqrstuvwxyz0123456789'"
_CHARACTER = {char: index for index, char in enumerate(CHARACTERS)}
_OTHER_CHARACTER = len(CHARACTERS)
NUM_CHARACTERS = len(CHARACTERS) + 1
UNKNOWN = 0  # the word id of what training did not see

# Identifiers of one kind read alike; which of a kind it is, the rules say better.
KINDS = ("O", "NAME", "LOCATION", "ORG", "DATE", "AGE", "NUMBER", "CONTACT")

_ZIPF_STEPS = (1.0, 2.5, 3.5, 4.5, 5.5)
_RANKS = (500, 3_000, 20_000)
WORD_FLAGS = (
    "first_name",
    "common_first_name",
    "surname_500",
    "surname_3000",
    "surname_20000",
    "surname",
    "place_word",
    "country",
    "drug",
    "everyday_word",
    "listed_word",
    "number_word",
    "digits",
    "four_digits",
    "letter",
    *(f"zipf_{step:g}" for step in _ZIPF_STEPS),
)
PLACE_FLAGS = (
    "capital",
    "shouted",
    "cased_text",
    "glued",
    "after_space",
    "after_comma",
    "after_stop",
    "turn_start",
    "turn_end",
    "second_of_turn",
    "after_question",
    "said_before",
)
NUM_FLAGS = len(WORD_FLAGS) + len(PLACE_FLAGS)


class Encoded(msgspec.Struct, frozen=True):
    """A conversation of n tokens as arrays.

    `words` (n,) ids, `characters` (n, WORD_LENGTH) ids, `flags` (n, NUM_FLAGS) of 0 and 1.
    """

    words: NDArray[np.int32]
    characters: NDArray[np.int32]
    flags: NDArray[np.float32]


def encode(conversation: Conversation, language: str, vocabulary: Mapping[str, int]) -> Encoded:
    """Return what the tagger sees of a conversation; `vocabulary` maps folded words to ids."""
    tokens = conversation.tokens
    count = len(tokens)
    words = np.zeros(count, np.int32)
    characters = np.zeros((count, WORD_LENGTH), np.int32)
    flags = np.zeros((count, NUM_FLAGS), np.float32)
    place = flags[:, len(WORD_FLAGS) :]
    answers = _answers(conversation)
    seen: set[str] = set()
    for index, token in enumerate(tokens):
        words[index] = vocabulary.get(token.key, UNKNOWN)
        characters[index], flags[index, : len(WORD_FLAGS)] = _word(token.key, language)
        place[index] = _place(conversation, index, token, answers, token.key in seen)
        seen.add(token.key)
    return Encoded(words, characters, flags)


def known_script(encoded: Encoded) -> NDArray[np.bool_]:
    """Say of each token (n,) whether it has a letter or digit that the tagger knows."""
    characters = encoded.characters
    return np.asarray(((characters > 0) & (characters < _OTHER_CHARACTER)).any(axis=1))


@lru_cache(maxsize=1 << 16)
def _word(key: str, language: str) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    characters = np.zeros(WORD_LENGTH, np.int32)
    for index, char in enumerate(key[:WORD_LENGTH]):
        characters[index] = _CHARACTER.get(char, _OTHER_CHARACTER)
    bare = key.removesuffix("'s")
    rank = lists.surname_rank(bare)
    zipf = lists.frequency(bare, language)
    values = (
        bare in lists.first_names(),
        bare in lists.common_first_names(language),
        *(rank < limit for limit in _RANKS),
        rank < float("inf"),
        bare in _place_words(),
        bare in lists.countries(),
        bare in lists.drugs(),
        lists.is_word(bare, language),
        lists.is_listed(bare, language),
        bare in _number_words(language),
        bare.isdigit(),
        bare.isdigit() and len(bare) == 4,
        len(bare) == 1 and bare.isalpha(),
        *(zipf >= step for step in _ZIPF_STEPS),
    )
    return characters, np.array(values, np.float32)


@lru_cache(maxsize=1)
def _place_words() -> frozenset[str]:
    """Words of towns' names, but for those that are in many of them."""
    return frozenset(word for place in lists.places() for word in place.split() if len(word) > 3)


@lru_cache(maxsize=8)
def _number_words(language: str) -> frozenset[str]:
    return frozenset(cardinals(language).forms())


def _answers(conversation: Conversation) -> frozenset[int]:
    """Return the lines that follow a question mark."""
    tokens, text = conversation.tokens, conversation.text
    return frozenset(
        token.line
        for before, token in pairwise(tokens)
        if token.gap == TURN and "?" in text[before.end : token.start]
    )


def _place(
    conversation: Conversation, index: int, token: Token, answers: frozenset[int], again: bool
) -> tuple[bool, ...]:
    gap = conversation.gap(index)
    return (
        token.capital,
        token.shouted,
        conversation.cased,
        gap == NONE,
        gap not in (NONE, COMMA, STOP, TURN),
        gap == COMMA,
        gap == STOP,
        gap == TURN,
        conversation.gap(index + 1) == TURN,
        index > 0 and conversation.gap(index - 1) == TURN,
        token.line in answers,
        again and len(token.key) > 2,
    )
