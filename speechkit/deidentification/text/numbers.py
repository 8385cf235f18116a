"""Numbers in a conversation: the one that starts at a token, written or said.

The longest phrase of `speechkit.language.phrases_table` wins, and a comma ends a number.
"""

from __future__ import annotations

import msgspec

from speechkit.deidentification.text.tokens import COMMA, Conversation
from speechkit.language import phrase_tree


class Number(msgspec.Struct, frozen=True):
    """One spoken or written number or letter within a run: `kind` is `digits` or `letters`."""

    first: int
    after: int
    value: str
    kind: str
    spoken: bool

    def __repr__(self) -> str:
        return f"Number({self.first}, {self.after}, {self.kind})"


def number_at(conversation: Conversation, index: int, language: str) -> Number | None:
    """Return the number that starts at a token: the longest phrase without a break inside."""
    tokens = conversation.tokens
    token = tokens[index]
    if token.key.isdecimal():
        return Number(index, index + 1, token.key, "digits", False)
    node = phrase_tree(language).after.get(token.key)
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
