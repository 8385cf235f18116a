"""What a conversation says about health: entities with their attributes, and how they belong together.

Annotations stand beside a text and never repeat it: a segment's id and code-point offsets, and times
where the segment has word times.
"""

from __future__ import annotations

from typing import Literal

import msgspec

EntityType = Literal[
    "drug", "dose", "route", "frequency", "duration", "condition", "symptom", "finding", "body",
    "side", "procedure", "test", "value", "allergy",
]  # fmt: skip
Attribute = Literal["negated", "uncertain", "past", "family", "hypothetical"]
RelationKind = Literal["dose-drug", "value-test", "side-site"]


class Entity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words of a segment that name something clinical.

    Attributes:
        segment: id of the segment.
        start_char: code points before the first character, of the segment's text.
        end_char: code points before the first character that no longer belongs to it.
        type: what is named.
        attributes: `negated`, it is not there; `uncertain`; `past`, it is over; `family`, a
            relative has it; `hypothetical`, it may come. In alphabetical order.
        start: seconds at which the first word begins; None where words have no times.
        end: seconds at which the last word ends.
    """

    segment: str
    start_char: int
    end_char: int
    type: EntityType
    attributes: tuple[Attribute, ...] = ()
    start: float | None = None
    end: float | None = None


class Relation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That two entities belong together: `source` (a dose, a value, a side) tells something of
    `target` (a drug, a test, a body site). Both are positions in `Annotations.entities`."""

    kind: RelationKind
    source: int
    target: int


class Annotations(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that was marked in one recording.

    Attributes:
        language: that it was read in; empty where none is known.
        entities: in the order of the text.
        relations: between these.
        not_marked: what was not looked for → why. An empty tuple of entities means that there are
            none only if "entities" is not named here.
    """

    language: str
    entities: tuple[Entity, ...] = ()
    relations: tuple[Relation, ...] = ()
    not_marked: dict[str, str] = {}
