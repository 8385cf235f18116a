"""Found once, found everywhere: parts of names, their mis-hearings, in the whole recording."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from speechkit.core.types import Identifier
from speechkit.deidentification.text import lists
from speechkit.deidentification.text.name_likeness import NOT_A_NAME, POSSIBLE, name_likeness
from speechkit.deidentification.text.recognizers.numbers_by_cue import is_quantity
from speechkit.deidentification.text.recognizers.spelled import letters_at
from speechkit.deidentification.text.scene import COMMA, Candidate, Scene

DETECTOR = "again"
_KINDS = (Identifier.NAME, Identifier.ORG, Identifier.LOCATION)
_LEAST_SCORE = 0.6
_WHOLE, _PART = 6, 3  # digits of a number, and of a part of it that is said again


def recognize_repeats(scene: Scene, candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    """Yield further places where parts of what was found are said."""
    parts: dict[str, Identifier] = {}
    towns: set[str] = set()
    spelled: set[str] = set()
    for candidate in sorted(candidates):
        if candidate.identifier not in _KINDS or candidate.score < _LEAST_SCORE:
            continue
        first, after = scene.conversation.tokens_in(candidate.start, candidate.end)
        if candidate.detector == "spelled":
            letters, _ = letters_at(scene, first)
            spelled.add(letters)
            continue
        for index in range(first, after):
            if _carries(scene, index, candidate.identifier):
                parts.setdefault(scene.word(index), candidate.identifier)
                if candidate.detector == "places":
                    towns.add(scene.word(index))
    for letters in spelled:
        if len(letters) > 3:
            parts.setdefault(letters, Identifier.NAME)
    yield from _read_back(scene, candidates)
    for index in range(len(scene.tokens)):
        identifier = _known(scene, index, parts)
        if identifier is not None:
            town = identifier is Identifier.LOCATION and scene.word(index) in towns
            yield scene.candidate(
                index, index + 1, identifier, 0.75, "places" if town else DETECTOR
            )


def _read_back(scene: Scene, candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    """Yield parts of numbers found: "was that nine one nine at the end?"."""
    numbers: dict[str, Identifier] = {}
    for run in scene.runs:
        start, end = scene.conversation.span(run.first, run.after)
        for candidate in candidates:
            if candidate.start <= start and end <= candidate.end and len(run.digits) >= _WHOLE:
                numbers.setdefault(run.digits, candidate.identifier)
    for run in scene.runs:
        whole = next((digits for digits in numbers if run.digits in digits), None)
        if whole is not None and len(run.digits) >= _PART and not is_quantity(scene, run):
            yield scene.candidate(run.first, run.after, numbers[whole], 0.7, DETECTOR)


def _carries(scene: Scene, index: int, identifier: Identifier) -> bool:
    """Say whether a part of a find identifies by itself ("Sadler", not "Street" or "Hospital")."""
    word = scene.word(index)
    if len(word) < 3 or not word[0].isalpha() or word in scene.language.stopwords:
        return False
    if word in scene.cues.names.titles:
        return False
    if (
        word in scene.cues.places.street
        or word in scene.cues.places.natural
        or word in scene.cues.orgs.generic
    ):
        return False
    if any(word in suffix.split() for suffix in scene.cues.orgs.suffix):
        return False
    if identifier is Identifier.NAME:
        return not scene.is_word(index) or name_likeness(scene, index) >= POSSIBLE
    return not scene.is_word(index)


def _known(scene: Scene, index: int, parts: dict[str, Identifier]) -> Identifier | None:
    word = scene.word(index)
    if word in parts:
        if _is_common_here(scene, index) and not _meant(scene, index):
            return None
        return parts[word]
    if len(word) < 4 or scene.is_word(index) or name_likeness(scene, index) == NOT_A_NAME:
        return None
    if lists.frequency(word, scene.language.code) > 3.5:
        return None
    for part, identifier in parts.items():
        if identifier is Identifier.NAME and sounds_alike(word, part):
            return identifier
    return None


def _is_common_here(scene: Scene, index: int) -> bool:
    """Say whether a word may be meant as one: everyday, or listed and without its capital."""
    if scene.is_word(index):
        return True
    listed = lists.is_listed(scene.word(index), scene.language.code)
    small = scene.conversation.cased and scene.tokens[index].text[0].islower()
    return listed and (small or scene.follows(index, scene.cues.names.adjective_before))


def _meant(scene: Scene, index: int) -> bool:
    """Say whether an everyday word ("castle", "will") is the name here."""
    token = scene.tokens[index]
    word = scene.word(index)
    often = lists.frequency(word, scene.language.code)
    after = index + 1
    begins = scene.starts_sentence(index) and after < len(scene.tokens)
    acts = after < len(scene.tokens) and (scene.tokens[after].key in scene.cues.names.verbs_after)
    subject = begins and (acts or scene.conversation.gap(after) >= COMMA)
    names = scene.cues.names
    if not scene.conversation.cased and scene.follows(index, names.adjective_before | names.owners):
        return False
    if scene.conversation.cased and not scene.cues.nouns_capital:
        return token.capital and (not begins or subject or often < 4.0)
    if word in lists.common_first_names(scene.language.code):
        ends = scene.conversation.gap(after) >= COMMA
        return often < 5.2 or acts or subject or ends
    return often < 4.3


def sounds_alike(one: str, other: str) -> bool:
    """Say whether one word may be a mis-hearing of the other.

    >>> sounds_alike("sadler", "saddler"), sounds_alike("sadler", "sandals")
    (True, False)
    """
    if abs(len(one) - len(other)) > 2 or min(len(one), len(other)) < 4:
        return False
    if _sound(one) == _sound(other):
        return True
    return _distance(one, other) <= (1 if min(len(one), len(other)) < 7 else 2) and (
        one[0] == other[0]
    )


_SOUNDS = (
    ("tch", "c"), ("sch", "s"), ("sh", "s"), ("ch", "c"), ("ph", "f"), ("gh", ""), ("ck", "k"),
    ("kn", "n"), ("wr", "r"), ("qu", "kw"), ("x", "ks"), ("z", "s"), ("v", "f"), ("d", "t"),
    ("c", "k"), ("q", "k"), ("g", "k"), ("b", "p"), ("m", "n"), ("j", "k"), ("h", ""), ("w", ""),
)  # fmt: skip


def _sound(word: str) -> str:
    """A rough key of how a word sounds: consonants in classes, doubles and vowels dropped."""
    for letters, sound in _SOUNDS:
        word = word.replace(letters, sound)
    key = ""
    for position, char in enumerate(word):
        kept = "a" if char in "aeiouy" and position == 0 else "" if char in "aeiouy" else char
        if kept and not key.endswith(kept):
            key += kept
    return key if len(key) > 2 else word


def _distance(one: str, other: str) -> int:
    """Levenshtein distance."""
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, start=1):
        previous, row[0] = row[0], i
        for j, right in enumerate(other, start=1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (left != right))
    return row[-1]
