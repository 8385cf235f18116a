"""A conversation as recognizers see it: turns, numbers, and what stands around a token."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from speechkit.core.types import Identifier
from speechkit.deidentification.text import lists
from speechkit.deidentification.text.candidate import Candidate
from speechkit.deidentification.text.cues import Language
from speechkit.deidentification.text.dialogue import Label
from speechkit.deidentification.text.everyday import is_everyday
from speechkit.deidentification.text.sequences import Run, runs
from speechkit.deidentification.text.tokens import (
    COMMA,
    NONE,
    SPACE,
    STOP,
    TURN,
    Conversation,
)


class Scene:
    """A conversation with what is known about it: language, numbers, turns."""

    def __init__(
        self,
        conversation: Conversation,
        language: Language,
        labels: Sequence[Label] = (),
    ) -> None:
        self.labels = labels
        self.conversation = conversation
        self.language = language
        self.tokens = conversation.tokens
        self.cues = language.cues
        self.ratings: dict[int, int] = {}  # of tokens, filled by `name_likeness`

    def __repr__(self) -> str:
        return f"Scene({self.language.code}, {self.conversation!r})"

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """Runs of numbers and letters."""
        return runs(self.conversation, self.language.code, self.cues.spelled.sure_letters)

    @cached_property
    def lines(self) -> tuple[tuple[int, int], ...]:
        """First token and token after the last of each turn."""
        turns: list[tuple[int, int]] = []
        start = 0
        for index in range(1, len(self.tokens) + 1):
            if self.conversation.gap(index) == TURN or index == len(self.tokens):
                turns.append((start, index))
                start = index
        return tuple(turns)

    @cached_property
    def states(self) -> frozenset[int]:
        """Tokens of countries and states of several words ("West Virginia"): no identifiers."""
        inside: set[int] = set()
        starts = lists.long_countries()
        for index, token in enumerate(self.tokens):
            for words in starts.get(token.key, ()):
                after = index + len(words)
                if after <= len(self.tokens) and all(
                    self.tokens[index + at].key == word
                    and (at == 0 or self.conversation.gap(index + at) <= SPACE)
                    for at, word in enumerate(words)
                ):
                    inside.update(range(index, after))
        return frozenset(inside)

    def line_of(self, index: int) -> tuple[int, int]:
        """Return (first, after) of the turn that a token is in."""
        return self.lines[self.tokens[index].line]

    def before(self, index: int, num_words: int) -> str:
        """Return up to `num_words` words before a token, in plain text, turns included."""
        first = max(0, index - num_words)
        if first >= index:
            return ""
        start, end = self.conversation.plain_span(first, index)
        return self.conversation.plain[start:end]

    def following(self, index: int, num_words: int) -> str:
        """Return up to `num_words` words from a token on within its turn."""
        if index >= len(self.tokens):
            return ""
        end = min(index + num_words, self.line_of(index)[1])
        return self.conversation.words(index, end)

    def previous_line(self, index: int) -> str:
        """Return the turn before the one of a token, as plain text; empty at the start."""
        line = self.tokens[index].line
        if line == 0:
            return ""
        return self.conversation.words(*self.lines[line - 1])

    def candidate(
        self, first: int, after: int, identifier: Identifier | str, score: float, detector: str
    ) -> Candidate:
        """Return a candidate over tokens first … after-1."""
        start, end = self.conversation.span(first, after)
        if identifier == "ORG" and self.tokens[after - 1].key.endswith("'s"):
            end += 2  # "Saint Modan's" is the name, "Sadler's" is not
        return Candidate(start, end, Identifier(identifier), score, detector)

    def word(self, index: int) -> str:
        """Return a token's key without a possessive."""
        return self.tokens[index].key.removesuffix("'s")

    def is_word(self, index: int) -> bool:
        """Say whether a token is an everyday word rather than a name."""
        return is_everyday(self.word(index), self.language.code)

    def follows(self, index: int, words: frozenset[str]) -> bool:
        """Say whether one of some words stands right before a token."""
        near = index > 0 and self.conversation.gap(index) <= SPACE
        return near and self.tokens[index - 1].key in words

    def starts_sentence(self, index: int) -> bool:
        """Say whether a capital at a token means nothing."""
        return self.conversation.gap(index) >= STOP


__all__ = ["COMMA", "NONE", "SPACE", "STOP", "TURN", "Candidate", "Scene"]
