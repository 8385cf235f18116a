"""Which normalizer a language gets, and what they are called.

A package adds one by an entry point of the group `speechkit.normalizers`: its name is the name to
stamp ("xy@1"), its value a function without arguments that returns text → tokens; an attribute
`unit = "character"` on the function says that tokens are characters.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points

import msgspec
from babel import Locale

from speechkit.benchmark.normalize.any_language import AnyLanguage
from speechkit.benchmark.normalize.builtin import BUILT_IN, IN_CHARACTERS, Tokenize
from speechkit.core.errors import UsageError, did_you_mean
from speechkit.core.text import is_unspaced
from speechkit.language import primary_subtag

GROUP = "speechkit.normalizers"
DEFAULT_ENGLISH = "en@3"
# "world@1" was never one rule for all: it names what a language got then.
_FAMILIES = ("world@1", "world@2", "world")


class Normalizer(msgspec.Struct, frozen=True, kw_only=True):
    """A name to stamp on results, what a token is, and the function from text to tokens."""

    name: str
    unit: str
    tokens: Tokenize


def names() -> tuple[str, ...]:
    """Return the names of all normalizers, those of other packages last."""
    return (*BUILT_IN, *sorted(_of_others().keys() - BUILT_IN.keys()))


@lru_cache(maxsize=1)
def _of_others() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def resolve_name(name: str) -> str:
    """Return the full name for `name`; without a version, the newest one.

    Raises:
        UsageError: if there is no such normalizer.

    >>> resolve_name("en")
    'en@3'
    """
    if name in BUILT_IN or name in _of_others():
        return name
    versions = [full for full in names() if full.split("@")[0] == name]
    if not versions:
        raise UsageError(f"no normalizer {name!r}; {did_you_mean(name, names())}")
    return max(versions, key=_version)


def _version(name: str) -> int:
    number = name.rpartition("@")[2]
    return int(number) if number.isdigit() else 0


@lru_cache(maxsize=64)
def normalizer_for(language: str, name: str = "") -> Normalizer:
    """Return the normalizer `name`, or the one for a language (a tag; "" counts as English).

    `world@2` and `world@1` are families: they name what the language gets of that version.

    Raises:
        UsageError: if there is no such normalizer, or no such language.

    >>> [normalizer_for(code).name for code in ("en-GB", "", "de", "ja", "th", "pl", "cs")]
    ['en@3', 'en@3', 'de@2', 'ja@2', 'chars@2', 'pl@2', 'cs@2']
    """
    code = language_code(language)
    if name and name not in _FAMILIES:
        return _made(resolve_name(name))
    if name == "world@1":
        fallback = "chars@1" if is_unspaced(code) else "basic@1"
        return _made(f"{code}@1" if f"{code}@1" in BUILT_IN else fallback)
    if code in ("en", "") and not name:
        return _made(DEFAULT_ENGLISH)
    if is_unspaced(code):
        return _made(f"{code}@2" if f"{code}@2" in BUILT_IN else "chars@2")
    if code in ("en", "", "und", "mul"):
        return Normalizer(name="world@2", unit="word", tokens=AnyLanguage(code or "und"))
    return Normalizer(name=f"{code}@2", unit="word", tokens=AnyLanguage(code))


def _made(full: str) -> Normalizer:
    if full in BUILT_IN:
        unit = "character" if full in IN_CHARACTERS else "word"
        return Normalizer(name=full, unit=unit, tokens=BUILT_IN[full]())
    tokens: Tokenize = _of_others()[full].load()()
    return Normalizer(name=full, unit=getattr(tokens, "unit", "word"), tokens=tokens)


def language_code(language: str) -> str:
    """Return the primary subtag of a language tag, or of a language's English name.

    Raises:
        UsageError: for a language that is not known, with names that are close.

    >>> language_code("pt-BR"), language_code("Swahili")
    ('pt', 'sw')
    """
    code = primary_subtag(language.strip())
    if not code:
        return ""
    known = _languages()
    if code in known:
        return code
    by_name = {name.casefold(): tag for tag, name in known.items()}
    if found := by_name.get(language.strip().casefold()):
        return found
    close = get_close_matches(language.strip().casefold(), [*by_name, *known], n=3, cutoff=0.5)
    meant = f"did you mean {' or '.join(close)}? " if close else ""
    raise UsageError(
        f"no language {language!r}; {meant}Give a tag such as 'en' or 'pt-BR', or a name in English"
    )


@lru_cache(maxsize=1)
def _languages() -> dict[str, str]:
    languages = Locale("en").languages
    return {tag: name for tag, name in languages.items() if "_" not in tag and "-" not in tag}
