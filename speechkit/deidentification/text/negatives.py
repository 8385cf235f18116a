"""Words that look like names and are not identifiers."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files

import msgspec

from speechkit.deidentification.text import lists

_SHORTEST_WITH_ENDING = 7  # letters: shorter words end like drugs by chance


class Negatives(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table `languages/common/negatives.toml`; one for all languages: an eponym is one in each.

    `eponyms`, `brands` and `other` are folded words; `medical_endings` end words of medicine;
    `fixed_phrases` pair a word with the word before it.
    """

    eponyms: str
    brands: str
    other: str
    medical_endings: str
    fixed_phrases: frozenset[tuple[str, str]]

    def words(self) -> frozenset[str]:
        """Return all words that are never names, wherever they stand."""
        return frozenset(f"{self.eponyms} {self.brands} {self.other}".split())


@cache
def negatives() -> Negatives:
    """Return the table."""
    path = files("speechkit.deidentification.text") / "languages" / "common" / "negatives.toml"
    return msgspec.toml.decode(path.read_bytes(), type=Negatives)


@lru_cache(maxsize=65536)
def is_negative(word: str) -> bool:
    """Say whether a folded word is a drug, an eponym, a country, a language or a day."""
    return (
        word in _words()
        or (word in lists.countries() and word not in lists.common_first_names("en"))
        or (word in lists.drugs() and word not in lists.first_names())
        or has_medical_ending(word)
    )


def has_medical_ending(word: str) -> bool:
    """Say whether a word ends as drugs, diseases and procedures do, and is not a given name.

    >>> has_medical_ending("metoprolol"), has_medical_ending("carol")
    (True, False)
    """
    return (
        len(word) >= _SHORTEST_WITH_ENDING
        and word.endswith(_endings())
        and word not in lists.first_names()
    )


@cache
def _words() -> frozenset[str]:
    return negatives().words()


@cache
def _endings() -> tuple[str, ...]:
    return tuple(negatives().medical_endings.split())
