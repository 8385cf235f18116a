"""Labels that turns start with ("Doctor:", "SPEAKER_01:", "[00:12] Nurse:"), told from fields of a form.

A label names a role; in a form a name follows it ("Patient: Lucinda Farrow"), in a dialogue speech.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from importlib.resources import files

import msgspec

from speechkit.language import fold_word

_TIME = r"[\[(<]?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?[\])>]?[ \t–-]*"
_LABEL = re.compile(
    rf"(?m)(?:^|(?<=[.?!] ))(?P<before>[ \t>•#-]*(?:{_TIME})?[*_\[(]*)"
    r"(?P<label>[^\W\d_][\w.'’-]{0,24}(?:[ \t_#][\w.'’-]{1,24}){0,3}?)"
    r"(?P<mark>[*_\])]*)[ \t]?:(?P<after>[*_]*)(?=\s)(?P<rest>[^\n]{0,400})"
)
_WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_LONGEST_NAME = 5  # words that may be a name in a field


class Label(msgspec.Struct, frozen=True):
    """A label from `start` to `end` (after its colon); `role`: it names a role and no person."""

    start: int
    end: int
    role: bool

    def __repr__(self) -> str:
        return f"Label({self.start}, {self.end}, role={self.role})"


def speaker_labels(text: str, stopwords: Collection[str]) -> tuple[Label, ...]:
    """Return the labels that turns start with; () where a text is a form or has none.

    >>> speaker_labels("Nurse: Sit down.\\nPatient: Thanks, I will.", {"down", "i"})
    (Label(0, 6, role=True), Label(17, 25, role=True))
    >>> speaker_labels("Patient: Lucinda Farrow\\nPhysician: Dr. Okonkwo", {"the"})
    ()
    """
    if ":" not in text:
        return ()
    matches = list(_LABEL.finditer(text))
    roles = [match for match in matches if _is_role(match["label"])]
    spoken = [match for match in roles if _is_speech(match, stopwords)]
    dialogue = bool(spoken) and len(spoken) * 2 >= len(roles)
    counts: dict[str, int] = {}
    for match in matches:
        counts[match["label"]] = counts.get(match["label"], 0) + 1
    labels: list[Label] = []
    for match in matches:
        role = _is_role(match["label"])
        named = not role and (dialogue or counts[match["label"]] > 1)
        if (role and dialogue) or named:
            labels.append(Label(match.start("label"), match.end("after"), role))
    return tuple(labels)


def _is_role(label: str) -> bool:
    words = [fold_word(word) for word in _WORDS.findall(label)]
    return bool(words) and all(word in _roles() for word in words)


def _is_speech(match: re.Match[str], stopwords: Collection[str]) -> bool:
    """Say whether what follows a label is said, and not the name that a form has there."""
    if match["mark"].strip("*_") == "" and (match["mark"] or match["after"]):
        return True  # bold or italic labels are a transcript's
    if any(char.isdigit() for char in match["before"]):
        return True
    rest = match["rest"]
    words = _WORDS.findall(rest)
    if "?" in rest or "!" in rest:
        return True
    folded = [fold_word(word) for word in words]
    if len(words) > 1 and all(
        word[0].isupper() and key not in stopwords
        for word, key in zip(words[:2], folded[:2], strict=True)
    ):
        return False  # "Patientin: Osterkamp, Wiebke geb. am 2.3.1961"
    if any(word in stopwords and word not in _PARTICLES for word in folded):
        return True
    return (
        len(words) in (0, 1)
        or len(words) > _LONGEST_NAME
        or any(word[0].islower() and fold_word(word) not in _PARTICLES for word in words)
    )


_PARTICLES = frozenset(
    "de la del los las van von der den du le di da dos y e el al bin dr med".split()
)


@cache
def _roles() -> frozenset[str]:
    path = files("speechkit.deidentification.text") / "languages" / "common" / "speakers.toml"
    table = msgspec.toml.decode(path.read_bytes(), type=dict[str, str])
    return frozenset(table["roles"].split())
