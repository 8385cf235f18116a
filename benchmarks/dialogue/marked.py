"""Reads dialogues in which people marked what is named: the format is in `written/README.md`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import msgspec

from speechkit.core.annotations import Attribute, Entity, EntityType
from speechkit.core.types import Segment

ROLES = {"D": "doctor", "P": "patient", "N": "nurse", "C": "companion", "R": "other", "I": "other"}
SECTIONS = frozenset(
    "complaint history medication allergies family_social examination assessment plan safety_net "
    "other".split()
)
ACTS = frozenset(
    "open_question closed_question answer statement instruction explanation empathy backchannel "
    "greeting administration consent".split()
)
_TURN = re.compile(r"([DPNCRI]) <([a-z_]+)(?:@(\d+))?(?:;intent=([a-z]+))?(?:@(\d+))?> ?(.*)")
_MARK = re.compile(r"\[([^\[\]]+)\]\(([A-Z]+)((?:;[a-z, ]+)?)\)")
_PUNCTUATION = re.compile(r"[.,;:!?…\"()]|[–—]")
_TYPES = frozenset(get_args(EntityType))
_ATTRIBUTES = frozenset(get_args(Attribute))


class MarkedTurn(msgspec.Struct, frozen=True, kw_only=True):
    """A turn as its writer annotated it. `answers` is the number of a turn, counted from 1."""

    segment: Segment
    role: str
    act: str
    section: str
    answers: int | None
    intent: str
    entities: tuple[Entity, ...]


class MarkedDialogue(msgspec.Struct, frozen=True, kw_only=True):
    """One dialogue of one writer."""

    title: str
    turns: tuple[MarkedTurn, ...]


def read_marked(path: Path, *, as_recognized: bool = False) -> Iterator[MarkedDialogue]:
    """Yield the dialogues of a file.

    Args:
        path: of the file.
        as_recognized: write them as most recognizers do, in lower case and without punctuation.

    Raises:
        ValueError: for a line, an act, a section, a type or an attribute that the format does not
            have; with the file and the line's number, never with what it says.
    """
    title, section = "", "other"
    turns: list[MarkedTurn] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        where = f"{path.name}:{number}"
        line = line.strip()
        if line.startswith("# ") or not line:
            if turns:
                yield MarkedDialogue(title=title, turns=tuple(turns))
                turns = []
            title, section = line[2:], "other"
        elif line.startswith("=="):
            section = line.strip("= ")
            if section not in SECTIONS:
                raise ValueError(f"{where}: no such section")
        else:
            turns.append(_turn(line, where, section, len(turns), as_recognized))
    if turns:
        yield MarkedDialogue(title=title, turns=tuple(turns))


def _turn(line: str, where: str, section: str, number: int, as_recognized: bool) -> MarkedTurn:
    match = _TURN.fullmatch(line)
    if match is None:
        raise ValueError(f"{where}: neither a turn nor a section")
    speaker, act, answers, intent, after, marked = match.groups()
    if act not in ACTS:
        raise ValueError(f"{where}: no such act")
    text, entities = "", []
    at = 0
    for mark in _MARK.finditer(marked):
        text += _written(marked[at : mark.start()], as_recognized)
        words = _written(mark[1], as_recognized)
        kind = mark[2].lower()
        attributes = [part.strip() for part in mark[3].strip(";").split(",") if part.strip()]
        if kind not in _TYPES or not _ATTRIBUTES.issuperset(attributes):
            raise ValueError(f"{where}: no such type or attribute")
        entities.append(
            Entity(
                segment=str(number),
                start_char=len(text),
                end_char=len(text) + len(words),
                type=kind,  # type: ignore[arg-type]
                attributes=tuple(sorted(attributes)),  # type: ignore[arg-type]
            )
        )
        text += words
        at = mark.end()
    text += _written(marked[at:], as_recognized)
    segment = Segment(id=str(number), start=number, end=number + 1, text=text, speaker=speaker)
    link = answers or after
    return MarkedTurn(
        segment=segment,
        role=ROLES[speaker],
        act=act,
        section=section,
        answers=int(link) if link else None,
        intent=intent or "",
        entities=tuple(entities),
    )


def _written(text: str, as_recognized: bool) -> str:
    if not as_recognized:
        return text
    # Tags stay as they are; everything else loses case and punctuation.
    parts = re.split(r"(\[[A-Z_]+\d*\])", text)
    return "".join(
        part if part.startswith("[") else _PUNCTUATION.sub("", part).lower() for part in parts
    )
