"""House numbers, in words and digits, with the flat or floor beside them."""

from __future__ import annotations

from speechkit.deidentify.find import NONE, STOP, Scene
from speechkit.deidentify.numbers import number_at


def number_before(scene: Scene, index: int) -> int:
    """Return where a house number and its "flat 3" before a token begin; the token if none."""
    start = index
    units = {word.split()[-1] for word in scene.cues.places.unit}
    while start > 0 and scene.conversation.gap(start) < STOP and index - start < 8:
        before = start - 1
        key = scene.tokens[before].key
        if number_at_end(scene, before) is not None:
            start = number_at_end(scene, before) or before
        elif key in units or (len(key) == 1 and start < index and key.isalpha() and key != "a"):
            if start == index and key in units:
                break
            start = before
        else:
            break
    while start < index and (
        (len(scene.tokens[start].key) == 1 and scene.tokens[start].key.isalpha())
        or scene.tokens[start].key in scene.language.stopwords
    ):
        start += 1
    return start


def number_after(scene: Scene, index: int) -> int:
    """Step over ", número 12, 3º B" after a street's name."""
    tokens = scene.tokens
    units = {part for word in scene.cues.places.unit for part in word.split()}
    numbered = False
    while index < len(tokens) and scene.conversation.gap(index) < STOP:
        number = number_at(scene.conversation, index, scene.language.code)
        key = tokens[index].key
        if number is not None:
            index = number.after
            numbered = True
        elif (
            key in units
            and index + 1 < len(tokens)
            and (
                scene.conversation.gap(index + 1) < STOP
                and (
                    number_at(scene.conversation, index + 1, scene.language.code) is not None
                    or len(tokens[index + 1].key) <= 2
                    or tokens[index + 1].key in units
                )
            )
        ) or (
            numbered
            and (len(key) == 1 or tokens[index].gap == NONE)
            and key not in scene.language.stopwords
        ):
            index += 1
        else:
            break
    return index


def number_at_end(scene: Scene, index: int) -> int | None:
    """Return where the number that ends at a token begins, None if there is none."""
    for first in range(max(0, index - 4), index + 1):
        number = number_at(scene.conversation, first, scene.language.code)
        if number is not None and number.after == index + 1:
            return first
    return None
