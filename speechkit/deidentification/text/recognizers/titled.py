"""Names after titles of any language: "Judge Harcourt", "Lt. Col. Ashgrove", "Kum. Meenakshi"."""

from __future__ import annotations

from collections.abc import Iterator

from speechkit.deidentification.text import lists
from speechkit.deidentification.text.cues import phrase
from speechkit.deidentification.text.name_likeness import (
    DETECTOR,
    LIKELY,
    NOT_A_NAME,
    POSSIBLE,
    extend_name,
    least_likeness,
    name_candidate,
    name_likeness,
)
from speechkit.deidentification.text.negatives import is_negative
from speechkit.deidentification.text.recognizers.signatures import PARTICLES
from speechkit.deidentification.text.scene import COMMA, SPACE, STOP, Candidate, Scene
from speechkit.deidentification.text.titles import title_abbreviations, title_words

_SHORTEST, _LONGEST = 2, 5  # letters of an abbreviation that no table has


def recognize(scene: Scene) -> Iterator[Candidate]:
    """Yield names after titles of the language, of the table of all languages, or what looks so."""
    yield from _own_titles(scene)
    for index in range(1, len(scene.tokens)):
        if scene.tokens[index].key in title_words() | title_abbreviations():
            if scene.conversation.gap(index + 1) <= SPACE:
                continue  # the last of several titles counts
        if _is_titled(scene, index) or _is_after_abbreviation(scene, index):
            least = POSSIBLE if scene.conversation.cased else LIKELY
            after = extend_name(scene, index, index + 1, least)
            yield scene.candidate(index, after, "NAME", 0.8, DETECTOR)


def _own_titles(scene: Scene) -> Iterator[Candidate]:
    """Yield names after titles of the language of the conversation."""
    names = scene.cues.names
    pattern = phrase(names.titles)
    for _, first, match in scene.conversation.matches(pattern):
        if first >= len(scene.tokens) or scene.conversation.gap(first) > SPACE:
            continue
        if scene.tokens[first].key in names.titles:
            continue
        weak = match.group() in names.weak_titles
        start = first
        while start < len(scene.tokens) and scene.tokens[start].key in PARTICLES:
            start += 1
        if start < len(scene.tokens) and _after_title(scene, start, weak=weak):
            after = extend_name(scene, first, start + 1, least_likeness(scene))
            yield name_candidate(scene, first, _given_name(scene, start, after), 0.9)


def _given_name(scene: Scene, first: int, after: int) -> int:
    """Step over the given name of "Frau DAMARIS, Dionysia"; return `after` if there is none."""
    if after < len(scene.tokens) and scene.conversation.gap(after) == COMMA:
        listed = scene.word(after) in lists.first_names()
        if scene.tokens[after].capital and name_likeness(scene, after) and not scene.is_word(after):
            if listed or scene.tokens[first].shouted:
                return after + 1
    return after


def _after_title(scene: Scene, index: int, *, weak: bool) -> bool:
    token = scene.tokens[index]
    word = scene.word(index)
    if not word[0].isalpha():
        return False
    if scene.conversation.cased:
        if not token.text[0].isupper():
            return False
        return word not in scene.language.stopwords or name_likeness(scene, index) > NOT_A_NAME
    if len(word) < 2 or word in scene.language.stopwords:
        return False
    if name_likeness(scene, index) >= (1 if weak else 0) and name_likeness(scene, index):
        return True
    if weak:
        return False
    return not scene.starts_sentence(index)


def _is_titled(scene: Scene, index: int) -> bool:
    """Say whether a known title stands right before a name."""
    title, token = scene.tokens[index - 1], scene.tokens[index]
    if scene.conversation.gap(index) > SPACE or not token.key[0].isalpha():
        return False
    word = scene.word(index)
    if word in scene.language.stopwords or is_negative(word):
        return False
    if title.key in title_abbreviations() and _has_point(scene, index - 1):
        return token.text[0].isupper() and title.text[0].isupper()
    if title.key not in title_words():
        return False
    if scene.conversation.cased:
        return (
            title.text[0].isupper() and token.capital and name_likeness(scene, index) > NOT_A_NAME
        )
    return name_likeness(scene, index) >= LIKELY


def _is_after_abbreviation(scene: Scene, index: int) -> bool:
    """Say whether a short word with a capital and a full stop, which is not a word, is a title."""
    title, token = scene.tokens[index - 1], scene.tokens[index]
    if not (scene.conversation.cased and title.capital and token.capital):
        return False
    if not _SHORTEST <= len(title.text) <= _LONGEST or not title.text.isalpha():
        return False
    if scene.conversation.gap(index) not in (SPACE, STOP) or not _has_point(scene, index - 1):
        return False
    language = scene.language.code
    if title.key in scene.language.stopwords or lists.is_listed(title.key, language):
        return False
    if is_negative(title.key) or title.key in scene.cues.month_short + scene.cues.months:
        return False
    if title.key in scene.cues.places.street | scene.cues.spelled.acronyms:
        return False
    word = scene.word(index)
    if word in scene.language.stopwords or is_negative(word) or scene.is_word(index):
        return False
    return name_likeness(scene, index) > NOT_A_NAME


def _has_point(scene: Scene, index: int) -> bool:
    """Say whether a full stop and a space, and nothing else, follow a token."""
    end = scene.tokens[index].end
    between = scene.conversation.text[end : scene.tokens[index + 1].start]
    return between.strip() == "." and len(between) > 1
