"""Feasts and holidays: "Christmas Eve", "Ramadan 12", "Karfreitag" name a day, with a year a date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import msgspec

from speechkit.deidentification.text.numbers import number_at
from speechkit.deidentification.text.scene import SPACE, STOP, Candidate, Scene

DETECTOR = "dates"
_LAST_DAY = 31

_ANY_DAY = frozenset(
    "good every this that the rest next last same other first whole bad hard long working sick snow "
    "great busy new election each any one some wash market pay school week church visiting clinic "
    "late early all a my your our his her".split()
)


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    feasts: list[str]
    things: str


def recognize(scene: Scene) -> Iterator[Candidate]:
    """Yield feasts, with the number of a day behind them; a year alone is none of it."""
    pattern, things = _table()
    for first, after, _ in scene.conversation.matches(pattern):
        if any(scene.conversation.gap(index) > SPACE for index in range(first + 1, after)):
            if not _pointed(scene, first, after):
                continue
        if after < len(scene.tokens) and scene.conversation.gap(after) <= SPACE:
            if scene.tokens[after].key in things:
                continue
        yield scene.candidate(first, _with_day(scene, after), "DATE", 0.9, DETECTOR)
    yield from _named_days(scene)


def _with_day(scene: Scene, after: int) -> int:
    if after < len(scene.tokens) and scene.conversation.gap(after) <= SPACE:
        number = number_at(scene.conversation, after, scene.language.code)
        if number is not None and len(number.value) <= 2 and 0 < int(number.value) <= _LAST_DAY:
            if not scene.language.units_after.match(scene.following(number.after, 2)):
                return number.after
    return after


def _named_days(scene: Scene) -> Iterator[Candidate]:
    """Yield days with a name of their own in text with capitals: "Pulaski Day", "Whit Monday"."""
    if not scene.conversation.cased or scene.language.code != "en":
        return
    for index in range(1, len(scene.tokens)):
        token, before = scene.tokens[index], scene.tokens[index - 1]
        if token.key not in ("day", "eve") or not token.capital or not before.capital:
            continue
        if scene.conversation.gap(index) > SPACE or scene.word(index - 1) in _ANY_DAY:
            continue
        if scene.starts_sentence(index - 1) or scene.word(index - 1) in scene.language.stopwords:
            continue
        first = index - 1
        while first and scene.conversation.gap(first) <= SPACE and scene.tokens[first - 1].capital:
            if scene.word(first - 1) in scene.language.stopwords or index - first > 2:
                break
            first -= 1
        yield scene.candidate(first, index + 1, "DATE", 0.7, DETECTOR)


def _pointed(scene: Scene, first: int, after: int) -> bool:
    """Say whether the only breaks inside are full stops of abbreviations: "St. Patrick's Day"."""
    return all(
        scene.conversation.gap(index) < STOP or len(scene.tokens[index - 1].key) <= 2
        for index in range(first + 1, after)
    )


@cache
def _table() -> tuple[re.Pattern[str], frozenset[str]]:
    path = files("speechkit.deidentification.text") / "languages" / "common" / "feasts.toml"
    table = msgspec.toml.decode(path.read_bytes(), type=_Table)
    ways = sorted(table.feasts, key=len, reverse=True)
    return re.compile(rf"(?<![\w'])(?:{'|'.join(ways)})(?![\w'])"), frozenset(table.things.split())
