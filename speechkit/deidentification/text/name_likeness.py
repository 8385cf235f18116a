"""How name-like a word is where it stands, and how far a name goes."""

from __future__ import annotations

from enum import IntEnum
from functools import cache

from speechkit.deidentification.text import lists
from speechkit.deidentification.text.cues import get_language, phrase
from speechkit.deidentification.text.everyday import SURNAME_RANK
from speechkit.deidentification.text.negatives import (
    has_medical_ending,
    is_negative,
    negatives,
)
from speechkit.deidentification.text.numbers import number_at
from speechkit.deidentification.text.scene import COMMA, NONE, SPACE, Candidate, Scene


class NameLikeness(IntEnum):
    """How name-like a word is by itself."""

    NOT_A_NAME = 0
    POSSIBLE = 1  # a word that may be a name
    LIKELY = 2  # no everyday word
    SURE = 3  # a name and hardly anything else


NOT_A_NAME, POSSIBLE, LIKELY, SURE = NameLikeness
DETECTOR = "names"

_COMMON_SURNAMES = 4_000  # rank in the US census
_FAMILIAR = 4.9  # Zipf frequency from which a word is meant as a word
_PLACE_AS_WORD = 5.0  # the same for a town that is a word too: "Reading"
_SHORTEST_SHOUTED = 5  # letters; shorter words in capitals are acronyms
_LONGEST_NAME = 4  # words
_SHORT_NAMES = frozenset("al ed cat pat sid".split())
_CONTRACTED = frozenset(
    "i you he she it we they who what that there here let where how y'all".split()
)
_PARTICLES = frozenset(
    "de la del los las da do dos du des le van von vom der den zu zum zur y e bin al el ben mac mc st "
    "san santa".split()
)


def name_likeness(scene: Scene, index: int) -> NameLikeness:
    """Return how name-like a token is by itself, whatever stands around it but its phrase."""
    if index not in scene.ratings:
        scene.ratings[index] = _rate(scene, index)
    return NameLikeness(scene.ratings[index])


def _rate(scene: Scene, index: int) -> NameLikeness:
    token = scene.tokens[index]
    word = scene.word(index)
    if _is_no_name(scene, index, word):
        return NOT_A_NAME
    function_word = word in scene.language.stopwords
    marked = scene.conversation.cased and token.capital and not scene.starts_sentence(index)
    if word in _relatives(scene.language.code) and (not marked or scene.cues.nouns_capital):
        return NOT_A_NAME
    first = word in lists.first_names()
    if scene.conversation.cased:
        if token.abbreviated or (token.shouted and len(word) < _SHORTEST_SHOUTED):
            return NOT_A_NAME
        if function_word:
            return POSSIBLE if marked and first and not _is_month(scene, word) else NOT_A_NAME
        if not token.text[0].isupper():
            return POSSIBLE if first and not scene.is_word(index) else NOT_A_NAME
    elif function_word:
        return NOT_A_NAME
    if _is_month(scene, word):
        return POSSIBLE if first and marked else NOT_A_NAME
    return _rate_by_lists(scene, index, word, first, marked)


def _is_no_name(scene: Scene, index: int, word: str) -> bool:
    """Say whether a token is none by its form, a list of negatives or its neighbors."""
    if len(word) < 2 or not word[0].isalpha():
        return True
    if "'" in word and word.split("'", maxsplit=1)[0] in _CONTRACTED:
        return True
    if index in scene.states or is_negative(word) or is_negative(scene.tokens[index].key):
        return True
    if word in scene.cues.spelled.acronyms and word not in _SHORT_NAMES:
        return True
    before = scene.tokens[index - 1].key if index else ""
    return (
        (before, word) in negatives().fixed_phrases
        or _is_eponym(scene, index)
        or _is_drug(scene, index, word)
    )


def _rate_by_lists(scene: Scene, index: int, word: str, first: bool, marked: bool) -> NameLikeness:
    language = scene.language.code
    everyday = scene.is_word(index)
    if first and marked and word not in lists.common_first_names(language):
        first = not everyday
    if first:
        return SURE if marked or not everyday else POSSIBLE
    surname = lists.surname_rank(word) < SURNAME_RANK
    if marked:
        rare = not everyday and not (lists.is_word(word, language) or has_medical_ending(word))
        rare = rare and not scene.cues.nouns_capital
        return LIKELY if (surname and not everyday) or rare else POSSIBLE
    if not everyday:
        listed = lists.is_listed(word, language) and not surname
        return LIKELY if surname or not listed or word in lists.places() else POSSIBLE
    return POSSIBLE if surname and lists.frequency(word, language) < _FAMILIAR else NOT_A_NAME


