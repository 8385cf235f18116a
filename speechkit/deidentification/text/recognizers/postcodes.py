"""Postcodes: British ones by their form, others after "zip code" or before a town.

Form of British postcodes: BS 7666; the 124 areas are those of Royal Mail.
"""

from __future__ import annotations

from collections.abc import Iterator

from speechkit.deidentification.text import lists
from speechkit.deidentification.text.cues import phrase
from speechkit.deidentification.text.numbers import number_at
from speechkit.deidentification.text.scene import COMMA, NONE, SPACE, STOP, Candidate, Scene

DETECTOR = "postcodes"
_UK_AREAS = frozenset(
    "ab al b ba bb bd bh bl bn br bs bt ca cb cf ch cm co cr ct cv cw da dd de dg dh dl dn dt dy e "
    "ec eh en ex fk fy g gl gu gy ha hd hg hp hr hs hu hx ig im ip iv je ka kt kw ky l la ld le ll "
    "ln ls lu m me mk ml n ne ng nn np nr nw ol ox pa pe ph pl po pr rg rh rm s sa se sg sk sl sm "
    "sn so sp sr ss st sw sy ta td tf tn tq tr ts tw ub w wa wc wd wf wn wr ws wv yo ze".split()
)


def recognize(scene: Scene) -> Iterator[Candidate]:
    """Yield postcodes, with the town after them."""
    if scene.language.code == "en":
        yield from _british(scene)
    else:
        yield from _zip_and_town(scene)
    yield from _zip(scene)


def postcode_at(scene: Scene, index: int) -> int:
    """Return the token after a British postcode that starts at a token; the token if none."""
    tokens = scene.tokens
    outward, at = _letters(scene, index, 2)
    if outward not in _UK_AREAS:
        return index
    digits = ""
    while at < len(tokens) and scene.conversation.gap(at) < STOP and len(digits) < 4:
        number = number_at(scene.conversation, at, scene.language.code)
        if number is None:
            if (
                digits
                and len(tokens[at].key) == 1
                and tokens[at].key.isalpha()
                and len(digits) == 1
            ):
                following = (
                    number_at(scene.conversation, at + 1, scene.language.code)
                    if at + 1 < len(tokens)
                    else None
                )
                if following is not None and len(following.value) == 1:
                    at += 1
                    continue
            break
        digits += number.value
        at = number.after
    if not 2 <= len(digits) <= 3:
        return index
    if scene.language.units_after.match(scene.following(at, 1)):
        return index  # "PR 160 ms"
    if at < len(tokens) and len(tokens[at].key) == 2 and scene.conversation.gap(at) >= COMMA:
        return index  # "B12, CD4"
    inward, after = _letters(scene, at, 2)
    if (
        after < len(tokens)
        and scene.conversation.gap(after) == NONE
        and tokens[after].key.isdecimal()
    ):
        return index
    glued = index + 1 < len(tokens) and scene.conversation.gap(index + 1) == NONE
    if glued and any(scene.conversation.gap(at) >= COMMA for at in range(index + 1, after)):
        return index  # "L4-L5, G6PD"
    return after if len(inward) == 2 else index


def _letters(scene: Scene, index: int, most: int) -> tuple[str, int]:
    letters = ""
    tokens = scene.tokens
    if index < len(tokens) and len(tokens[index].key) == 2 and tokens[index].key.isalpha():
        return tokens[index].key, index + 1
    while (
        index < len(tokens)
        and len(letters) < most
        and (not letters or scene.conversation.gap(index) < STOP)
    ):
        if len(tokens[index].key) != 1 or not tokens[index].key.isalpha():
            break
        letters += tokens[index].key
        index += 1
    return letters, index


def _british(scene: Scene) -> Iterator[Candidate]:
    for index in range(len(scene.tokens)):
        if len(scene.tokens[index].key) <= 2 and scene.tokens[index].key[0].isalpha():
            after = postcode_at(scene, index)
            if after > index:
                yield scene.candidate(index, after, "LOCATION", 0.8, DETECTOR)


def _zip(scene: Scene) -> Iterator[Candidate]:
    """Yield numbers and codes after "zip code", "CP"."""
    cue = phrase(scene.cues.places.zip)
    for run in scene.runs:
        start, _ = scene.line_of(run.first)
        same = scene.before(run.first, min(5, run.first - start))
        asked = run.first - start < 5 and cue.search(scene.previous_line(run.first))
        if (cue.search(same) or asked) and 2 <= len(run.digits) <= 9:
            yield scene.candidate(run.first, run.after, "LOCATION", 0.8, DETECTOR)


def _zip_and_town(scene: Scene) -> Iterator[Candidate]:
    """Yield "28014 Madrid", "D-10115 Berlin", "A-8120": a written postcode, a town after it."""
    tokens = scene.tokens
    for index, token in enumerate(tokens):
        if len(token.text) not in (4, 5) or not token.text.isdecimal():
            continue
        first, after = index, index + 1
        if token.gap == NONE and index and len(tokens[index - 1].text) <= 2:
            if tokens[index - 1].text.isupper():
                first -= 1
        town = _known_town(scene, after)
        alone = len(token.text) == 5 and scene.conversation.gap(first) >= COMMA
        if town == after and alone and _is_town_like(scene, after):
            town = after + 1
        if town > after or (first < index and len(token.text) == 4):
            yield scene.candidate(first, town, "LOCATION", 0.8, DETECTOR)


def _known_town(scene: Scene, index: int) -> int:
    """Return the token after a written town of the gazetteer, the token itself if there is none."""
    for size in (4, 3, 2, 1):
        after = index + size
        if after > len(scene.tokens) or scene.conversation.gap(index) > STOP:
            continue
        inside = range(index + 1, after)
        if any(scene.conversation.gap(at) > SPACE for at in inside):
            continue
        if scene.tokens[index].text[0].isupper():
            if scene.conversation.words(index, after) in lists.places():
                return after
    return index


def _is_town_like(scene: Scene, index: int) -> bool:
    if index >= len(scene.tokens) or scene.conversation.gap(index) != SPACE:
        return False
    return scene.tokens[index].capital and scene.word(index) not in scene.language.stopwords
