"""Streets, in words and digits.

Two orders: number, name, kind of street ("fourteen Maple Street", "12 rue de la Paix" has the kind
first) and kind, name, number ("calle Mayor 12"). German has name and kind in one word.
"""

from __future__ import annotations

from speechkit.deidentification.text.cues import phrase
from speechkit.deidentification.text.name_likeness import NOT_A_NAME, POSSIBLE, name_likeness
from speechkit.deidentification.text.numbers import number_at
from speechkit.deidentification.text.recognizers.house_numbers import (
    bare_number_after,
    number_after,
    number_at_end,
    number_before,
)
from speechkit.deidentification.text.scene import COMMA, SPACE, Scene

Street = tuple[int, int, float]  # first token, token after the last, score


def street_at(scene: Scene, index: int) -> Street | None:
    """Return the street whose kind ("road", "calle", "Hauptstraße") is a token, None without."""
    places = scene.cues.places
    key = scene.word(index)
    if key in places.street_first:
        return _kind_first(scene, index)
    if key in places.street:
        return _kind_last(scene, index)
    if places.glued_street and key.endswith(tuple(places.glued_street)):
        return _glued(scene, index)
    return None


def _kind_last(scene: Scene, index: int) -> Street | None:
    """English order: look back for a name and a number."""
    read_out = _read_out(scene, index)
    if read_out is not None:
        return read_out
    line, _ = scene.line_of(index)
    start = index
    named = 0
    best = 0
    while start > line and index - start < 4 and scene.conversation.gap(start) <= SPACE:
        before = start - 1
        if not _may_name_street(scene, before, index - start):
            break
        best = max(best, _strength(scene, before))
        start = before
        named += 1
    start, named = _drop_links(scene, start, named)
    if named == 0:
        return None
    numbered = number_before(scene, start)
    if numbered < start:
        return numbered, index + 1, 0.9
    if bare_number_after(scene, index + 1) > index + 1:
        return start, index + 1, 0.8
    sure = scene.word(index) in scene.cues.places.sure_street
    if scene.conversation.cased:
        start = _house_name(scene, start)
        capital = scene.tokens[index].text[0].isupper() and scene.tokens[start].text[0].isupper()
        good = capital and (sure or best >= 2 or _place_cue(scene, start))
    else:
        good = best >= 2 or (sure and best >= 1) or (sure and _place_cue(scene, start))
        good = good and (sure or _place_cue(scene, start))
    return (start, index + 1, 0.7) if good else None


def _read_out(scene: Scene, index: int) -> Street | None:
    """Return a street dictated in pieces, "2, 1, Golden, Ridge, Drive, 706": numbers on both sides.

    Capitals do not count there; transcription engines write commas where a speaker pauses.
    """
    start = index
    while index - start < 3 and start > 0 and scene.conversation.gap(start) <= COMMA:
        word = scene.word(start - 1)
        number = number_at_end(scene, start - 1) is not None
        if number or word in scene.language.stopwords or not word.isalpha() or len(word) < 3:
            break
        start -= 1
    numbered = number_before(scene, start) if start < index else start
    if numbered == start or bare_number_after(scene, index + 1) == index + 1:
        return None
    return numbered, index + 1, 0.9


def _house_name(scene: Scene, index: int) -> int:
    """Step back over a house's name before a street: "The Old Rectory, Church Lane"."""
    if scene.conversation.gap(index) != COMMA:
        return index
    start = index
    line, _ = scene.line_of(index)
    while start > line and index - start < 5 and scene.tokens[start - 1].text[0].isupper():
        if start < index and scene.conversation.gap(start) > SPACE:
            break
        start -= 1
    while start < index and scene.word(start) in scene.language.stopwords:
        start += 1
    return start


