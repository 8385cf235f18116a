"""Finding what is named in a segment, left to right, the longest first; no two overlap."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from speechkit.annotation.compounds import compound_at
from speechkit.annotation.lexicon import lexicon, term_at
from speechkit.annotation.quantities import number_end, quantity_at
from speechkit.annotation.tokens import Token, unbroken
from speechkit.core.annotations import EntityType

_MEASURED = 6  # tokens after a test's name in which a bare number is its value
_OWNED = frozenset("my me your his her their our lower upper the both".split())
_BY_ARTICLE = frozenset(("cold", "bug", "clot", "break"))
_ARTICLES = frozenset(("a", "the", "this", "that", "another", "my", "stomach", "common"))
_AT = frozenset(("the", "this", "our", "your", "at", "doctor", "s"))
_HAS_TEMPERATURE = frozenset(("a", "any", "high", "running", "no", "slight"))
_VAGUE = frozenset("back head face hand heart nail calf bottom chest sole skin bone blood".split())
_AFTER_SIDE = frozenset("side sided handed hand upper lower eye ear lung".split())
_SIDES = frozenset(("left", "right"))
_POINTING = frozenset("the your my his her their".split())
_SHOWN = frozenset(
    "swollen tender tenderness swelling redness edema rash wheeze wheezing murmur jaundice bruising "
    "inflamed pale pallor cyanosis distended".split()
)
_NO_ALLERGY = frozenset("any anything the a to some of it that this known no".split())


class Span(msgspec.Struct, frozen=True, gc=False):
    """An entity at tokens [start, end)."""

    type: EntityType
    start: int
    end: int


def spans_of(tokens: Sequence[Token], *, examiner: bool = False) -> list[Span]:
    """Find the entities of one segment.

    Args:
        tokens: of the segment.
        examiner: a clinician speaks and asks nothing: what can be seen or felt is a finding.
    """
    found: list[Span] = []
    at = 0
    tested = -_MEASURED
    while at < len(tokens):
        token = tokens[at]
        if token.begins and at > tested + 1:
            tested = -_MEASURED  # a number in the next sentence is another matter
        if not token.word:  # a tag
            at += 1
            continue
        here = _side(tokens, at) or quantity_at(tokens, at, at - tested <= _MEASURED)
        if here is None:
            here = _longest(compound_at(tokens, at), term_at(tokens, at))
        if here is None or not _is_meant(tokens, at, here):
            at += 1
            continue
        end, kind = here
        if token.word in ("temperature", "temp") and at and tokens[at - 1].word in _HAS_TEMPERATURE:
            kind = "symptom"  # "he's got a temperature"
        if kind == "test":
            tested = end
        elif kind == "value":
            tested = -_MEASURED
        if examiner and kind == "symptom" and end == at + 1 and token.word in _SHOWN:
            kind = "finding"
        if kind == "finding" and not examiner:
            if token.word not in _SHOWN:
                at += 1
                continue
            kind = "symptom"
        found.append(Span(kind, at, end))
        at = end
    return _bare_doses(tokens, _seen(_allergies(tokens, found)))


def _seen(found: list[Span]) -> list[Span]:
    """Leave out what looks like a finding where nothing is examined: neither a site nor a test."""
    if any(span.type in ("body", "test") for span in found):
        return found
    return [span for span in found if span.type != "finding"]


def _bare_doses(tokens: Sequence[Token], found: list[Span]) -> list[Span]:
    """Take a number without a unit for a dose right after a drug, or right before how often:
    "sertraline fifty", "two at night"."""
    starts = {span.start: span for span in found}
    ends = {span.end: span for span in found}
    taken = {at for span in found for at in range(span.start, span.end)}
    medicines = any(span.type == "drug" for span in found)
    more = []
    at = 0
    while at < len(tokens):
        end = number_end(tokens, at)
        if end == at or any(here in taken for here in range(at, end)):
            at += 1
            continue
        before, after = ends.get(at), starts.get(end)
        told = before is not None and before.type == "drug"
        told |= after is not None and after.type == "frequency" and (medicines or end == at + 1)
        if told and unbroken(tokens, at, end):
            more.append(Span("dose", at, end))
        at = end
    return sorted((*found, *more), key=lambda span: span.start)


def _longest(
    first: tuple[int, EntityType] | None, second: tuple[int, EntityType] | None
) -> tuple[int, EntityType] | None:
    if first and second:
        return second if second[0] >= first[0] and second[1] != "body" else first
    return first or second


def _is_meant(tokens: Sequence[Token], at: int, found: tuple[int, EntityType]) -> bool:
    """Tell "my back" from "come back", by the words before it."""
    end, kind = found
    before = tokens[at - 1].word if at else ""
    if end == at + 1 and kind == "condition" and tokens[at].word in _BY_ARTICLE:
        return before in _ARTICLES
    if end == at + 1 and tokens[at].word == "surgery":  # where a doctor works, in Britain
        return before not in _AT
    if kind != "body" or end > at + 1 or tokens[at].form not in _VAGUE:
        return True
    if before in _SIDES:  # "be right back"
        return at > 1 and tokens[at - 2].word in _POINTING
    return before in _OWNED


def _side(tokens: Sequence[Token], at: int) -> tuple[int, EntityType] | None:
    """Tell "the right knee" from "right, okay"; "both knees" from "both of us"."""
    word = tokens[at].word
    if word not in (*_SIDES, "both"):
        return None
    after = tokens[at + 1 : at + 3]
    if after and after[0].stop:
        after = ()
    for offset, token in enumerate(after):
        part = term_at(tokens, at + 1 + offset)
        if part and part[1] == "body" and _is_meant(tokens, at + 1 + offset, part):
            return at + 1, "side"
        if word in _SIDES and token.form in _AFTER_SIDE:
            return at + 1, "side"
    before = tokens[max(at - 2, 0) : at]
    if word in _SIDES and len(before) == 2 and before[0].word in ("on", "in", "to"):
        return (at + 1, "side") if before[1].word in _POINTING else None
    return None


def _allergies(tokens: Sequence[Token], found: list[Span]) -> list[Span]:
    """What somebody is allergic to is no drug taken; the bare word stands for what is not named."""
    spans = {span.start: span for span in found}
    ends = {span.end: span for span in found}
    for at, token in enumerate(tokens):
        if token.form not in ("allergic", "allergy") or at in spans:
            continue
        named = False
        here = at + 1
        if here < len(tokens) and tokens[here].word == "to":
            here += 1
            while here < len(tokens) and not tokens[here].stop:
                if named and here not in spans and (tokens[here].form,) not in lexicon().none:
                    break
                span = spans.get(here)
                if span:
                    spans[here] = Span("allergy", here, span.end)
                elif tokens[here].word in _NO_ALLERGY or not tokens[here].word:
                    break
                else:
                    spans[here] = Span("allergy", here, here + 1)
                named = True
                here = spans[here].end
                if here >= len(tokens) or tokens[here].word not in ("and", "or"):
                    break
                here += 1
        elif token.form == "allergic":
            continue
        elif at and not token.stop:
            span = ends.get(at)
            if span and span.type in ("drug", "condition", "allergy"):
                spans[span.start] = Span("allergy", span.start, span.end)
                named = True
            elif (tokens[at - 1].form,) in lexicon().none and tokens[
                at - 1
            ].word not in _NO_ALLERGY:
                spans[at - 1] = Span("allergy", at - 1, at)
                named = True
        if not named:
            spans[at] = Span("allergy", at, at + 1)
    return [spans[start] for start in sorted(spans)]