def is_place_like(scene: Scene, index: int) -> bool:
    """Say whether a word of the gazetteer is meant as a place: marked, or no everyday word."""
    word = scene.word(index)
    token = scene.tokens[index]
    if word in scene.language.stopwords or len(word) < 3:
        return False
    if is_negative(word) or _is_month(scene, word):
        return False
    if scene.conversation.cased:
        common = (
            scene.is_word(index) and lists.frequency(word, scene.language.code) >= _PLACE_AS_WORD
        )
        return token.text[0].isupper() and not (
            common or (scene.starts_sentence(index) and scene.is_word(index))
        )
    return not scene.is_word(index)


@cache
def _relatives(language: str) -> frozenset[str]:
    """Words for relatives: "Oma", "Mann" are not names."""
    relations = get_language(language).cues.names.relations
    return frozenset(relations) - lists.common_first_names(language)


def _is_month(scene: Scene, word: str) -> bool:
    return word in scene.cues.months or word in scene.cues.month_short


def _is_drug(scene: Scene, index: int, word: str) -> bool:
    """Say whether a word no list of first names has is taken or dosed: a drug."""
    if word in lists.first_names():
        return False
    after = index + 1
    if after < len(scene.tokens) and scene.conversation.gap(after) <= COMMA:
        number = number_at(scene.conversation, after, scene.language.code)
        if number is not None and scene.language.doses_after.match(
            scene.following(number.after, 2)
        ):
            return True
    before = scene.before(index, min(3, index - scene.line_of(index)[0]))
    return any(
        match.end() == len(before)
        for match in phrase(scene.cues.context.drug_before).finditer(before)
    )


def _is_eponym(scene: Scene, index: int) -> bool:
    """Say whether what follows makes the word an eponym ("Parkinson's disease")."""
    after = index + 1
    if after >= len(scene.tokens) or scene.conversation.gap(after) > SPACE:
        return False
    return scene.tokens[after].key in scene.cues.context.negative_after


def extend_name(scene: Scene, first: int, after: int, least: int) -> int:
    """Return the token after a name that starts at `first`, taking name-like words."""
    limit = min(first + _LONGEST_NAME, len(scene.tokens))
    while after < limit and scene.conversation.gap(after) <= SPACE:
        if scene.tokens[after - 1].key.endswith("'s"):
            break
        if name_likeness(scene, after) >= least:
            after += 1
            continue
        joined = (
            after + 1 < len(scene.tokens)
            and name_likeness(scene, after + 1) >= least
            and scene.conversation.gap(after + 1) <= SPACE
        )
        initial = len(scene.tokens[after].key) == 1 and scene.tokens[after].capital
        if joined and (initial or scene.tokens[after].key in _PARTICLES):
            after += 2
            continue
        if least > POSSIBLE and _is_last_name(scene, first, after):
            after += 1
            break
        if scene.conversation.gap(after) == NONE and scene.tokens[after].text[0].isupper():
            after += 1
            continue
        break
    return min(after, len(scene.tokens))


def _is_last_name(scene: Scene, first: int, index: int) -> bool:
    """Say whether an everyday word ends a name in text without capitals: "tiffany bell"."""
    word = scene.word(index)
    named = any(name_likeness(scene, at) == SURE for at in range(first, index))
    return (
        named
        and not scene.conversation.cased
        and word not in scene.language.stopwords
        and lists.surname_rank(word) < _COMMON_SURNAMES
        and (
            lists.frequency(word, scene.language.code) < _FAMILIAR
            or scene.conversation.gap(index + 1) >= COMMA
        )
    )


def is_known_name(scene: Scene, index: int) -> bool:
    """Say whether a list of first or family names has a token."""
    word = scene.word(index)
    return word in lists.first_names() or lists.surname_rank(word) < SURNAME_RANK


def name_candidate(scene: Scene, first: int, after: int, score: float) -> Candidate:
    """Return a name, hardly one before "syndrome"."""
    if after < len(scene.tokens) and scene.conversation.gap(after) <= SPACE:
        medical = scene.tokens[after].key in scene.cues.context.negative_after
        if medical and name_likeness(scene, first) < SURE:
            score = 0.2
    return scene.candidate(first, after, "NAME", score, DETECTOR)


def least_likeness(scene: Scene) -> int:
    """How name-like a further part of a name must be."""
    return 1 if scene.conversation.cased else 2


def is_usual_name(scene: Scene, index: int) -> bool:
    """Say whether an everyday word is a usual first name and not one of the commonest words."""
    word = scene.word(index)
    return word in lists.common_first_names(scene.language.code) and (
        lists.frequency(word, scene.language.code) < 5.0
    )
