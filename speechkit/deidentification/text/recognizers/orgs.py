"""Care sites, schools and employers: by the word that ends or begins them, or after "I work at"."""

from __future__ import annotations

from collections.abc import Iterator

from speechkit.deidentification.text import lists
from speechkit.deidentification.text.cues import phrase
from speechkit.deidentification.text.name_likeness import LIKELY, POSSIBLE, name_likeness
from speechkit.deidentification.text.negatives import is_negative
from speechkit.deidentification.text.scene import COMMA, SPACE, STOP, Candidate, Scene

DETECTOR = "orgs"


def recognize(scene: Scene) -> Iterator[Candidate]:
    """Yield organizations."""
    yield from _by_suffix(scene)
    yield from _by_prefix(scene)
    yield from _by_cue(scene)
    yield from _answers(scene)
    yield from _glued(scene)


def _by_suffix(scene: Scene) -> Iterator[Candidate]:
    orgs = scene.cues.orgs
    if not orgs.suffix:
        return
    for first, after, match in scene.conversation.matches(phrase(orgs.suffix)):
        line, _ = scene.line_of(first)
        start = first
        best = 0
        named = False
        while start > line and first - start < 5 and scene.conversation.gap(start) <= SPACE:
            before = start - 1
            generic = _is_generic(scene, before)
            ends = scene.word(before) in scene.cues.orgs.breaks
            plain = generic and not ends and not scene.conversation.cased
            rated = 1 if plain else _part(scene, before)
            if rated == 0:
                break
            best = max(best, rated)
            named = named or not generic
            start = before
        start = _drop_links(scene, start, first)
        if start >= first or not named or _qualifies(scene, first, after):
            continue
        cased = scene.conversation.cased
        capitals = cased and scene.tokens[first].capital and scene.tokens[start].capital
        cued = _cued(scene, start)
        loose = match.group() in orgs.loose_suffix
        least = 2 if loose and not cued and not _is_proper(scene, start) else 1
        if capitals or (not cased and best >= least):
            yield scene.candidate(start, after, "ORG", 0.8, DETECTOR)


def _part(scene: Scene, index: int) -> int:
    """Rate a word before "hospital": 0 no part of the name, 1 a word, 2 a name."""
    key = scene.word(index)
    token = scene.tokens[index]
    if key in scene.cues.orgs.generic:
        return 1 if scene.conversation.cased and token.capital else 0
    if key in scene.cues.places.links:
        # "champ in high school": in lower case a place or a time begins there, not a name.
        small = scene.cues.nouns_capital or not scene.conversation.cased
        return 0 if small and key in scene.cues.orgs.breaks else 1
    if key in scene.language.stopwords or not key[0].isalpha():
        return 0
    if scene.conversation.cased:
        return 2 if token.text[0].isupper() else 0
    if name_likeness(scene, index) >= LIKELY or not scene.is_word(index):
        return 2
    return 1 if name_likeness(scene, index) else _plain_word(scene, index)


def _plain_word(scene: Scene, index: int, most: float = 5.0) -> int:
    return 1 if lists.frequency(scene.word(index), scene.language.code) < most else 0


def _drop_links(scene: Scene, start: int, first: int) -> int:
    dropped = scene.cues.places.links - {"saint", "st", "san"}
    while start < first and (
        scene.word(start) in dropped or (not scene.conversation.cased and _is_generic(scene, start))
    ):
        start += 1
    return start


def _is_generic(scene: Scene, index: int) -> bool:
    """Say whether a word before "hospital" names none: "women's", "general"."""
    generic = scene.cues.orgs.generic
    return scene.word(index) in generic or scene.tokens[index].key in generic


def _qualifies(scene: Scene, first: int, after: int) -> bool:
    """Say whether "high", "general" in lower case belongs to the word that follows."""
    if scene.conversation.cased or scene.word(first) not in scene.cues.orgs.adjectives:
        return False
    if after - first > 1 or scene.conversation.gap(after) >= COMMA:
        return False
    return scene.word(after) not in scene.language.stopwords


def _is_proper(scene: Scene, start: int) -> bool:
    """Say whether a place stands after "at", "to" without an article: "a scan at brook clinic"."""
    line, _ = scene.line_of(start)
    return start > line and scene.word(start - 1) in scene.cues.orgs.bare_after


def _cued(scene: Scene, index: int) -> bool:
    line, _ = scene.line_of(index)
    before = scene.before(index, min(5, index - line))
    return any(
        match.end() >= len(before) - 4
        for match in phrase(scene.cues.orgs.employer).finditer(before)
    )


def _by_prefix(scene: Scene) -> Iterator[Candidate]:
    """Yield "University of Leeds", "Hospital Virgen del Rocío", "clinique Saint-Jean"."""
    if not scene.cues.orgs.prefix:
        return
    for first, after, _ in scene.conversation.matches(phrase(scene.cues.orgs.prefix)):
        end = _name_after(scene, after)
        if end > after:
            yield scene.candidate(first, end, "ORG", 0.8, DETECTOR)


