"""Which dose belongs to which drug, which value to which test, which side to which part of the body."""

from __future__ import annotations

from collections.abc import Sequence

from speechkit.core.annotations import Entity, EntityType, Relation, RelationKind

_KINDS: tuple[tuple[RelationKind, EntityType, EntityType], ...] = (
    ("dose-drug", "dose", "drug"),
    ("value-test", "value", "test"),
    ("side-site", "side", "body"),
)
_FAR = 60  # characters between the two
_FAR_SIDE = 25


def relations_of(entities: Sequence[Entity]) -> tuple[Relation, ...]:
    """Join each dose, value and side to the nearest drug, test and site of its segment.

    A side belongs to what follows; of a drug before and one behind, the one before wins unless the
    other is right behind ("metformin 500 mg", "500 mg of metformin").
    """
    found = []
    for kind, source_type, target_type in _KINDS:
        for source, entity in enumerate(entities):
            if entity.type != source_type:
                continue
            far = _FAR_SIDE if kind == "side-site" else _FAR
            near = [
                (distance, target)
                for target, other in enumerate(entities)
                if other.type == target_type and other.segment == entity.segment
                if (distance := _distance(kind, entity, other)) <= far
            ]
            if near:
                found.append(Relation(kind=kind, source=source, target=min(near)[1]))
    return tuple(sorted(found, key=lambda relation: (relation.source, relation.target)))


def _distance(kind: RelationKind, source: Entity, target: Entity) -> int:
    """Characters between two entities; what stands on the less usual side counts as farther off."""
    behind = target.start_char - source.end_char
    before = source.start_char - target.end_char
    if kind == "side-site":
        return behind if behind >= 0 else 2 * before
    return before if before >= 0 else (behind if behind <= len(" of the ") else 2 * behind)
