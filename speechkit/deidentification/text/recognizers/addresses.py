"""Postal addresses: a street and what belongs to it, or an answer to where a person lives."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from speechkit.deidentification.text import lists
from speechkit.deidentification.text.cues import phrase
from speechkit.deidentification.text.name_likeness import LIKELY, is_place_like, name_likeness
from speechkit.deidentification.text.numbers import number_at
from speechkit.deidentification.text.recognizers.house_numbers import bare_number_after
from speechkit.deidentification.text.recognizers.postcodes import postcode_at
from speechkit.deidentification.text.recognizers.streets import street_at
from speechkit.deidentification.text.scene import COMMA, SPACE, STOP, Candidate, Scene

DETECTOR = "addresses"
_ANSWER = 12  # tokens from the beginning of an answer
_STREET = 4  # tokens between its numbers
_BETWEEN = 3  # words of a street between two numbers


def recognize(scene: Scene) -> Iterator[Candidate]:
    """Yield streets with all that follows of an address, and numbers given as one."""
    done = -1
    for index in range(len(scene.tokens)):
        if index <= done or _is_street_name(scene, index):
            continue
        found = street_at(scene, index)
        if found is not None:
            start, after, score = found
            after = _tail(scene, bare_number_after(scene, after))
            done = after - 1
            yield scene.candidate(start, after, "LOCATION", score, DETECTOR)
    yield from _answered(scene)
    yield from _bare(scene)


def _is_street_name(scene: Scene, index: int) -> bool:
    """Say whether a kind of street is part of a name: "Mountain View Drive"."""
    after = index + 1
    if after >= len(scene.tokens) or scene.conversation.gap(after) > SPACE:
        return False
    street = scene.cues.places.street
    return scene.word(index) in street and scene.word(after) in street


def _tail(scene: Scene, index: int) -> int:
    """Step over what belongs to an address after the street: unit, town, postcode, state."""
    tokens = scene.tokens
    while index < len(tokens) and scene.conversation.gap(index) <= STOP:
        postcode = postcode_at(scene, index)
        if postcode > index:
            index = postcode
            continue
        if scene.conversation.gap(index) >= STOP:
            break
        unit = _unit_at(scene, index)
        if unit > index:
            index = unit
            continue
        town = _town_at(scene, index)
        if town > index:
            index = town
            continue
        linked = (
            scene.word(index) in {"in", "a", "en", "de", "near"}
            and scene.conversation.gap(index) <= COMMA
        )
        if linked and index + 1 < len(tokens) and scene.conversation.gap(index + 1) <= SPACE:
            town = _town_at(scene, index + 1)
            if town > index + 1:
                index = town
                continue
        number = number_at(scene.conversation, index, scene.language.code)
        if number is not None and len(number.value) == 5 and number.value.isdecimal():
            index = number.after
            continue
        break
    return index


def _unit_at(scene: Scene, index: int) -> int:
    units = set(scene.cues.places.unit)
    if scene.word(index) in units and index + 1 < len(scene.tokens):
        if scene.conversation.gap(index + 1) >= STOP:
            return index
        number = number_at(scene.conversation, index + 1, scene.language.code)
        if number is not None:
            after = number.after
            if (
                after < len(scene.tokens)
                and len(scene.tokens[after].key) == 1
                and (scene.conversation.gap(after) <= SPACE and scene.tokens[after].key not in "ai")
            ):
                after += 1
            return after
        if len(scene.tokens[index + 1].key) == 1:
            return index + 2
    return index


def _town_at(scene: Scene, index: int) -> int:
    """Return the token after a town's name that starts at a token; the token itself if none."""
    for size in (4, 3, 2):
        after = index + size
        if after <= len(scene.tokens) and scene.conversation.words(index, after) in lists.places():
            told = scene.conversation.cased or any(
                not scene.is_word(at) and scene.word(at) not in scene.language.stopwords
                for at in range(index, after)
            )
            if told and all(scene.conversation.gap(at) <= SPACE for at in range(index + 1, after)):
                return after
    if scene.word(index) in scene.language.stopwords:
        return index
    if scene.conversation.cased:
        after = index
        while (
            after < len(scene.tokens)
            and scene.tokens[after].capital
            and (after == index or scene.conversation.gap(after) <= SPACE)
            and scene.word(after) not in scene.language.stopwords
        ):
            after += 1
        return after
    if scene.word(index) in lists.places() and is_place_like(scene, index):
        return index + 1
    if name_likeness(scene, index) >= LIKELY:
        return index + 1
    return index


def _bare(scene: Scene) -> Iterator[Candidate]:
    """Yield sentences of a number, one to three words and a number: "45, IV-LIN, 602."

    However the street was heard; units, tests and function words between make it something else.
    """
    for one, other in pairwise(scene.runs):
        between = range(one.after, other.first)
        if not 1 <= len(between) <= _BETWEEN or len(one.digits) + len(other.digits) < 3:
            continue
        inside = range(one.first + 1, other.after)
        whole = scene.conversation.gap(one.first) >= STOP <= scene.conversation.gap(other.after)
        if not whole or any(scene.conversation.gap(at) >= STOP for at in inside):
            continue
        if all(_may_be_street(scene, at) for at in between):
            yield scene.candidate(one.first, other.after, "LOCATION", 0.6, DETECTOR)


def _may_be_street(scene: Scene, index: int) -> bool:
    word = scene.word(index)
    return (
        len(word) > 1
        and word not in scene.language.stopwords
        and not scene.language.units_after.match(word)
        and not scene.language.labs_before.search(word)
    )


def _answered(scene: Scene) -> Iterator[Candidate]:
    """Yield the numbers in an answer to where a person lives, and the street between them.

    However that street was heard: house number, name, flat.
    """
    cue = phrase(scene.cues.places.asked)
    found: list[tuple[int, int]] = []
    for run in scene.runs:
        start, _ = scene.line_of(run.first)
        if run.first - start >= _ANSWER or not cue.search(scene.previous_line(run.first)):
            continue
        if scene.language.doses_after.match(scene.following(run.after, 2)):
            continue
        if found and start <= found[-1][0] and run.first - found[-1][1] <= _STREET:
            found[-1] = (found[-1][0], run.after)
        else:
            found.append((run.first, run.after))
    for first, after in found:
        yield scene.candidate(first, after, "LOCATION", 0.7, DETECTOR)
