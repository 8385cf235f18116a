"""Names that people give: "my name is …", "this is …", "call me …"."""

from __future__ import annotations

from collections.abc import Iterator

from speechkit.deidentification.text import lists
from speechkit.deidentification.text.cues import phrase
from speechkit.deidentification.text.name_likeness import (
    LIKELY,
    NOT_A_NAME,
    POSSIBLE,
    SURE,
    extend_name,
    is_known_name,
    is_usual_name,
    least_likeness,
    name_candidate,
    name_likeness,
)
from speechkit.deidentification.text.negatives import is_negative
from speechkit.deidentification.text.scene import COMMA, SPACE, STOP, Candidate, Scene

_RARE = 4.0  # powers of ten in a thousand million words


def recognize(scene: Scene) -> Iterator[Candidate]:
    """Yield names after introductions; overlapping candidates are merged later."""
    yield from _introductions(scene)
    yield from _nicknames(scene)


def _introductions(scene: Scene) -> Iterator[Candidate]:
    names = scene.cues.names
    for _, first, _m in scene.conversation.matches(phrase(names.strong)):
        if first < len(scene.tokens) and _is_all(scene, first):
            yield name_candidate(scene, first, first + 1, 0.9)
            continue
        start = _skip(scene, first)
        if start is not None and (_surely(scene, start) or _bare(scene, start)):
            after = _small(scene, start) or extend_name(
                scene, start, start + 1, least_likeness(scene)
            )
            yield name_candidate(scene, start, after, 0.9)
    for _, first, match in scene.conversation.matches(phrase(names.weak)):
        if first >= len(scene.tokens) or scene.conversation.gap(first) > COMMA:
            continue
        likeness = name_likeness(scene, first)
        if likeness == LIKELY and not scene.conversation.cased and match.group() in names.vague:
            # "cough or phlegm": a word that is merely rare is not a name after these.
            likeness = (
                LIKELY if is_known_name(scene, first) or _does(scene, first + 1) else NOT_A_NAME
            )
        after = extend_name(scene, first, first + 1, least_likeness(scene)) if likeness else first
        closes = scene.conversation.gap(after) >= COMMA
        speaks = not scene.conversation.cased and _does(scene, after)
        if likeness >= SURE or (
            likeness == LIKELY
            and (closes or speaks or after > first + 1 or scene.conversation.cased)
        ):
            yield name_candidate(scene, first, after, 0.8)
        elif (
            likeness == POSSIBLE and after > first + 1 and name_likeness(scene, after - 1) >= LIKELY
        ):
            yield name_candidate(scene, first, after, 0.7)
        elif likeness == POSSIBLE and closes and is_usual_name(scene, first):
            yield name_candidate(scene, first, after, 0.6)


def _nicknames(scene: Scene) -> Iterator[Candidate]:
    """Yield what people say they are called: "call me Mags", not "call me back"."""
    cues = scene.cues.names.nicknames
    for _, first, _m in scene.conversation.matches(phrase(cues)) if cues else ():
        if first >= len(scene.tokens) or scene.conversation.gap(first) > COMMA:
            continue
        rare = lists.frequency(scene.word(first), scene.language.code) < _RARE
        marked = scene.conversation.cased and scene.tokens[first].capital
        likeness = name_likeness(scene, first)
        if likeness >= LIKELY or (likeness == POSSIBLE and (marked or rare)):
            yield name_candidate(scene, first, extend_name(scene, first, first + 1, 2), 0.8)


def _does(scene: Scene, index: int) -> bool:
    """Say whether a token is a verb as it stands after a name: "is", "calling"."""
    if index >= len(scene.tokens) or scene.conversation.gap(index) > SPACE:
        return False
    return scene.tokens[index].key in scene.cues.names.verbs_after


def _is_all(scene: Scene, index: int) -> bool:
    """Say whether a common name, be it also a function word, is all that is said: "it's Will"."""
    known = scene.word(index) in lists.common_first_names(scene.language.code)
    inside = scene.conversation.gap(index) <= COMMA
    return known and inside and scene.conversation.gap(index + 1) >= COMMA


def _surely(scene: Scene, index: int) -> bool:
    """Say whether a word after "my name is" may be a name; an everyday one needs more."""
    likeness = name_likeness(scene, index)
    if likeness != POSSIBLE or scene.conversation.cased or not scene.is_word(index):
        return likeness >= POSSIBLE
    after = index + 1
    closes = scene.conversation.gap(after) >= COMMA
    return closes or name_likeness(scene, after) >= LIKELY or is_usual_name(scene, index)


def _skip(scene: Scene, index: int) -> int | None:
    """Step over "is", "it's", a comma between an introduction and the name."""
    for _ in range(3):
        if index >= len(scene.tokens) or scene.conversation.gap(index) == STOP:
            return (
                index
                if index < len(scene.tokens) and name_likeness(scene, index) >= LIKELY
                else None
            )
        if scene.word(index) not in scene.language.stopwords or name_likeness(scene, index):
            return index
        index += 1
    return None


def _small(scene: Scene, start: int) -> int:
    """Return the token after a name without capitals in text that has some; 0 if it has them."""
    if not scene.conversation.cased or scene.tokens[start].text[0].isupper():
        return 0
    after = start + 1
    while after < min(start + 3, len(scene.tokens)) and scene.conversation.gap(after) <= SPACE:
        if scene.is_word(after) or scene.word(after) in scene.language.stopwords:
            break
        after += 1
    return after


def _bare(scene: Scene, index: int) -> bool:
    """Say whether a word right after "my name is" is one though no list has it."""
    token = scene.tokens[index]
    if not token.key[0].isalpha() or len(token.key) < 2:
        return False
    if scene.word(index) in scene.language.stopwords:
        return False
    if is_negative(scene.word(index)):
        return False
    capital = scene.conversation.cased and token.text[0].isupper()
    return capital or not scene.is_word(index)
