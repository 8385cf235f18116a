"""Names of people: after titles, introductions, relations and greetings, as answers, by lists."""

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
    name_likeness,
)
from speechkit.deidentification.text.negatives import is_negative
from speechkit.deidentification.text.recognizers import signatures, titled
from speechkit.deidentification.text.recognizers.signatures import PARTICLES
from speechkit.deidentification.text.scene import (
    COMMA,
    SPACE,
    STOP,
    TURN,
    Candidate,
    Scene,
)

DETECTOR = "names"
_RARE = 4.0  # powers of ten in a thousand million words
_FUNCTION_WORD = 5.8


def recognize(scene: Scene) -> Iterator[Candidate]:
    """Yield names; overlapping candidates are merged later."""
    yield from _titles(scene)
    yield from titled.recognize(scene)
    yield from _introductions(scene)
    yield from _nicknames(scene)
    yield from _relations(scene)
    yield from _answers(scene)
    yield from _vocatives(scene)
    yield from _by_lists(scene)
    yield from _labels(scene)
    if scene.conversation.cased:
        yield from signatures.recognize(scene)


def _name(scene: Scene, first: int, after: int, score: float) -> Candidate:
    if after < len(scene.tokens) and scene.conversation.gap(after) <= SPACE:
        medical = scene.tokens[after].key in scene.cues.context.negative_after
        if medical and name_likeness(scene, first) < SURE:
            score = 0.2
    return scene.candidate(first, after, "NAME", score, DETECTOR)


def _titles(scene: Scene) -> Iterator[Candidate]:
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
            after = extend_name(scene, first, start + 1, _least(scene))
            yield _name(scene, first, _given_name(scene, start, after), 0.9)


def _given_name(scene: Scene, first: int, after: int) -> int:
    """Step over the given name of "Frau DAMARIS, Dionysia"; return `after` if there is none."""
    if after < len(scene.tokens) and scene.conversation.gap(after) == COMMA:
        listed = scene.word(after) in lists.first_names()
        if scene.tokens[after].capital and name_likeness(scene, after) and not scene.is_word(after):
            if listed or scene.tokens[first].shouted:
                return after + 1
    return after


def _least(scene: Scene) -> int:
    """How name-like a further part of a name must be."""
    return 1 if scene.conversation.cased else 2


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


def _introductions(scene: Scene) -> Iterator[Candidate]:
    names = scene.cues.names
    for _, first, _m in scene.conversation.matches(phrase(names.strong)):
        if first < len(scene.tokens) and _is_all(scene, first):
            yield _name(scene, first, first + 1, 0.9)
            continue
        start = _skip(scene, first)
        if start is not None and (_surely(scene, start) or _bare(scene, start)):
            after = _small(scene, start) or extend_name(scene, start, start + 1, _least(scene))
            yield _name(scene, start, after, 0.9)
    for _, first, match in scene.conversation.matches(phrase(names.weak)):
        if first >= len(scene.tokens) or scene.conversation.gap(first) > COMMA:
            continue
        likeness = name_likeness(scene, first)
        if likeness == LIKELY and not scene.conversation.cased and match.group() in names.vague:
            # "cough or phlegm": a word that is merely rare is not a name after these.
            likeness = (
                LIKELY if is_known_name(scene, first) or _does(scene, first + 1) else NOT_A_NAME
            )
        after = extend_name(scene, first, first + 1, _least(scene)) if likeness else first
        closes = scene.conversation.gap(after) >= COMMA
        speaks = not scene.conversation.cased and _does(scene, after)
        if likeness >= SURE or (
            likeness == LIKELY
            and (closes or speaks or after > first + 1 or scene.conversation.cased)
        ):
            yield _name(scene, first, after, 0.8)
        elif (
            likeness == POSSIBLE and after > first + 1 and name_likeness(scene, after - 1) >= LIKELY
        ):
            yield _name(scene, first, after, 0.7)
        elif likeness == POSSIBLE and closes and _usual(scene, first):
            yield _name(scene, first, after, 0.6)


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
            yield _name(scene, first, extend_name(scene, first, first + 1, 2), 0.8)


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
    return closes or name_likeness(scene, after) >= LIKELY or _usual(scene, index)


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


def _relations(scene: Scene) -> Iterator[Candidate]:
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
        if likeness == POSSIBLE and not scene.conversation.cased and not _usual(scene, start):
            end = start + 1
            closes = scene.conversation.gap(end) >= COMMA
            follows = end < len(scene.tokens) and (
                scene.tokens[end].key in names.verbs_after or name_likeness(scene, end) >= LIKELY
            )
            given = not linked and _is_given_name(scene, start)
            likeness = likeness if closes or follows or given else NOT_A_NAME
        if likeness >= least:
            end = extend_name(scene, start, start + 1, _least(scene))
            yield _name(scene, first if _kin_is_name(scene, first, start) else start, end, 0.85)


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


def _usual(scene: Scene, index: int) -> bool:
    """Say whether an everyday word is a usual first name and not one of the commonest words."""
    word = scene.word(index)
    return word in lists.common_first_names(scene.language.code) and (
        lists.frequency(word, scene.language.code) < 5.0
    )


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
                yield _name(scene, index, end, 0.8)
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
            yield _name(scene, first, after, 0.8)
        elif (
            likeness == POSSIBLE
            and scene.conversation.gap(after) >= STOP
            and scene.conversation.cased
        ):
            yield _name(scene, first, after, 0.6)
        elif likeness == POSSIBLE and scene.conversation.gap(after) == TURN and after - first == 1:
            if scene.conversation.gap(first) == COMMA:
                yield _name(scene, first, after, 0.6)


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
            after = extend_name(scene, index, index + 1, _least(scene))
            start = index
            if (
                index
                and scene.conversation.gap(index) <= SPACE
                and name_likeness(scene, index - 1) >= LIKELY
            ):
                start = index - 1
            yield _name(scene, start, after, 0.7 if likeness == SURE else 0.5)
            index = after
        elif likeness == POSSIBLE and _is_full_name(scene, index):
            after = extend_name(scene, index, index + 1, 2)
            yield _name(scene, index, after, 0.6)
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
