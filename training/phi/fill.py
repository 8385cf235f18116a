"""Other identifiers in the same places, so that context must tell them, not memory.

Names are swapped for names of many languages, for everyday words that are names too, and for
invented ones; digits, number words, months and towns for others of their kind. The same word is
swapped for the same word throughout a dialogue, and what was spelled is spelled anew.
"""

from __future__ import annotations

import random
import re
from functools import cache

from speechkit.deidentification.text import lists
from speechkit.language import cardinals

from .documents import Dialogue, Piece

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SPELLED = re.compile(r"[^\W\d_](?:[\s,.\-]+[^\W\d_])+")
_GENERIC = frozenset(
    """street road avenue lane drive court close way place square crescent terrace boulevard hill
    park house flat apartment apt unit suite box po p o north south east west new old upper lower
    saint st san santa the of and at in on le la el los las de del du des von van hospital clinic
    medical center centre surgery practice health healthcare school university college primary high
    pharmacy care home nursing hospice general royal community children's childrens women's womens
    dental physio therapy group trust ward department company limited ltd inc bank church temple
    county city town village estate farm near by um uh er avenida calle rue strasse platz weg
    klinik krankenhaus praxis apotheke schule hopital hôpital clinique pharmacie ecole école centro
    hospital salud clínica clinica farmacia escuela colegio instituto plaza impasse chemin allee
    allée quai dr doctor mr mrs ms miss sir nurse sister madam señor señora monsieur madame herr
    frau""".split()
)


def filled(dialogue: Dialogue, language: str, rng: random.Random) -> tuple[Piece, ...]:
    """Return the dialogue's pieces with other identifiers; a quarter of dialogues stay as written."""
    if rng.random() < 0.15:
        return dialogue.pieces
    swaps: dict[str, str] = {}
    pieces = []
    for piece in dialogue.pieces:
        if not piece.label:
            pieces.append(piece)
        else:
            pieces.append(Piece(_swapped(piece, language, swaps, rng), piece.label))
    return tuple(pieces)


def _swapped(piece: Piece, language: str, swaps: dict[str, str], rng: random.Random) -> str:
    if piece.label in ("NAME", "EMAIL", "LOCATION", "ORG") and _SPELLED.fullmatch(piece.text):
        return _spelled_anew(piece.text, swaps, rng)
    if piece.label == "NAME":
        return _WORD.sub(lambda m: _name(m.group(), language, swaps, rng), piece.text)
    if piece.label in ("LOCATION", "ORG"):
        return _WORD.sub(lambda m: _place(m.group(), language, swaps, rng), piece.text)
    if piece.label == "DATE" and rng.random() < 0.3:
        return piece.text
    return _WORD.sub(lambda m: _number(m.group(), language, rng), piece.text)


def _like(word: str, new: str) -> str:
    if word[:1].isupper():
        return new if any(c.isupper() for c in new[1:]) else new[:1].upper() + new[1:]
    return new.lower()


def _name(word: str, language: str, swaps: dict[str, str], rng: random.Random) -> str:
    bare, possessive = (word[:-2], word[-2:]) if word[-2:] in ("'s", "’s") else (word, "")
    key = bare.lower()
    if len(key) < 2 or key in _GENERIC:
        return word
    if key not in swaps:
        first = key in lists.first_names() and lists.surname_rank(key) > 300
        swaps[key] = _new_name(first, language, rng)
    return _like(bare, swaps[key]) + possessive


def _new_name(first: bool, language: str, rng: random.Random) -> str:
    chance = rng.random()
    if chance < 0.12:
        return rng.choice(_wordlike(language, first))
    if chance < 0.30:
        return invented(rng)
    return rng.choice(_first_names() if first else _surnames())


def _place(word: str, language: str, swaps: dict[str, str], rng: random.Random) -> str:
    key = word.lower()
    if key in _GENERIC or not word[:1].isupper():
        return _number(word, language, rng)
    if key not in swaps:
        chance = rng.random()
        if chance < 0.35:
            swaps[key] = word
        elif chance < 0.6:
            swaps[key] = rng.choice(_towns())
        elif chance < 0.8:
            swaps[key] = rng.choice(_surnames())
        else:
            swaps[key] = invented(rng)
    return _like(word, swaps[key])


def _number(word: str, language: str, rng: random.Random) -> str:
    key = word.lower()
    if word.isdigit():
        return "".join(rng.choice("0123456789") for _ in word) if rng.random() < 0.8 else word
    for row in _rows(language):
        if key in row and rng.random() < 0.7:
            return _like(word, rng.choice(row))
    return word


def _spelled_anew(text: str, swaps: dict[str, str], rng: random.Random) -> str:
    letters = re.findall(r"[^\W\d_]", text)
    spelled = "".join(letters).lower()
    new = swaps.get(spelled) or "".join(c for c in invented(rng) if c.isalpha())
    parts = re.split(r"[^\W\d_]", text)
    between = parts[1] if len(parts) > 2 else " "
    shown = [c.upper() if letters[0].isupper() else c for c in new if c.isalpha()]
    return between.join(shown) if shown else text


@cache
def _rows(language: str) -> tuple[tuple[str, ...], ...]:
    table = cardinals(language)
    forms = table.forms()
    ones = tuple(w for w, v in forms.items() if v < 10)
    teens = tuple(w for w, v in forms.items() if 10 <= v < 20)
    tens = tuple(w for w, v in forms.items() if 20 <= v < 100 and v % 10 == 0)
    months = tuple(table.months.lower().split())
    ordinals = tuple(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
        "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth "
        "thirtieth".split()
    )
    return ones, teens, tens, months, ordinals if language == "en" else ()


@cache
def _first_names() -> tuple[str, ...]:
    return tuple(sorted(name for name in lists.first_names() if name.isalpha() and len(name) > 2))


@cache
def _surnames() -> tuple[str, ...]:
    return tuple(
        sorted(n for n, rank in lists.surnames().items() if rank <= 20_000 and n.isalpha())
    )


@cache
def _towns() -> tuple[str, ...]:
    return tuple(sorted(name.title() for name in lists.places() if " " not in name))


@cache
def _wordlike(language: str, first: bool) -> tuple[str, ...]:
    """Names that are everyday words as well: "grace", "young", "may"."""
    pool = _first_names() if first else _surnames()
    return tuple(n for n in pool if lists.is_word(n, language) and lists.zipf(n, language) > 3.2)


@cache
def _chains() -> dict[str, list[str]]:
    """Which letter follows which two, over names of many languages."""
    follows: dict[str, list[str]] = {}
    for name in (*_surnames()[::3], *_first_names()[::3], *map(str.lower, _towns()[::5])):
        shown = f"^^{name.lower()}$"
        for index in range(len(shown) - 2):
            follows.setdefault(shown[index : index + 2], []).append(shown[index + 2])
    return follows


def invented(rng: random.Random) -> str:
    """Return a name that nobody has, of letters that follow each other in names."""
    follows = _chains()
    while True:
        name = "^^"
        while not name.endswith("$") and len(name) < 14:
            name += rng.choice(follows[name[-2:]])
        name = name[2:].rstrip("$")
        if 3 <= len(name) <= 11:
            return name