def _glued(scene: Scene) -> Iterator[Candidate]:
    """Yield "Marienhospital", "Elisabethklinik": a name and its kind in one word."""
    for index in range(len(scene.tokens)):
        word = scene.word(index)
        for kind in scene.cues.orgs.glued_suffix:
            stem = word.removesuffix(kind)
            if stem != word and len(stem) > 3 and _is_name_stem(scene, stem):
                yield scene.candidate(index, index + 1, "ORG", 0.7, DETECTOR)
                break


def _is_name_stem(scene: Scene, stem: str) -> bool:
    """Say whether a stem, perhaps with a joining letter, is a first name or a town."""
    forms = (stem, stem.removesuffix("s"), stem.removesuffix("n"), stem.removesuffix("en"))
    if any(form in scene.cues.orgs.generic for form in forms):
        return False
    known = lists.first_names() | lists.places()
    return any(form in known and not lists.is_native(form, scene.language.code) for form in forms)


def _name_after(scene: Scene, index: int) -> int:
    end = index
    at = index
    taken = 0
    while at < len(scene.tokens) and scene.conversation.gap(at) <= SPACE and taken < 6:
        key = scene.word(at)
        if key in scene.cues.places.links:
            # "clinica san telmo en marzo": the name ends before a place or a time.
            if taken and key in scene.cues.orgs.breaks and not scene.cues.nouns_capital:
                break
            at += 1
            continue
        if scene.conversation.cased:
            if not scene.tokens[at].text[0].isupper():
                break
        elif (
            key in scene.language.stopwords
            or key in scene.cues.orgs.generic
            or (taken and not _goes_on(scene, at))
            or (not taken and not (name_likeness(scene, at) >= POSSIBLE or _plain_word(scene, at)))
        ):
            break
        taken += 1
        at += 1
        end = at
    return end


def _goes_on(scene: Scene, index: int) -> bool:
    """Say whether a word in lower case is part of a name begun: "virgen del puerto"."""
    if name_likeness(scene, index) >= POSSIBLE or not scene.is_word(index):
        return True
    linked = scene.word(index - 1) in scene.cues.places.links
    return linked and _plain_word(scene, index, 5.3) > 0


def _by_cue(scene: Scene) -> Iterator[Candidate]:
    """Yield what follows "I work at"."""
    for _, first, _m in scene.conversation.matches(phrase(scene.cues.orgs.employer)):
        if first >= len(scene.tokens) or scene.conversation.gap(first) > COMMA:
            continue
        yield from _named_from(scene, first, 0.7)


def _named_from(scene: Scene, first: int, score: float) -> Iterator[Candidate]:
    start = first
    while (
        start < len(scene.tokens)
        and start - first < 2
        and (
            scene.word(start) in scene.language.stopwords
            or scene.word(start) in scene.cues.places.links
        )
    ):
        if scene.conversation.cased and scene.tokens[start].capital and start > first:
            break
        start += 1
    after = start
    while (
        after < len(scene.tokens)
        and after - start < 5
        and (after == start or scene.conversation.gap(after) <= SPACE)
    ):
        if scene.conversation.cased:
            link = scene.word(after) in scene.cues.places.links and after > start
            if not (scene.tokens[after].text[0].isupper() or link):
                break
        elif name_likeness(scene, after) < LIKELY and not _is_suffix(scene, after, start):
            break
        after += 1
    while after > start and scene.word(after - 1) in scene.cues.places.links:
        after -= 1
    if after > start and scene.conversation.gap(start) <= COMMA and _is_named(scene, start, after):
        yield scene.candidate(start, after, "ORG", score, DETECTOR)


def _is_suffix(scene: Scene, index: int, start: int) -> bool:
    return index > start and scene.word(index) in scene.cues.orgs.suffix


def _is_named(scene: Scene, start: int, after: int) -> bool:
    if scene.conversation.cased:
        return any(
            scene.tokens[at].text[0].isupper()
            and scene.word(at) not in scene.language.stopwords
            and not scene.tokens[at].shouted
            and len(scene.word(at)) > 2
            and scene.word(at) not in scene.cues.orgs.generic
            and not is_negative(scene.word(at))
            for at in range(start, after)
        )
    return any(
        name_likeness(scene, at) >= LIKELY or not scene.is_word(at) for at in range(start, after)
    )


def _answers(scene: Scene) -> Iterator[Candidate]:
    question = scene.language.questions["ORG"]
    for number in range(1, len(scene.lines)):
        first, after = scene.lines[number]
        if not question.search(scene.previous_line(first)):
            continue
        for index in range(first, min(after, first + 6)):
            marked = scene.conversation.cased and scene.tokens[index].capital
            marked = marked and not scene.starts_sentence(index)
            if name_likeness(scene, index) >= (1 if marked else 2) and (
                index == first or scene.conversation.gap(index) <= STOP
            ):
                yield from _named_from(scene, index, 0.6)
                break
