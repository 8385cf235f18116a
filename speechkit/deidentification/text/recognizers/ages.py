"""Ages above 89 (45 CFR 164.514(b)(2)(i)(C)): "she is ninety six", "aged 91", "101-year-old"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from speechkit.deidentification.text.cues import phrase
from speechkit.deidentification.text.numbers import number_at
from speechkit.deidentification.text.scene import STOP, Candidate, Scene

DETECTOR = "ages"
OLDEST = 125


def recognize(scene: Scene) -> Iterator[Candidate]:
    """Yield ages above 89."""
    after_words = re.compile(rf"(?:{'|'.join(scene.cues.age_after)})(?![\w'])")
    before_words = phrase(scene.cues.age_before)
    for index, token in enumerate(scene.tokens):
        number = number_at(scene.conversation, index, scene.language.code)
        if number is None or not number.value.isdecimal() or not 90 <= int(number.value) <= OLDEST:
            continue
        following = scene.following(number.after, 3)
        if index and scene.tokens[index].gap < STOP and _is_numeric(scene, index - 1):
            continue
        age = after_words.match(following)
        if age:
            end = number.after + len(age.group().split())
            yield scene.candidate(index, end, "AGE", 0.95, DETECTOR)
        elif _said_of_somebody(scene, index, number.after, before_words, following):
            yield scene.candidate(index, number.after, "AGE", 0.7, DETECTOR)
        del token
    words = phrase(scene.cues.age_words) if scene.cues.age_words else None
    if words:
        for first, after, _ in scene.conversation.matches(words):
            yield scene.candidate(first, after, "AGE", 0.8, DETECTOR)


def _is_numeric(scene: Scene, index: int) -> bool:
    return number_at(scene.conversation, index, scene.language.code) is not None


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
    if index > start and scene.tokens[index - 1].key.endswith("'s"):
        return True
    asked = scene.language.questions["AGE"].search(scene.previous_line(index))
    return bool(asked) and index - start < 5
