"""Addresses without a street: post office boxes, rural routes, highways, kilometers of a road."""
# ruff: noqa: E501 - alternatives of a pattern stand on one line

from __future__ import annotations

import re
from collections.abc import Iterator

from speechkit.deidentification.text.numbers import number_at
from speechkit.deidentification.text.recognizers.house_numbers import number_before
from speechkit.deidentification.text.scene import COMMA, SPACE, Candidate, Scene

DETECTOR = "addresses"
_BOX = re.compile(
    r"(?<![\w'])(?:p ?o box|post office box|(?:locked|private) bag|rural route|"
    r"highway contract(?: route)?|apartado(?: de correos| postal)?|casilla(?: de correos?| postal)?|boite postale|postfach|c p o box)"
    r"(?: (?:number|no|n|nr|numero))?(?![\w'])"
)
_ROAD = re.compile(
    r"(?<![\w'])(?:(?:state|county|us|u s|old|federal|provincial|township|rural) "
    r"(?:highway|hwy|route|rte|road|rd)|"
    r"highway|hwy|interstate|farm to market(?: road)?|carretera(?: nacional| federal)?|kilometro|"
    r"route departementale|route nationale|bundesstrasse|landstrasse)(?: (?:number|no|n|nr|numero))?(?![\w'])"
)
_ROUTE = re.compile(r"(?<![\w'])(?:r r|rr|h c|hc)(?![\w'])")
_FRENCH_BOX = re.compile(r"(?<![\w'])(?:b p|bp|cs|c s)(?![\w'])")
_NEXT = re.compile(
    r"(?:box|lot|bo?x number|unit|exit|mile marker|bureau|north|south|east|west)(?![\w'])"
)
_LONGEST = 6  # digits of a box or road


def recognize(scene: Scene) -> Iterator[Candidate]:
    """Yield boxes and numbered roads with what belongs to them."""
    if scene.language.code == "en":
        for first, index, _ in scene.conversation.matches(_ROUTE):
            after = _numbers(scene, index)
            if after > index and scene.following(after, 1) == "box":  # "RR 16" is a rate
                yield scene.candidate(first, _rest(scene, after), "LOCATION", 0.85, DETECTOR)
    patterns = [_BOX, _ROAD] + ([_FRENCH_BOX] if scene.language.code == "fr" else [])
    for pattern in patterns:
        for first, index, _ in scene.conversation.matches(pattern):
            after = _numbers(scene, index)
            if after == index:
                continue
            start = number_before(scene, first) if pattern is _ROAD else first
            yield scene.candidate(start, _rest(scene, after), "LOCATION", 0.85, DETECTOR)


def _numbers(scene: Scene, index: int) -> int:
    """Step over numbers, and a letter right behind; return the token itself if there are none."""
    digits = 0
    while index < len(scene.tokens) and scene.conversation.gap(index) <= SPACE:
        number = number_at(scene.conversation, index, scene.language.code)
        if number is None or digits + len(number.value) > _LONGEST:
            break
        digits += len(number.value)
        index = number.after
    return index


def _rest(scene: Scene, index: int) -> int:
    """Step over ", Box 118" and "north"."""
    while index < len(scene.tokens) and scene.conversation.gap(index) <= COMMA:
        if not _NEXT.match(scene.following(index, 2)):
            break
        index = max(_numbers(scene, index + 1), index + 1)
    return index
