"""Dates, streets and names said in another language than the rest: interpreters, code switching.

Numbers of other languages are part of the scene's runs already (`sequences`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import msgspec

from speechkit.deidentification.text import lists
from speechkit.deidentification.text.cues import LANGUAGES, get_language, phrase
from speechkit.deidentification.text.name_likeness import LIKELY, extend_name
from speechkit.deidentification.text.negatives import is_negative
from speechkit.deidentification.text.recognizers.dates import whole_dates
from speechkit.deidentification.text.recognizers.house_numbers import bare_number_after
from speechkit.deidentification.text.recognizers.streets import street_at
from speechkit.deidentification.text.scene import COMMA, STOP, Candidate, Scene

_NUMBERED = 0.8  # the score of a street with its number


def recognize(scene: Scene) -> Iterator[Candidate]:
    """Yield whole dates, streets with numbers, and names after "my name is" of other languages."""
    for code in LANGUAGES:
        if code != scene.language.code:
            yield from _dates(scene, code)
            yield from _streets(scene, code)
    yield from _introductions(scene)


def _dates(scene: Scene, code: str) -> Iterator[Candidate]:
    for first, after, _ in scene.conversation.matches(whole_dates(code)):
        inside = range(first + 1, after)
        if not any(scene.conversation.gap(index) >= STOP for index in inside):
            yield scene.candidate(first, after, "DATE", 0.9, "dates")


def _streets(scene: Scene, code: str) -> Iterator[Candidate]:
    own, other = scene.cues.places, get_language(code).cues.places
    kinds = (other.street | other.street_first) - own.street - own.street_first
    there = Scene(scene.conversation, get_language(code))
    for index in range(len(scene.tokens)):
        word = scene.word(index)
        if word not in kinds or lists.is_listed(word, scene.language.code):
            continue
        street = street_at(there, index)
        if street is not None and street[2] >= _NUMBERED:
            after = bare_number_after(there, street[1])
            yield scene.candidate(street[0], after, "LOCATION", street[2], "addresses")


def _introductions(scene: Scene) -> Iterator[Candidate]:
    for _, first, _m in scene.conversation.matches(phrase(_phrases(scene.language.code))):
        if first >= len(scene.tokens) or scene.conversation.gap(first) > COMMA:
            continue
        token, word = scene.tokens[first], scene.word(first)
        if not word[0].isalpha() or len(word) < 2 or is_negative(word):
            continue
        marked = scene.conversation.cased and token.capital
        if marked or not (scene.is_word(first) or word in scene.language.stopwords):
            after = extend_name(scene, first, first + 1, LIKELY)
            yield scene.candidate(first, after, "NAME", 0.85, "names")


@cache
def _phrases(code: str) -> tuple[str, ...]:
    """Introductions of all languages but one's own; of the four only those of several words."""
    path = files("speechkit.deidentification.text") / "languages" / "common" / "introductions.toml"
    table = msgspec.toml.decode(path.read_bytes(), type=dict[str, list[str]])
    others = [
        words
        for other in LANGUAGES
        if other != code
        for words in get_language(other).cues.names.strong
        if " " in words.split("(", maxsplit=1)[0].strip()
    ]
    return (*table["introductions"], *others)
