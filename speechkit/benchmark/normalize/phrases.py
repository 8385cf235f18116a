"""Phrases of several words, looked up where they begin or end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from speechkit.benchmark.normalize.cldr import Phrase


class Phrases:
    """Phrases by their first token, the longest first."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self.by_first: dict[str, list[Phrase]] = {}
        for phrase in sorted(set(phrases), key=len, reverse=True):
            if phrase:
                self.by_first.setdefault(phrase[0], []).append(phrase)

    def at(self, tokens: Sequence[str], start: int) -> Phrase:
        """Return the longest phrase that begins at `start`, or ()."""
        for phrase in self.by_first.get(tokens[start], ()) if start < len(tokens) else ():
            if len(phrase) == 1 or tuple(tokens[start : start + len(phrase)]) == phrase:
                return phrase
        return ()

    def ending(self, tokens: Sequence[str]) -> Phrase:
        """Return the longest phrase of up to three tokens that the tokens end with, or ()."""
        for length in (3, 2, 1):
            if len(tokens) >= length and tuple(tokens[-length:]) in self.by_first.get(
                tokens[-length], ()
            ):
                return tuple(tokens[-length:])
        return ()