def _may_name_street(scene: Scene, index: int, distance: int) -> bool:
    key = scene.word(index)
    if number_at(scene.conversation, index, scene.language.code) is not None:
        return False
    if number_at_end(scene, index) is not None:
        return False
    if key in scene.cues.places.links:
        return distance > 0
    if key in scene.language.stopwords:
        return scene.conversation.cased and scene.tokens[index].capital and distance == 0
    if scene.conversation.cased:
        return scene.tokens[index].text[0].isupper()
    if distance == 0:
        return key not in _NO_STREET
    return not scene.is_word(index) or name_likeness(scene, index) > NOT_A_NAME


_NO_STREET = frozenset(
    "same busy own whole long other next either every local nearest city side medical health "
    "golden right wrong quiet tennis food basketball supreme".split()
)


def _strength(scene: Scene, index: int) -> int:
    if name_likeness(scene, index):
        return name_likeness(scene, index)
    if (
        scene.word(index) in scene.cues.places.links
        or scene.word(index) in scene.language.stopwords
    ):
        return 0
    return 1 if len(scene.word(index)) > 2 else 0


def _drop_links(scene: Scene, start: int, named: int) -> tuple[int, int]:
    while (
        named
        and scene.word(start) in scene.cues.places.links
        and (not scene.conversation.cased or not scene.tokens[start].capital)
    ):
        start += 1
        named -= 1
    return start, named


def _place_cue(scene: Scene, index: int) -> bool:
    line, _ = scene.line_of(index)
    before = scene.before(index, min(3, index - line))
    if any(m.end() == len(before) for m in phrase(scene.cues.places.place_before).finditer(before)):
        return True
    asked = scene.language.questions["LOCATION"].search(scene.previous_line(index))
    return bool(asked) and index - line < 6


def _kind_first(scene: Scene, index: int) -> Street | None:
    """Romance order: kind, name, then a number; French has the number before."""
    tokens = scene.tokens
    if scene.conversation.cased and not _written_street(scene, index):
        return None
    after = index + 1
    words = 0
    strength = 0
    while after < len(tokens) and words < 6 and scene.conversation.gap(after) <= SPACE:
        key = scene.word(after)
        if number_at(scene.conversation, after, scene.language.code) is not None and words:
            break
        link = key in scene.cues.places.links
        if scene.conversation.cased:
            if not (link or tokens[after].text[0].isupper()):
                break
        elif (
            not link
            and words
            and (key in scene.language.stopwords or (strength and not _goes_on(scene, after)))
        ) or (key in scene.language.stopwords and not link):
            break
        if not link:
            strength += 1
            words += 1
        after += 1
    while after > index + 1 and scene.word(after - 1) in scene.cues.places.links:
        after -= 1
    if not strength:
        return None
    end = number_after(scene, after)
    start = number_before(scene, index)
    numbered = end > after or start < index
    sure = scene.word(index) in scene.cues.places.sure_street
    if not numbered and not scene.conversation.cased and not (sure or _place_cue(scene, index)):
        return None
    return start, end, 0.9 if numbered else 0.7


def _written_street(scene: Scene, index: int) -> bool:
    after = index + 1
    while after < len(scene.tokens) and scene.word(after) in scene.cues.places.links:
        after += 1
    return after < len(scene.tokens) and (
        scene.tokens[after].text[0].isupper() or scene.tokens[after].key.isdecimal()
    )


def _goes_on(scene: Scene, index: int) -> bool:
    return name_likeness(scene, index) >= POSSIBLE or not scene.is_word(index)


def _glued(scene: Scene, index: int) -> Street | None:
    """German: "Hauptstraße 5", "Am Alten Markt 3"."""
    key = scene.word(index)
    if any(key == ending for ending in scene.cues.places.glued_street):
        start = index
        while start > 0 and scene.conversation.gap(start) <= SPACE and index - start < 3:
            if (
                not scene.tokens[start - 1].capital
                or scene.word(start - 1) in scene.language.stopwords
            ):
                break
            start -= 1
        if start == index:
            return None
    else:
        start = index
    end = number_after(scene, index + 1)
    if end == index + 1 and not scene.conversation.cased:
        return None
    sure = key.endswith(("strasse", "str", "gasse", "allee"))
    return (start, end, 0.9) if end > index + 1 or sure else None
