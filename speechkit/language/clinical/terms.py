"""The clinical term lists, as files, and what a word that is in none must be by its stem. English.

Each file states its license in its first lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

import msgspec

from speechkit.language.clinical.forms import plain

_SHORTEST = 7  # letters of a word that is told by its stem: "caine" alone tells nothing


class Entry(msgspec.Struct, frozen=True, gc=False):
    """What a phrase stands for."""

    category: str
    value: str


class Stems(msgspec.Struct, frozen=True):
    """Category → its endings and beginnings; words that only look like one."""

    by_category: tuple[tuple[str, tuple[tuple[str, ...], tuple[str, ...]]], ...]
    none: frozenset[str]


def term_lines(name: str) -> Iterator[str]:
    """Yield the lines of a list (`symptoms.txt`), without comments and empty ones."""
    text = (files("speechkit.language.clinical") / "data" / name).read_text("utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))


def term_rows(name: str) -> Iterator[list[str]]:
    """Yield the rows of a table (`everyday.tsv`); ways to say a thing are separated by "|"."""
    return (line.split("\t") for line in term_lines(name))


def by_stem(word: str) -> Entry | None:
    """Return what a word that is in no list must be by its stem, if that tells.

    British and American spelling have one value, as have singular and plural.

    >>> by_stem("secnidazole").category, by_stem("haematuria").value, by_stem("diagnosis")
    ('drug', 'hematuria', None)
    """
    if len(word) < _SHORTEST or not word.isalpha():
        return None
    word = plain(word)
    known = stems()
    for category, (endings, beginnings) in known.by_category:
        if (word.endswith(endings) or word.startswith(beginnings)) and word not in known.none:
            return Entry(category, word)
    return None


@lru_cache(maxsize=1)
def stems() -> Stems:
    """Read the stems, once."""
    rows = list(term_rows("stems.tsv"))
    found = []
    for category, line in rows:
        parts = line.split("|")
        endings = tuple(part[1:] for part in parts if part.startswith("-"))
        beginnings = tuple(part[:-1] for part in parts if part.endswith("-"))
        found.append((category, (endings, beginnings)))
    none = frozenset(word for category, line in rows for word in line.split("|"))
    return Stems(tuple(found), none)
