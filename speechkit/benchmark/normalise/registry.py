"""Which normaliser a language gets, and what they are called."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import msgspec

from speechkit.benchmark.normalise.basic import basic_tokens, character_tokens
from speechkit.benchmark.normalise.english import English
from speechkit.core.errors import UsageError, did_you_mean
from speechkit.core.text import is_unspaced

Tokenise = Callable[[str], list[str]]

DEFAULT_ENGLISH = "en@1"
_MAKERS: dict[str, Callable[[], Tokenise]] = {
    "en@1": English,
    "en-spoken@1": lambda: English(spoken=True),
    "basic@1": lambda: basic_tokens,
    "chars@1": lambda: character_tokens,
}


class Normaliser(msgspec.Struct, frozen=True, kw_only=True):
    """A name to stamp on results, what a token is, and the function from text to tokens."""

    name: str
    unit: str
    tokens: Tokenise


def names() -> tuple[str, ...]:
    """Return the names of all normalisers."""
    return tuple(_MAKERS)


def resolve_name(name: str) -> str:
    """Return the full name for `name`; without a version, the newest one.

    Raises:
        UsageError: if there is no such normaliser.

    >>> resolve_name("en")
    'en@1'
    """
    if name in _MAKERS:
        return name
    versions = [full for full in _MAKERS if full.split("@")[0] == name]
    if not versions:
        raise UsageError(f"no normaliser {name!r}; {did_you_mean(name, _MAKERS)}")
    return versions[-1]


@lru_cache(maxsize=64)
def normaliser_for(language: str, name: str = "") -> Normaliser:
    """Return the normaliser `name`, or the one for a language (ISO 639; "" counts as English).

    >>> [normaliser_for(code).name for code in ("en-GB", "", "de", "ja")]
    ['en@1', 'en@1', 'basic@1', 'chars@1']
    """
    if name:
        full = resolve_name(name)
    elif language.replace("_", "-").split("-")[0].lower() in ("en", ""):
        full = DEFAULT_ENGLISH
    else:
        full = "chars@1" if is_unspaced(language) else "basic@1"
    unit = "character" if full.startswith("chars") else "word"
    return Normaliser(name=full, unit=unit, tokens=_MAKERS[full]())
