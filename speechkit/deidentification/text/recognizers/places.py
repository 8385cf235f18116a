"""Towns and other places below a state: after "live in", as answers, by the gazetteer."""

from __future__ import annotations

from collections.abc import Iterator

from speechkit.deidentification.text import lists
from speechkit.deidentification.text.cues import phrase
from speechkit.deidentification.text.name_likeness import (
    LIKELY,
    extend_name,
    is_place_like,
    name_likeness,
)
from speechkit.deidentification.text.negatives import is_negative
from speechkit.deidentification.text.scene import COMMA, SPACE, Candidate, Scene

DETECTOR = "places"
_UNHEARD = 2.0  # powers of ten in a thousand million words


def recognize(scene: Scene) -> Iterator[Candidate]:
    """Yield places smaller than a state."""
    for _, first, _m in scene.conversation.matches(phrase(scene.cues.places.home)):
        yield from _place(scene, first, least=2, score=0.8)
    for _, first, _m in scene.conversation.matches(phrase(scene.cues.places.place_before)):
        yield from _place(scene, first, least=3, score=0.7)
    yield from _natural(scene)
    yield from _letterheads(scene)
    question = scene.language.questions["LOCATION"]
    for number in range(1, len(scene.lines)):
        first, after = scene.lines[number]
        if question.search(scene.previous_line(first)):
            for index in range(first, min(after, first + 8)):
                yield from _place(scene, index, least=2, score=0.7)


def _place(scene: Scene, first: int, *, least: int, score: float) -> Iterator[Candidate]:
    if first >= len(scene.tokens) or scene.conversation.gap(first) > COMMA:
        if first >= len(scene.tokens) or first != scene.line_of(first)[0]:
            return
    after = known(scene, first)
    if after > first:
        yield scene.candidate(first, _with_next(scene, after), "LOCATION", score, DETECTOR)
        return
    if least == 2 and scene.conversation.cased and scene.tokens[first].capital:
        stays = is_negative(scene.word(first))
        if score > 0.7 and not (stays or scene.is_word(first)) and first > scene.line_of(first)[0]:
            yield scene.candidate(first, _with_next(scene, first + 1), "LOCATION", score, DETECTOR)
            return
    likeness = name_likeness(scene, first)
    if least == 3 and _is_unheard(scene, first):
        yield scene.candidate(first, first + 1, "LOCATION", 0.6, DETECTOR)
        return
    if likeness and likeness >= least - (1 if scene.conversation.cased else 0):
        marked = scene.conversation.cased and scene.tokens[first].capital
        if likeness >= LIKELY and (marked or least == 2):
            after = extend_name(scene, first, first + 1, 2)
            yield scene.candidate(
                first, _with_next(scene, after), "LOCATION", score - 0.1, DETECTOR
            )


def _is_unheard(scene: Scene, first: int) -> bool:
    """Say whether a clause ends with "from", "in" and a word that no list has: a small place."""
    if scene.conversation.cased or first >= len(scene.tokens):
        return False
    word = scene.word(first)
    return (
        scene.follows(first, scene.cues.places.places_follow)
        and scene.conversation.gap(first + 1) >= COMMA
        and name_likeness(scene, first) >= LIKELY
        and not lists.is_listed(word, scene.language.code)
        and lists.frequency(word, scene.language.code) < _UNHEARD
    )


def known(scene: Scene, first: int) -> int:
    """Return the token after a name of the gazetteer, the first token if there is none."""
    for size in (4, 3, 2, 1):
        after = first + size
        if after > len(scene.tokens):
            continue
        words = scene.conversation.words(first, after).removesuffix("'s")
        if words not in lists.places() or words in lists.countries():
            continue
        if any(scene.conversation.gap(at) > SPACE for at in range(first + 1, after)):
            continue
        named = any(not scene.is_word(at) for at in range(first, after))
        if scene.conversation.cased:
            named = scene.tokens[first].text[0].isupper()
        if (size > 1 and named) or (size == 1 and is_place_like(scene, first)):
            return after
    return first


def _with_next(scene: Scene, index: int) -> int:
    """Take the place that follows after a comma ("Lugo, Galicia")."""
    if index < len(scene.tokens) and scene.conversation.gap(index) == COMMA:
        after = known(scene, index)
        if after > index:
            return after
    return index


def _natural(scene: Scene) -> Iterator[Candidate]:
    """Yield "Lake Winnisquam", "St Albans"."""
    for index in range(len(scene.tokens) - 1):
        natural = scene.word(index) in scene.cues.places.natural and index not in scene.states
        if natural and name_likeness(scene, index + 1) >= LIKELY and _is_rare(scene, index + 1):
            if scene.conversation.gap(index + 1) > SPACE:
                continue
            if scene.conversation.cased and not scene.tokens[index].capital:
                continue
            after = extend_name(scene, index + 1, index + 2, 2)
            yield scene.candidate(index, after, "LOCATION", 0.7, DETECTOR)


def _letterheads(scene: Scene) -> Iterator[Candidate]:
    """Yield the town of "Wien, am 3.5.2021", "Paris, le 12 mars": the head or foot of a letter."""
    marks = scene.cues.places.letter_day
    for first, after in scene.lines if scene.conversation.cased and marks else ():
        for index in range(first + 1, min(after - 1, first + 5)):
            if scene.tokens[index].key in marks and scene.conversation.gap(index) == COMMA:
                number = scene.tokens[index + 1].key.isdecimal()
                if number and all(scene.tokens[at].text[0].isupper() for at in range(first, index)):
                    yield scene.candidate(first, index, "LOCATION", 0.8, DETECTOR)
                break


def _is_rare(scene: Scene, index: int) -> bool:
    """Say whether a word in lower case is in no lexicon: "lake winnisquam", not "upper lobe"."""
    if scene.conversation.cased:
        return scene.tokens[index].capital
    word = scene.word(index)
    return not lists.is_listed(word, scene.language.code) or word in lists.places()
