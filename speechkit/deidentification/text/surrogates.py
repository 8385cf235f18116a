"""Other words of the same kind: names by gender and language, numbers by form, places and firms.

What is drawn depends on the patient's key and the folded word alone: the same name is the same
other name throughout, spelled out or not, cased or not. Nothing here is encryption; the key must
be kept, or destroyed.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from functools import cache

from speechkit.core.types import Identifier
from speechkit.deidentification.text import lists
from speechkit.deidentification.text.cues import LANGUAGES, Language, get_language
from speechkit.language import fold_word, number_phrases, primary_subtag

_LOCALE = {"en": "en_US", "es": "es_ES", "fr": "fr_FR", "de": "de_DE"}
_PIECE = re.compile(r"[^\W\d_]+|\d+")
_PARTICLES = frozenset(
    "de la del van von vom zu zur der den di le du da dos y e and und et the".split()
)
_ENDINGS = frozenset(
    "com org net edu gov uk co es fr de io eu us nhs at http https www gmail hotmail yahoo outlook "
    "icloud mail".split()
)


class Surrogates:
    """Draws replacements under one key; `repr` shows nothing."""

    def __init__(self, key: bytes, language: str) -> None:
        code = primary_subtag(language)
        self._code = code if code in LANGUAGES else "en"
        self._key = key
        self._language: Language = get_language(self._code)

    def __repr__(self) -> str:
        return f"Surrogates({self._code!r})"

    def replace(self, identifier: Identifier, text: str) -> str:
        """Return something of the same kind and form as `text`.

        >>> made = Surrogates(b"key", "en")
        >>> made.replace(Identifier.PHONE, "614-555") != "614-555"
        True
        >>> made.replace(Identifier.NAME, "ANN") == made.replace(Identifier.NAME, "Ann").upper()
        True
        """
        if identifier is Identifier.NAME:
            spelled = self._spelled(text)
            if spelled is not None:
                return spelled
            return self._each(text, self._name)
        if identifier in (Identifier.LOCATION, Identifier.ORG):
            return self._each(text, self._proper)
        if identifier in (Identifier.EMAIL, Identifier.URL):
            return self._each(text, self._address)
        return self._each(text, self._symbol)

    def _each(self, text: str, other: Callable[[str, str], str]) -> str:
        """Replace piece by piece. Digits and number words depend on all of the text and on where
        they stand in it, so that "five" is not the same digit everywhere."""
        whole = "".join(fold_word(char) for char in text if char.isalnum())
        made: list[str] = []
        at = 0
        for match in _PIECE.finditer(text):
            piece = match.group()
            seed = f"{whole}\0{len(made)}"
            if piece.isdecimal():
                new = self._digits(piece, seed)
            else:
                word = fold_word(piece)
                new = self._number_word(word, seed) or other(word, seed)
                new = piece if new == word else _cased_as(piece, new)
            made += [text[at : match.start()], new]
            at = match.end()
        return "".join([*made, text[at:]])

    def _draw(self, kind: str, word: str, choices: Sequence[str]) -> str:
        return self._pick(kind, word, choices, word)

    def _pick(self, kind: str, seed: str, choices: Sequence[str], word: str) -> str:
        """Return one of the choices, never the word itself."""
        digest = hmac.digest(self._key, f"{kind}\0{seed}".encode(), "sha256")
        at = int.from_bytes(digest[:8], "big") % len(choices)
        if choices[at] == word:
            at = (at + 1) % len(choices)
        return choices[at]

    def _name(self, word: str, _seed: str = "") -> str:
        names = self._language.cues.names
        if word in _PARTICLES or word in names.titles or word in names.relations:
            return word
        if len(word) == 1:
            return self._draw("initial", word, "abcdefghijklmnoprstvw")
        female, male = _first_names(self._code, "female"), _first_names(self._code, "male")
        if word in lists.first_names():
            women = word in _gendered("female") and word not in _gendered("male")
            return self._draw("name", word, female if women else male)
        return self._draw("name", word, _last_names(self._code))

    def _proper(self, word: str, _seed: str) -> str:
        """Replace what names a place or firm; "street", "hospital", "of" stay."""
        cues = self._language.cues
        kept = (
            word in _PARTICLES
            or word in self._language.stopwords
            or word in cues.places.street
            or word in cues.places.street_first
            or word in cues.places.natural
            or word in {part for unit in cues.places.unit for part in unit.split()}
            or word in {part for suffix in cues.orgs.suffix for part in suffix.split()}
            or word in cues.orgs.generic
            or word in _heads(self._code)
        )
        if kept:
            return word
        if len(word) <= 2:
            return self._symbol(word, word)
        return self._draw("name", word, _last_names(self._code))

    def _address(self, word: str, _seed: str) -> str:
        cues = self._language.cues.email
        said = {
            part for way in (*cues.at, *cues.dot, *cues.marks, *cues.slash) for part in way.split()
        }
        if word in said or word in _ENDINGS:
            return word
        if len(word) == 1:
            return self._draw("letter", word, "abcdefghjklmnprstvwxy")
        return self._draw("name", word, _last_names(self._code))

    def _symbol(self, word: str, seed: str) -> str:
        """Replace the letters of codes one by one; words between them stay."""
        if len(word) <= 3:
            letters = "abcdefghjklmnprstvwxy"
            return "".join(
                self._pick(f"letter{at}", seed, letters, char) for at, char in enumerate(word)
            )
        if lists.is_word(word, self._code):
            return word
        return self._draw("name", word, _last_names(self._code))

    def _digits(self, piece: str, seed: str) -> str:
        stream = hmac.digest(self._key, f"digits\0{seed}".encode(), "sha256")
        while len(stream) < len(piece):
            stream += hashlib.sha256(stream).digest()
        made = "".join(str(byte % 10) for byte in stream[: len(piece)])
        if made == piece:
            made = str((int(made[0]) + 1) % 10) + made[1:]
        return made

    def _number_word(self, word: str, seed: str) -> str | None:
        """Return another number word of the same class: digits, teens, tens."""
        for words in _number_classes(self._code):
            if word in words:
                return self._pick("number", seed, words, word)
        return None

    def _spelled(self, text: str) -> str | None:
        """Return the surrogate of a spelled-out name, spelled the same way; None if it is none."""
        pieces = _PIECE.findall(text)
        if len(pieces) < 3 or any(len(piece) > 1 for piece in pieces):
            return None
        word = fold_word("".join(pieces))
        made = self._name(word)
        marks = [
            text[a.end() : b.start()] for a, b in zip(_all(text), _all(text)[1:], strict=False)
        ]
        shown = [_cased_as(pieces[min(at, len(pieces) - 1)], char) for at, char in enumerate(made)]
        mark = marks[0] if marks else " "
        first, last = _all(text)[0].start(), _all(text)[-1].end()
        return text[:first] + mark.join(shown) + text[last:]


def _all(text: str) -> list[re.Match[str]]:
    return list(_PIECE.finditer(text))


def _cased_as(model: str, word: str) -> str:
    if model.isupper() and len(model) > 1:
        return word.upper()
    return word[:1].upper() + word[1:] if model[:1].isupper() else word


@cache
def _first_names(code: str, gender: str) -> tuple[str, ...]:
    common = lists.common_first_names(code)
    own = lists.names_of(f"first_names_{gender}", (_LOCALE[code],))
    return tuple(
        sorted(name for name in own if (name.isascii() and name in common) or code != "en")
    )


@cache
def _gendered(gender: str) -> frozenset[str]:
    found: set[str] = set()
    for code in LANGUAGES:
        found |= lists.names_of(f"first_names_{gender}", (_LOCALE[code],))
    return frozenset(found)


@cache
def _last_names(code: str) -> tuple[str, ...]:
    return tuple(
        sorted(name for name in lists.names_of("last_names", (_LOCALE[code],)) if len(name) > 3)
    )


@cache
def _heads(code: str) -> frozenset[str]:
    """Plain first words of what begins an organisation's name ("hospital", "clinique")."""
    return frozenset(
        word
        for pattern in get_language(code).cues.orgs.prefix
        for word in re.split(r"\W", pattern)
        if len(word) > 2
    )


@cache
def _number_classes(code: str) -> tuple[tuple[str, ...], ...]:
    """Single number words in classes that read alike: 0–9, 10–19, tens, the compounds."""
    ways = number_phrases(code).below_hundred
    groups = (range(10), range(10, 20), range(20, 100, 10), range(21, 100))
    return tuple(
        tuple(way for number in group for way in ways[number][:1] if " " not in way)
        for group in groups
    )
