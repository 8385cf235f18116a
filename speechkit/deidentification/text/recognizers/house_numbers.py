"""House numbers, in words and digits, with the flat or floor beside them."""

from __future__ import annotations

from speechkit.deidentification.text.numbers import number_at
from speechkit.deidentification.text.scene import COMMA, NONE, STOP, Scene

_LONGEST = 8  # tokens of a house number with its flat


def number_before(scene: Scene, index: int) -> int:
    """Return where a house number and its "flat 3" before a token begin; the token if none."""
    start = _sentence_of_numbers(scene, index)
    units = {word.split()[-1] for word in scene.cues.places.unit}
    while start > 0 and scene.conversation.gap(start) < STOP and index - start < _LONGEST:
        before = start - 1
        key = scene.tokens[before].key
        letter = len(key) == 1 and key.isalpha() and key != "a"
        first = number_at_end(scene, before)
        if first is not None:
            start = first
        elif (start < index and (key in units or letter)) or _is_side(scene, before):
            start = before
        else:
            break
    while start < index and (
        (len(scene.tokens[start].key) == 1 and scene.tokens[start].key.isalpha())
        or scene.tokens[start].key in scene.language.stopwords
    ):
        start += 1
    return start


def _sentence_of_numbers(scene: Scene, index: int) -> int:
    """Step back over a sentence or turn that is nothing but a number: "1, 1, 0.", "Bluebell Lane".

    Return the token itself if there is none.
    """
    if scene.conversation.gap(index) < STOP:
        return index
    start = index
    while start > 0 and index - start <= _LONGEST:
        if start < index and scene.conversation.gap(start) >= STOP:
            return start
        first = number_at_end(scene, start - 1)
        if first is None:
            return index
        start = first
    return start if start == 0 else index


def bare_number_after(scene: Scene, index: int) -> int:
    """Return the token after numbers that stand right behind an English street: "Ivy Lane 602".

    A quantity ("two weeks") is none; without one, the token itself.
    """
    after = index
    digits = 0
    while after < len(scene.tokens) and scene.conversation.gap(after) <= COMMA:
        number = number_at(scene.conversation, after, scene.language.code)
        if number is None:
            break
        digits += len(number.value)
        after = number.after
    if not 0 < digits <= _LONGEST or scene.language.units_after.match(scene.following(after, 3)):
        return index
    return after


def number_after(scene: Scene, index: int) -> int:
    """Step over ", número 12, 3º B" after a street's name."""
    numbered = False
    while index < len(scene.tokens) and scene.conversation.gap(index) < STOP:
        number = number_at(scene.conversation, index, scene.language.code)
        if number is not None:
            index = number.after
            numbered = True
        elif _opens_unit(scene, index) or (numbered and _goes_on(scene, index)):
            index += 1
        else:
            break
    return index


def number_at_end(scene: Scene, index: int) -> int | None:
    """Return where the number that ends at a token begins, None if there is none; "45th" is one."""
    marked = scene.tokens[index].key in scene.cues.ordinal_marks
    if marked and index > 0 and scene.conversation.gap(index) == NONE:
        return number_at_end(scene, index - 1)
    for first in range(max(0, index - 4), index + 1):
        number = number_at(scene.conversation, first, scene.language.code)
        if number is not None and number.after == index + 1:
            return first
    return None


def _is_side(scene: Scene, index: int) -> bool:
    """Say whether a token is the "bis" of "24 bis rue"."""
    beside = index > 0 and scene.tokens[index].key in scene.cues.places.side
    return beside and number_at_end(scene, index - 1) is not None


def _opens_unit(scene: Scene, index: int) -> bool:
    """Say whether a token is "flat", "piso" with its number or letter behind it."""
    units = {part for word in scene.cues.places.unit for part in word.split()}
    after = index + 1
    if scene.tokens[index].key not in units or after >= len(scene.tokens):
        return False
    if scene.conversation.gap(after) >= STOP:
        return False
    key = scene.tokens[after].key
    numbered = number_at(scene.conversation, after, scene.language.code) is not None
    return numbered or len(key) <= 2 or key in units or key in scene.cues.places.side


def _goes_on(scene: Scene, index: int) -> bool:
    """Say whether a token belongs to the number before it: "12 bis", "3 izquierda", "14b"."""
    token = scene.tokens[index]
    if token.key in scene.cues.places.side:
        return True
    glued = len(token.key) == 1 or token.gap == NONE
    return glued and token.key not in scene.language.stopwords
