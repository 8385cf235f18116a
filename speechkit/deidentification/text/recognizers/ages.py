"""Ages above 89 (45 CFR 164.514(b)(2)(i)(C)): "she is ninety six", "aged 91", "101-year-old"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from speechkit.deidentification.text.cues import phrase
from speechkit.deidentification.text.name_likeness import SURE, name_likeness
from speechkit.deidentification.text.numbers import number_at
from speechkit.deidentification.text.scene import COMMA, NONE, STOP, Candidate, Scene

DETECTOR = "ages"
OLDEST = 125
_OLD = 90
_FIRST_YEAR, _LAST_YEAR = 1890, 1937  # who was born later is 89 or younger at the end of 2026
_NEAR = 6  # words between "born" and the year
_BORN: dict[str, tuple[str, ...]] = {
    "en": ("year of birth", "birth year", "b", "class of birth", "baby of"),
    "es": ("ano de nacimiento", "naci", "nacio", "nacid[oa]s?", "nacieron", "del ano"),
    "fr": ("annee de naissance", "nee? en", "nes en", "naquit", "de la classe"),
    "de": ("geburtsjahr", "jahrgang", "geboren", "geb"),
}
_BIRTHDAY = (
    r"(?:(?:th|st|nd|rd|e|eme|er|o|ten?) )?(?:birthday|cumpleanos|anniversaire|geburtstag)(?!\w)"
)


def recognize(scene: Scene) -> Iterator[Candidate]:
    """Yield ages above 89, and years of birth that tell one."""
    after_words = re.compile(rf"(?:{'|'.join(scene.cues.age_after)})(?![\w'])")
    before_words = phrase(scene.cues.age_before)
    birthday = re.compile(_BIRTHDAY)
    for index in range(len(scene.tokens)):
        number = number_at(scene.conversation, index, scene.language.code)
        if number is None or not _is_old(number.value):
            continue
        if index and scene.tokens[index].gap < STOP and _is_numeric(scene, index - 1):
            continue
        following = scene.following(number.after, 3)
        age = after_words.match(following) or birthday.match(following)
        if age:
            end = number.after + len(age.group().split())
            yield scene.candidate(index, end, "AGE", 0.95, DETECTOR)
        elif _said_of_somebody(scene, index, number.after, before_words, following):
            yield scene.candidate(index, number.after, "AGE", 0.7, DETECTOR)
    words = phrase(scene.cues.age_words) if scene.cues.age_words else None
    if words:
        for first, after, _ in scene.conversation.matches(words):
            yield scene.candidate(first, after, "AGE", 0.8, DETECTOR)
    yield from _birth_years(scene)


def _is_old(value: str) -> bool:
    return len(value) <= 3 and value.isdecimal() and _OLD <= int(value) <= OLDEST


def _birth_years(scene: Scene) -> Iterator[Candidate]:
    """Yield years of birth so long ago that they tell an age above 89."""
    birth = phrase([*scene.cues.birth, *_BORN[scene.language.code]])
    for index in range(len(scene.tokens)):
        number = number_at(scene.conversation, index, scene.language.code)
        if number is None or len(number.value) != 4:
            continue
        if not _FIRST_YEAR <= int(number.value) <= _LAST_YEAR:
            continue
        line, _ = scene.line_of(index)
        before = scene.before(index, min(_NEAR, index - line))
        asked = index - line < _NEAR and birth.search(scene.previous_line(index))
        if birth.search(before) or birth.match(scene.following(number.after, 2)) or asked:
            yield scene.candidate(index, number.after, "AGE", 0.85, DETECTOR)


def _is_numeric(scene: Scene, index: int) -> bool:
    return number_at(scene.conversation, index, scene.language.code) is not None


def _is_person(scene: Scene, index: int) -> bool:
    """Say whether a token names a person: a relative, a patient, a likely name."""
    if index < 0 or scene.conversation.gap(index + 1) > COMMA:
        return False
    people = (*scene.cues.names.relations, "neighbor", "neighbour", "patient", "pt", "pat")
    return scene.word(index) in people or name_likeness(scene, index) >= SURE


def _said_of_somebody(
    scene: Scene, index: int, after: int, before_words: re.Pattern[str], following: str
) -> bool:
    if scene.language.units_after.match(following):
        return False
    if scene.conversation.gap(after) < STOP and after < len(scene.tokens):
        if _is_numeric(scene, after):
            return False
    before = scene.before(index, 4)
    if re.search(r"\b(?:over|por|sur|zu)$", before) and index > 1 and _is_numeric(scene, index - 2):
        return False
    if scene.language.labs_before.search(before):
        return False
    start, _ = scene.line_of(index)
    same = scene.before(index, min(2, index - start))
    if any(match.end() == len(same) for match in before_words.finditer(same)):
        return True
    if _is_person(scene, index - 1) and index > start:
        return True
    if after < len(scene.tokens) and scene.tokens[after].gap == NONE:
        return scene.tokens[after].key in (
            "f",
            "m",
            "w",
            "h",
        ) and not scene.language.labs_before.search(before)
    if index > start and scene.tokens[index - 1].key.endswith("'s"):
        return True
    asked = scene.language.questions["AGE"].search(scene.previous_line(index))
    return bool(asked) and index - start < 5
