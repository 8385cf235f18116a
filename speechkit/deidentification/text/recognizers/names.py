"""Names of people: after titles, introductions, relations and greetings, as answers, by lists."""

from __future__ import annotations

from collections.abc import Iterator

from speechkit.deidentification.text import lists
from speechkit.deidentification.text.cues import phrase
from speechkit.deidentification.text.name_likeness import (
    DETECTOR,
    LIKELY,
    POSSIBLE,
    SURE,
    extend_name,
    least_likeness,
    name_candidate,
    name_likeness,
)
from speechkit.deidentification.text.recognizers import introductions, relations, signatures, titled
from speechkit.deidentification.text.scene import (
    COMMA,
    SPACE,
    STOP,
    TURN,
    Candidate,
    Scene,
)


def recognize(scene: Scene) -> Iterator[Candidate]:
    """Yield names; overlapping candidates are merged later."""
    yield from titled.recognize(scene)
    yield from introductions.recognize(scene)
    yield from relations.recognize(scene)
    yield from _answers(scene)
    yield from _vocatives(scene)
    yield from _by_lists(scene)
    yield from _labels(scene)
    if scene.conversation.cased:
        yield from signatures.recognize(scene)


def _answers(scene: Scene) -> Iterator[Candidate]:
    """Yield name-like words in the turn after a question for a name."""
    question = scene.language.questions["NAME"]
    for number in range(1, len(scene.lines)):
        first, after = scene.lines[number]
        asked = question.search(scene.previous_line(first))
        if (
            not asked
            and number > 1
            and scene.lines[number - 1][1] - scene.lines[number - 1][0] <= 3
        ):
            asked = question.search(scene.conversation.words(*scene.lines[number - 2]))
        if not asked:
            continue
        index = first
        limit = min(after, first + 12)
        while index < limit:
            likeness = name_likeness(scene, index)
            short = after - first <= 4
            if likeness >= LIKELY or (
                likeness == POSSIBLE and (short or scene.tokens[index].capital)
            ):
                end = min(extend_name(scene, index, index + 1, 1), after)
                yield name_candidate(scene, index, end, 0.8)
                index = end
            else:
                index += 1


def _vocatives(scene: Scene) -> Iterator[Candidate]:
    """Yield names after a greeting, and name-like words that end a turn after a comma."""
    pattern = phrase(scene.cues.names.vocatives)
    for _, first, _m in scene.conversation.matches(pattern):
        if first >= len(scene.tokens) or scene.conversation.gap(first) > COMMA:
            continue
        likeness = name_likeness(scene, first)
        after = extend_name(scene, first, first + 1, 2) if likeness else first
        if likeness >= LIKELY and scene.conversation.gap(after) >= COMMA:
            yield name_candidate(scene, first, after, 0.8)
        elif (
            likeness == POSSIBLE
            and scene.conversation.gap(after) >= STOP
            and scene.conversation.cased
        ):
            yield name_candidate(scene, first, after, 0.6)
        elif likeness == POSSIBLE and scene.conversation.gap(after) == TURN and after - first == 1:
            if scene.conversation.gap(first) == COMMA:
                yield name_candidate(scene, first, after, 0.6)


def _labels(scene: Scene) -> Iterator[Candidate]:
    """Yield who speaks where turns start with a name: "Marguerite:"."""
    for label in scene.labels:
        if label.role:
            continue
        first, after = scene.conversation.tokens_in(label.start, label.end)
        while first < after and scene.tokens[first].key in scene.cues.names.titles:
            first += 1
        if first < after and any(
            name_likeness(scene, index) >= LIKELY for index in range(first, after)
        ):
            yield scene.candidate(first, after, "NAME", 0.8, DETECTOR)


def _by_lists(scene: Scene) -> Iterator[Candidate]:
    """Yield what is a name wherever it stands, and in cased text, capitals that are not a word."""
    index = 0
    while index < len(scene.tokens):
        likeness = name_likeness(scene, index)
        if likeness == SURE and _is_adjective(scene, index):
            index += 1
        elif likeness == SURE or (likeness == LIKELY and _stands_out(scene, index)):
            after = extend_name(scene, index, index + 1, least_likeness(scene))
            start = index
            if (
                index
                and scene.conversation.gap(index) <= SPACE
                and name_likeness(scene, index - 1) >= LIKELY
            ):
                start = index - 1
            yield name_candidate(scene, start, after, 0.7 if likeness == SURE else 0.5)
            index = after
        elif likeness == POSSIBLE and _is_full_name(scene, index):
            after = extend_name(scene, index, index + 1, 2)
            yield name_candidate(scene, index, after, 0.6)
            index = after
        else:
            index += 1


def _is_adjective(scene: Scene, index: int) -> bool:
    """Say whether a listed word is one in "to be frank", "very frank"."""
    if scene.conversation.cased and scene.tokens[index].capital:
        return False
    listed = lists.is_listed(scene.word(index), scene.language.code)
    return listed and scene.follows(index, scene.cues.names.adjective_before)


def _is_full_name(scene: Scene, index: int) -> bool:
    """Say whether a common first name that is a word too stands before a family name.

    In lower case: "grace oduya", "mark sadler"; the family name is in no lexicon.
    """
    after = index + 1
    if scene.conversation.cased or after >= len(scene.tokens):
        return False
    word, follows = scene.word(index), scene.word(after)
    return (
        word in lists.common_first_names(scene.language.code)
        and lists.frequency(word, scene.language.code) < 5.3
        and scene.conversation.gap(after) <= SPACE
        and name_likeness(scene, after) >= LIKELY
        and not lists.is_listed(follows, scene.language.code)
    )


def _stands_out(scene: Scene, index: int) -> bool:
    """Say whether a word no list of first names has is one by its capital within a sentence."""
    token = scene.tokens[index]
    if scene.follows(index, scene.cues.names.articles):
        return False
    if scene.cues.nouns_capital and lists.is_listed(scene.word(index), scene.language.code):
        return False
    return scene.conversation.cased and token.capital and not scene.starts_sentence(index)
