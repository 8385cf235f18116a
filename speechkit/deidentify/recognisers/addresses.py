"""Postal addresses, postcodes and streets, in words and digits.

Two orders: number, name, kind of street ("fourteen Maple Street", "12 rue de la Paix" has the kind
first) and kind, name, number ("calle Mayor 12"). A place that follows belongs to the address.
"""

from __future__ import annotations

from collections.abc import Iterator

from speechkit.deidentify import lists
from speechkit.deidentify.find import COMMA, NONE, SPACE, STOP, Find, Scene
from speechkit.deidentify.language import phrase
from speechkit.deidentify.numbers import number_at

DETECTOR = "addresses"
_ANSWER = 12  # tokens from the beginning of an answer
_STREET = 4  # tokens between its numbers
_UK_AREAS = frozenset(
    "ab al b ba bb bd bh bl bn br bs bt ca cb cf ch cm co cr ct cv cw da dd de dg dh dl dn dt dy e "
    "ec eh en ex fk fy g gl gu gy ha hd hg hp hr hs hu hx ig im ip iv je ka kt kw ky l la ld le ll "
    "ln ls lu m me mk ml n ne ng nn np nr nw ol ox pa pe ph pl po pr rg rh rm s sa se sg sk sl sm "
    "sn so sp sr ss st sw sy ta td tf tn tq tr ts tw ub w wa wc wd wf wn wr ws wv yo ze".split()
)


def find(scene: Scene) -> Iterator[Find]:
    """Yield addresses, streets and postcodes."""
    done = -1
    places = scene.cues.places
    for index in range(len(scene.tokens)):
        if index <= done:
            continue
        key = scene.word(index)
        found: tuple[int, int, float] | None = None
        if key in places.street_first:
            found = _kind_first(scene, index)
        elif key in places.street:
            found = _kind_last(scene, index)
        elif places.glued_street and key.endswith(tuple(places.glued_street)):
            found = _glued(scene, index)
        if found is not None:
            start, after, score = found
            after = _tail(scene, after)
            done = after - 1
            yield scene.find(start, after, "LOCATION", score, DETECTOR)
    if scene.language.code == "en":
        yield from _postcodes(scene)
    else:
        yield from _zip_and_town(scene)
    yield from _zip(scene)
    yield from _answered(scene)


def _number_before(scene: Scene, index: int) -> int:
    """Return where a house number and its "flat 3" before a token begin; the token if none."""
    start = index
    units = {word.split()[-1] for word in scene.cues.places.unit}
    while start > 0 and scene.conversation.gap(start) < STOP and index - start < 8:
        before = start - 1
        key = scene.tokens[before].key
        if number_at_end(scene, before) is not None:
            start = number_at_end(scene, before) or before
        elif key in units or (len(key) == 1 and start < index and key.isalpha() and key != "a"):
            if start == index and key in units:
                break
            start = before
        else:
            break
    while start < index and (
        (len(scene.tokens[start].key) == 1 and scene.tokens[start].key.isalpha())
        or scene.tokens[start].key in scene.language.stopwords
    ):
        start += 1
    return start


def number_at_end(scene: Scene, index: int) -> int | None:
    """Return where the number that ends at a token begins, None if there is none."""
    for first in range(max(0, index - 4), index + 1):
        number = number_at(scene.conversation, first, scene.language.code)
        if number is not None and number.after == index + 1:
            return first
    ordinals = scene.cues.ordinals
    if scene.tokens[index].key in ordinals and index and scene.conversation.gap(index) <= SPACE:
        return None
    return None


