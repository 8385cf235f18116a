"""References that allow more than one wording: of each, what fits the hypothesis best is taken.

    {i am / i'm}              either; "@" stands for nothing: {uh / @}          STM (NIST sclite)
    (uh)                      may be there or not                               STM
    <UNSURE>word</UNSURE>     the transcriber was not sure: may be there or not      PriMock57
    <UNIN/> <INAUDIBLE_SPEECH/>   unintelligible speech: up to eight words are taken as said

The choice is made site by site, and again until none changes, since one choice may move the
alignment of another. That need not find the best combination, but mostly does (tested).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import chain

import msgspec

from speechkit.benchmark.errors import Edit, align
from speechkit.core.types import Segment

_SITE = re.compile(
    r"\{(?P<either>[^{}]*/[^{}]*)\}"
    r"|<UNSURE>(?P<unsure>.*?)</UNSURE>"
    r"|(?P<gap><(?:UNIN|INAUDIBLE_SPEECH)\s*/>)"
    r"|\((?P<optional>[^()]+)\)",
    re.IGNORECASE | re.DOTALL,
)
_GAP = 8  # words that may stand for unintelligible speech
_ROUNDS = 4

Tokenize = Callable[[str], list[str]]


class Part(msgspec.Struct, frozen=True):
    """A stretch of a reference: what it may be, the first of which is what it is by default."""

    options: tuple[str, ...]
    gap: bool = False


def has_alternates(segments: Sequence[Segment]) -> bool:
    """Say whether any segment leaves a choice."""
    return any(
        ("{" in s.text or "(" in s.text or "<" in s.text) and _SITE.search(s.text) for s in segments
    )


def parse_alternates(text: str) -> list[Part]:
    """Split a reference into parts.

    >>> [part.options for part in parse_alternates("well {i am / i'm} (uh) fine")]
    [('well',), ('i am', "i'm"), ('uh', ''), ('fine',)]
    """
    parts: list[Part] = []
    at = 0
    for match in _SITE.finditer(text):
        if before := text[at : match.start()].strip():
            parts.append(Part((before,)))
        at = match.end()
        if match["gap"]:
            parts.append(Part(("",), gap=True))
        elif match["either"]:
            options = (option.strip() for option in match["either"].split("/"))
            parts.append(Part(tuple("" if option == "@" else option for option in options)))
        else:
            maybe = match["optional"] if match["unsure"] is None else match["unsure"]
            parts.append(Part((maybe.strip(), "")))
    if rest := text[at:].strip():
        parts.append(Part((rest,)))
    return parts


def resolve(
    segments: Sequence[Segment], wrote: Sequence[str], tokens: Tokenize
) -> tuple[Segment, ...]:
    """Return the segments in the wording that comes closest to a hypothesis.

    Args:
        segments: of the reference, in time.
        wrote: the hypothesis' tokens.
        tokens: the normalizer.
    """
    parts = [parse_alternates(segment.text) for segment in segments]
    flat = [part for own in parts for part in own]
    chosen = _closest(flat, list(wrote), tokens)
    texts = iter(chosen)
    return tuple(
        msgspec.structs.replace(segment, text=" ".join(filter(None, (next(texts) for _ in own))))
        for segment, own in zip(segments, parts, strict=True)
    )


def _closest(parts: Sequence[Part], wrote: list[str], tokens: Tokenize) -> list[str]:
    from rapidfuzz.distance import Levenshtein

    chosen = [part.options[0] for part in parts]
    made = [tokens(text) for text in chosen]
    sites = [index for index, part in enumerate(parts) if len(part.options) > 1]
    for _ in range(_ROUNDS):
        before = list(chosen)
        for index in sites:
            head = list(chain.from_iterable(made[:index]))
            tail = list(chain.from_iterable(made[index + 1 :]))
            options = [tokens(option) for option in parts[index].options]
            costs = [Levenshtein.distance([*head, *one, *tail], wrote) for one in options]
            best = costs.index(min(costs))
            chosen[index], made[index] = parts[index].options[best], options[best]
        if chosen == before:
            break
    edits = align(list(chain.from_iterable(made)), wrote)
    position = 0
    for index, part in enumerate(parts):
        if part.gap:
            chosen[index] = _written_at(edits, position, wrote)
        position += len(made[index])
    return chosen


def _written_at(edits: Sequence[Edit], position: int, wrote: Sequence[str]) -> str:
    """Return what was written between two words of the reference, if it is only a gap."""
    for edit in edits:
        if edit.kind == "insert" and edit.reference_start == position:
            words = wrote[edit.hypothesis_start : edit.hypothesis_end]
            return " ".join(words) if len(words) <= _GAP else ""
    return ""
