"""What recognizers do to text: no capitals, no signs, letters and names heard as something else."""

from __future__ import annotations

import random
import re
from functools import cache

import wordfreq

from .documents import Piece

_SOUNDS = (
    ("ph", "f"), ("ck", "k"), ("c", "k"), ("k", "c"), ("s", "z"), ("z", "s"), ("b", "p"), ("p", "b"),
    ("d", "t"), ("t", "d"), ("v", "w"), ("w", "v"), ("i", "ee"), ("ee", "i"), ("a", "e"), ("e", "a"),
    ("o", "u"), ("u", "o"), ("y", "i"), ("th", "t"), ("sh", "s"), ("ch", "sh"), ("l", "r"),
    ("m", "n"), ("n", "m"), ("g", "k"), ("j", "y"), ("ou", "oo"), ("ei", "ai"), ("x", "ks"),
)  # fmt: skip
_FILLERS = {
    "en": ("um", "uh", "er", "you know"),
    "es": ("eh", "este"),
    "fr": ("euh",),
    "de": ("äh",),
}


def as_written(pieces: tuple[Piece, ...], language: str, rng: random.Random) -> tuple[Piece, ...]:
    """Return pieces as one of: as they are, as a recognizer writes them, as one mishears them."""
    style = rng.random()
    if style < 0.35:
        return pieces
    misheard = 0.45 if style > 0.75 else 0.05
    out = []
    for piece in pieces:
        text = piece.text
        if piece.label:
            text = re.sub(
                r"[^\W\d_]{3,}", lambda m: _heard(m.group(), misheard, language, rng), text
            )
        elif misheard > 0.2 and rng.random() < 0.15:
            text = re.sub(r"(?<=[ ,]) ?\b(\w+)\b", lambda m: _dropped(m, rng), text, count=1)
        out.append(Piece(text, piece.label))
    if style < 0.55:
        return tuple(out)
    return tuple(Piece(_bare(piece.text), piece.label) for piece in out)


def _bare(text: str) -> str:
    text = re.sub(r"[.,;:!?¿¡\"“”()\-–…]+", " ", text.lower())
    return re.sub(r" +", " ", text)


def _dropped(match: re.Match[str], rng: random.Random) -> str:
    return match.group() if rng.random() < 0.7 else ""


def _heard(word: str, chance: float, language: str, rng: random.Random) -> str:
    if rng.random() > chance:
        return word
    kind = rng.random()
    lower = word.lower()
    if kind < 0.3 and (like := _alike(lower, language, rng)):
        new = like
    elif kind < 0.45 and len(lower) > 5:
        cut = rng.randint(2, len(lower) - 2)
        left, right = lower[:cut], lower[cut:]
        new = f"{_alike(left, language, rng) or left} {_alike(right, language, rng) or right}"
    else:
        new = lower
        for _ in range(rng.randint(1, 2)):
            old, other = rng.choice(_SOUNDS)
            if old in new:
                at = rng.choice([m.start() for m in re.finditer(old, new)])
                new = new[:at] + other + new[at + len(old) :]
    return new[:1].upper() + new[1:] if word[:1].isupper() else new


@cache
def _by_shape(language: str) -> dict[tuple[str, int], list[str]]:
    shapes: dict[tuple[str, int], list[str]] = {}
    for word in wordfreq.top_n_list(language, 12_000):
        if word.isalpha() and len(word) > 1:
            shapes.setdefault((word[0], len(word)), []).append(word)
    return shapes


def _alike(word: str, language: str, rng: random.Random) -> str:
    """Return an everyday word that begins and ends like another, or nothing."""
    pool = [
        other
        for size in (len(word) - 1, len(word), len(word) + 1)
        for other in _by_shape(language).get((word[:1], size), [])
        if other[-1] == word[-1] or other[1:3] == word[1:3]
    ]
    return rng.choice(pool) if pool else ""
