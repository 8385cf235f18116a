"""Names after titles of any language: "Judge Harcourt", "Lt. Col. Ashgrove", "Kum. Meenakshi"."""

from __future__ import annotations

from collections.abc import Iterator

from speechkit.deidentification.text import lists
from speechkit.deidentification.text.name_likeness import (
    LIKELY,
    NOT_A_NAME,
    POSSIBLE,
    extend_name,
    name_likeness,
)
from speechkit.deidentification.text.negatives import is_negative
from speechkit.deidentification.text.scene import SPACE, STOP, Candidate, Scene
from speechkit.deidentification.text.titles import title_abbreviations, title_words

DETECTOR = "names"
_SHORTEST, _LONGEST = 2, 5  # letters of an abbreviation that no table has


def recognize(scene: Scene) -> Iterator[Candidate]:
    """Yield names after titles that stand in the table of all languages, or look like one."""
    for index in range(1, len(scene.tokens)):
        if scene.tokens[index].key in title_words() | title_abbreviations():
            if scene.conversation.gap(index + 1) <= SPACE:
                continue  # the last of several titles counts
        if _is_titled(scene, index) or _is_after_abbreviation(scene, index):
            least = POSSIBLE if scene.conversation.cased else LIKELY
            after = extend_name(scene, index, index + 1, least)
            yield scene.candidate(index, after, "NAME", 0.8, DETECTOR)


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