def _kind_last(scene: Scene, index: int) -> tuple[int, int, float] | None:
    """English order: look back for a name and a number."""
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
    numbered = _number_before(scene, start)
    if numbered < start:
        return numbered, index + 1, 0.9
    sure = scene.word(index) in scene.cues.places.sure_street
    if scene.conversation.cased:
        start = _house_name(scene, start)
        capital = scene.tokens[index].capital and scene.tokens[start].capital
        good = capital and (sure or best >= 2)
    else:
        good = best >= 2 or (sure and best >= 1) or (sure and _place_cue(scene, start))
        good = good and (sure or _place_cue(scene, start))
    return (start, index + 1, 0.7) if good else None


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
        return scene.tokens[index].capital
    if distance == 0:
        return key not in _NO_STREET
    return not scene.is_word(index) or scene.likeness(index) > 0


_NO_STREET = frozenset(
    "high main same busy own whole long other next either every local nearest city side cross "
    "medical health golden right wrong new old quiet tennis food basketball supreme".split()
) - {"high", "main", "new", "old", "cross"}


def _strength(scene: Scene, index: int) -> int:
    if scene.likeness(index):
        return scene.likeness(index)
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


def _kind_first(scene: Scene, index: int) -> tuple[int, int, float] | None:
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
    end = _number_after(scene, after)
    start = _number_before(scene, index)
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
    return scene.likeness(index) >= 1 or not scene.is_word(index)


def _number_after(scene: Scene, index: int) -> int:
    """Step over ", número 12, 3º B" after a street's name."""
    tokens = scene.tokens
    units = {part for word in scene.cues.places.unit for part in word.split()}
    numbered = False
    while index < len(tokens) and scene.conversation.gap(index) < STOP:
        number = number_at(scene.conversation, index, scene.language.code)
        key = tokens[index].key
        if number is not None:
            index = number.after
            numbered = True
        elif (
            key in units
            and index + 1 < len(tokens)
            and (
                scene.conversation.gap(index + 1) < STOP
                and (
                    number_at(scene.conversation, index + 1, scene.language.code) is not None
                    or len(tokens[index + 1].key) <= 2
                    or tokens[index + 1].key in units
                )
            )
        ) or (
            numbered
            and (len(key) == 1 or tokens[index].gap == NONE)
            and key not in scene.language.stopwords
        ):
            index += 1
        else:
            break
    return index


def _glued(scene: Scene, index: int) -> tuple[int, int, float] | None:
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
    end = _number_after(scene, index + 1)
    if end == index + 1 and not scene.conversation.cased:
        return None
    sure = key.endswith(("strasse", "str", "gasse", "allee"))
    return (start, end, 0.9) if end > index + 1 or sure else None


def _tail(scene: Scene, index: int) -> int:
    """Step over what belongs to an address after the street: unit, town, postcode, state."""
    tokens = scene.tokens
    while index < len(tokens) and scene.conversation.gap(index) <= STOP:
        postcode = postcode_at(scene, index)
        if postcode > index:
            index = postcode
            continue
        if scene.conversation.gap(index) >= STOP:
            break
        unit = _unit_at(scene, index)
        if unit > index:
            index = unit
            continue
        town = town_at(scene, index)
        if town > index:
            index = town
            continue
        linked = (
            scene.word(index) in {"in", "a", "en", "de", "near"}
            and scene.conversation.gap(index) <= COMMA
        )
        if linked and index + 1 < len(tokens) and scene.conversation.gap(index + 1) <= SPACE:
            town = town_at(scene, index + 1)
            if town > index + 1:
                index = town
                continue
        number = number_at(scene.conversation, index, scene.language.code)
        if number is not None and len(number.value) == 5 and number.value.isdecimal():
            index = number.after
            continue
        break
    return index


def _unit_at(scene: Scene, index: int) -> int:
    units = set(scene.cues.places.unit)
    if scene.word(index) in units and index + 1 < len(scene.tokens):
        if scene.conversation.gap(index + 1) >= STOP:
            return index
        number = number_at(scene.conversation, index + 1, scene.language.code)
        if number is not None:
            after = number.after
            if (
                after < len(scene.tokens)
                and len(scene.tokens[after].key) == 1
                and (scene.conversation.gap(after) <= SPACE and scene.tokens[after].key not in "ai")
            ):
                after += 1
            return after
        if len(scene.tokens[index + 1].key) == 1:
            return index + 2
    return index


