"""Fields of written records: "Nombre: …", "Domicilio: …", "Patientin: …": the label tells the rest.

A field goes on to the end of its line or to the next label; a name ends with the words that can
be a name, a number with its digits.
"""

from __future__ import annotations

from collections.abc import Iterator

from speechkit.deidentification.text.name_likeness import LIKELY, name_likeness
from speechkit.deidentification.text.scene import COMMA, SPACE, STOP, TURN, Candidate, Scene

DETECTOR = "fields"
_LONGEST = 4  # words of a label
_MOST = {"NAME": 7, "LOCATION": 16}


def recognize(scene: Scene) -> Iterator[Candidate]:
    """Yield what stands in labeled fields."""
    labels = scene.cues.fields
    if not labels or ":" not in scene.conversation.text:
        return
    for index in range(len(scene.tokens) - 1):
        if not ends_label(scene, index):
            continue
        label = _label(scene, index)
        if label:
            after = _name(scene, index + 1) if label == "NAME" else _place(scene, index + 1)
            if after > index + 1:
                yield scene.candidate(index + 1, after, label, 0.9, DETECTOR)


def ends_label(scene: Scene, index: int) -> bool:
    """Say whether a colon, and then something on the same line, follows a token."""
    if index + 1 >= len(scene.tokens) or scene.conversation.gap(index + 1) == TURN:
        return False
    between = scene.conversation.text[scene.tokens[index].end : scene.tokens[index + 1].start]
    return between.lstrip(" .)").startswith(":")


def _label(scene: Scene, index: int) -> str | None:
    line, _ = scene.line_of(index)
    for size in range(_LONGEST, 0, -1):
        first = index + 1 - size
        if first < line:
            continue
        words = scene.conversation.words(first, index + 1)
        for label, known in scene.cues.fields.items():
            if words in known:
                return label
    return None


def _ends(scene: Scene, first: int, index: int) -> bool:
    """Say whether a field that starts at `first` ends before a token: line, tab, next label."""
    if index >= scene.line_of(first)[1]:
        return True
    if index == first:
        return False
    between = scene.conversation.text[scene.tokens[index - 1].end : scene.tokens[index].start]
    if "\t" in between or "   " in between:
        return True
    return any(
        ends_label(scene, index + step) and _label(scene, index + step) is not None
        for step in range(2)
        if index + step < scene.line_of(first)[1]
    ) or ends_label(scene, index)


def _name(scene: Scene, first: int) -> int:
    tokens = scene.tokens
    after = first
    for index in range(first, min(first + _MOST["NAME"], len(tokens))):
        if _ends(scene, first, index) or not tokens[index].key[0].isalpha():
            break
        gap = scene.conversation.gap(index)
        if index > first and gap >= STOP:
            break
        if index > first and gap == COMMA and name_likeness(scene, index) < LIKELY:
            break
        upper = tokens[index].text[0].isupper()
        if not upper and scene.word(index) not in scene.cues.places.links:
            if gap > SPACE or index == first or len(tokens[index].key) > 1:
                break
        if upper:
            after = index + 1
    titles = scene.cues.names.titles
    if all(tokens[at].key in titles for at in range(first, after)):
        return first
    return after


def _place(scene: Scene, first: int) -> int:
    after = first
    for index in range(first, min(first + _MOST["LOCATION"], len(scene.tokens))):
        if _ends(scene, first, index):
            break
        after = index + 1
    return after
