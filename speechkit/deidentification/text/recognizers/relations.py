"""Names of relatives and others: "my sister Nell", "Grandpa Otis"."""

from __future__ import annotations

from collections.abc import Iterator

from speechkit.deidentification.text import lists
from speechkit.deidentification.text.cues import phrase
from speechkit.deidentification.text.name_likeness import (
    LIKELY,
    NOT_A_NAME,
    POSSIBLE,
    extend_name,
    is_usual_name,
    least_likeness,
    name_candidate,
    name_likeness,
)
from speechkit.deidentification.text.scene import COMMA, Candidate, Scene

_FUNCTION_WORD = 5.8  # powers of ten in a thousand million words


def recognize(scene: Scene) -> Iterator[Candidate]:
    """Yield names after words for relatives; overlapping candidates are merged later."""
    names = scene.cues.names
    links = set(names.relation_links)
    for first, after, _ in scene.conversation.matches(phrase(names.relations)):
        start = after
        linked = False
        while (
            start < len(scene.tokens)
            and start - after < 2
            and (scene.tokens[start].key in links and scene.conversation.gap(start) <= COMMA)
        ):
            start += 1
            linked = True
        if start >= len(scene.tokens) or scene.conversation.gap(start) > COMMA:
            continue
        least = 2 if linked or scene.conversation.gap(start) == COMMA else 1
        likeness = name_likeness(scene, start)
        if (
            likeness == POSSIBLE
            and not scene.conversation.cased
            and not is_usual_name(scene, start)
        ):
            end = start + 1
            closes = scene.conversation.gap(end) >= COMMA
            follows = end < len(scene.tokens) and (
                scene.tokens[end].key in names.verbs_after or name_likeness(scene, end) >= LIKELY
            )
            given = not linked and _is_given_name(scene, start)
            likeness = likeness if closes or follows or given else NOT_A_NAME
        if likeness >= least:
            end = extend_name(scene, start, start + 1, least_likeness(scene))
            yield name_candidate(
                scene, first if _kin_is_name(scene, first, start) else start, end, 0.85
            )


def _is_given_name(scene: Scene, index: int) -> bool:
    """Say whether a word in lower case after a relative is the name: "my neighbor bill brings".

    A pronoun or an article after it makes it a verb: "my sister drew a line".
    """
    word = scene.word(index)
    if word not in lists.common_first_names(scene.language.code):
        return False
    if lists.frequency(word, scene.language.code) > _FUNCTION_WORD:
        return False
    after = index + 1
    return after >= len(scene.tokens) or scene.tokens[after].key not in scene.cues.names.objects


def _kin_is_name(scene: Scene, first: int, start: int) -> bool:
    """Say whether "Grandpa Otis" is one name: a capital inside a sentence, right before it.

    In lower case, a word of endearment without a possessive: "with grandpa otis", not "my grandpa".
    """
    if start != first + 1:
        return False
    if scene.conversation.cased and not scene.cues.nouns_capital:
        return scene.tokens[first].capital and not scene.starts_sentence(first)
    line, _ = scene.line_of(first)
    owned = first > line and scene.tokens[first - 1].key in scene.cues.names.owners
    return scene.tokens[first].key in scene.cues.names.kin_titles and not owned
