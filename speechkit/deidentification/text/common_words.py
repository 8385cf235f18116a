"""Frequent words of four languages: hearing one of them somewhere proves nothing about a name.

They count only close to where they were removed; stop words do not count at all. The words stand
in `common.toml`. Another language is compared with the English ones: too few words are common
then, which errs on the safe side.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec

from speechkit.language import primary_subtag


def is_stop(token: str, language: str) -> bool:
    """Say whether a folded word is in every other sentence of a language.

    >>> is_stop("the", "en"), is_stop("may", "en")
    (True, False)
    """
    return token in _words("stop", language)


def is_common(token: str, language: str) -> bool:
    """Say whether a folded word is a frequent one of a language, or a name that is also a word.

    >>> is_common("may", "en"), is_common("callaghan", "en")
    (True, False)
    """
    return is_stop(token, language) or token in _words("common", language)


def _words(kind: str, language: str) -> frozenset[str]:
    tables = _tables()[kind]
    return tables.get(primary_subtag(language), tables["en"])


@cache
def _tables() -> dict[str, dict[str, frozenset[str]]]:
    text = (files("speechkit.deidentification.text") / "common_words.toml").read_bytes()
    tables = msgspec.toml.decode(text, type=dict[str, dict[str, str]])
    return {
        kind: {language: frozenset(words.split()) for language, words in table.items()}
        for kind, table in tables.items()
    }