def town_at(scene: Scene, index: int) -> int:
    """Return the token after a town's name that starts at a token; the token itself if none."""
    for size in (4, 3, 2):
        after = index + size
        if after <= len(scene.tokens) and scene.conversation.words(index, after) in lists.places():
            told = scene.conversation.cased or any(
                not scene.is_word(at) and scene.word(at) not in scene.language.stopwords
                for at in range(index, after)
            )
            if told and all(scene.conversation.gap(at) <= SPACE for at in range(index + 1, after)):
                return after
    if scene.word(index) in scene.language.stopwords:
        return index
    if scene.conversation.cased:
        after = index
        while (
            after < len(scene.tokens)
            and scene.tokens[after].capital
            and (after == index or scene.conversation.gap(after) <= SPACE)
            and scene.word(after) not in scene.language.stopwords
        ):
            after += 1
        return after
    if scene.word(index) in lists.places() and scene.likeness_or_place(index):
        return index + 1
    if scene.likeness(index) >= 2:
        return index + 1
    return index


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
    inward, after = _letters(scene, at, 2)
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


def _postcodes(scene: Scene) -> Iterator[Find]:
    for index in range(len(scene.tokens)):
        if len(scene.tokens[index].key) <= 2 and scene.tokens[index].key[0].isalpha():
            after = postcode_at(scene, index)
            if after > index:
                yield scene.find(index, after, "LOCATION", 0.8, "postcodes")


def _zip(scene: Scene) -> Iterator[Find]:
    """Yield numbers and codes after "zip code", "CP"."""
    cue = phrase(scene.cues.places.zip)
    for run in scene.runs:
        start, _ = scene.line_of(run.first)
        same = scene.before(run.first, min(5, run.first - start))
        asked = run.first - start < 5 and cue.search(scene.previous_line(run.first))
        if (cue.search(same) or asked) and 2 <= len(run.digits) <= 9:
            yield scene.find(run.first, run.after, "LOCATION", 0.8, "postcodes")


def _answered(scene: Scene) -> Iterator[Find]:
    """Yield the numbers with which somebody answers where they live, and the street between them.

    However that street was heard: house number, name, flat.
    """
    cue = phrase(scene.cues.places.asked)
    found: list[tuple[int, int]] = []
    for run in scene.runs:
        start, _ = scene.line_of(run.first)
        if run.first - start >= _ANSWER or not cue.search(scene.previous_line(run.first)):
            continue
        if scene.language.doses_after.match(scene.following(run.after, 2)):
            continue
        if found and start <= found[-1][0] and run.first - found[-1][1] <= _STREET:
            found[-1] = (found[-1][0], run.after)
        else:
            found.append((run.first, run.after))
    for first, after in found:
        yield scene.find(first, after, "LOCATION", 0.7, DETECTOR)


def _zip_and_town(scene: Scene) -> Iterator[Find]:
    """Yield "28014 Madrid", "D-10115 Berlin", "A-8120": a written postcode, a town after it."""
    tokens = scene.tokens
    for index, token in enumerate(tokens):
        if len(token.text) not in (4, 5) or not token.text.isdecimal():
            continue
        first, after = index, index + 1
        if token.gap == NONE and index and len(tokens[index - 1].text) <= 2:
            if tokens[index - 1].text.isupper():
                first -= 1
        town = known_town(scene, after)
        alone = len(token.text) == 5 and scene.conversation.gap(first) >= COMMA
        if town == after and alone and _is_town_like(scene, after):
            town = after + 1
        if town > after or (first < index and len(token.text) == 4):
            yield scene.find(first, town, "LOCATION", 0.8, "postcodes")


def known_town(scene: Scene, index: int) -> int:
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
