"""What tests of text share: one detector, what it finds as words."""

from __future__ import annotations

from speechkit.deidentification.text.candidate import Candidate
from speechkit.deidentification.text.spoken import SpokenOptions, find_candidates


def candidates(text: str, language: str = "en", **options) -> tuple[Candidate, ...]:
    """Everything found in a text."""
    return find_candidates(text, language, SpokenOptions(**options))


def found(text: str, language: str = "en") -> list[tuple[str, str]]:
    """(identifier, words) of everything found."""
    return [(f.identifier.value, text[f.start : f.end]) for f in candidates(text, language)]


def covered(text: str, part: str, language: str = "en") -> bool:
    """Whether every letter and digit of the last `part` in a text is found."""
    start = text.rindex(part)
    taken = {at for f in candidates(text, language) for at in range(f.start, f.end)}
    return all(at in taken for at in range(start, start + len(part)) if text[at].isalnum())


def untouched(text: str, part: str, language: str = "en") -> bool:
    """Whether nothing of the last `part` in a text is found."""
    start = text.rindex(part)
    taken = {at for f in candidates(text, language) for at in range(f.start, f.end)}
    return not any(at in taken for at in range(start, start + len(part)))
