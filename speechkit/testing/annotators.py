"""What every annotator promises. Nothing is said about how much it finds."""

from __future__ import annotations

import msgspec

from speechkit.core.engines import Annotate
from speechkit.core.types import Segment
from speechkit.testing.checks import Check, expect
from speechkit.testing.subject import COMMON, Opened, same_twice

Subject = Opened[Annotate]
_TEXTS = (
    "Good morning, [NAME_1]. Have you had any fever?",
    "no",
    "",
    "I take metformin 500 mg twice a day, and [NAME_2] said my left knee is swollen.",
)
SEGMENTS = tuple(
    Segment(id=f"s{i}", start=float(i), end=i + 1.0, text=text, speaker="AB"[i % 2])
    for i, text in enumerate(_TEXTS)
)
_ROLES = {"A": "doctor", "B": "patient"}


def entities_lie_in_their_segments(subject: Subject) -> None:
    """Offsets are code points of a segment's text; no two entities overlap, none holds a tag."""
    texts = {segment.id: segment.text for segment in SEGMENTS}
    taken: set[tuple[str, int]] = set()
    for entity in subject.run(SEGMENTS, _ROLES, subject.spoken()).entities:
        expect(entity.segment in texts, "an entity names no segment that was given")
        text = texts[entity.segment]
        inside = 0 <= entity.start_char < entity.end_char <= len(text)
        expect(inside, "an entity is empty or lies outside of its segment's text")
        covered = text[entity.start_char : entity.end_char]
        expect(covered == covered.strip(), "an entity begins or ends with spacing")
        expect("[" not in covered, "a tag that stands for an identifier is part of an entity")
        places = {(entity.segment, at) for at in range(entity.start_char, entity.end_char)}
        expect(not places & taken, "two entities overlap")
        taken |= places


def relations_name_entities(subject: Subject) -> None:
    """A relation joins two of the entities that were found."""
    found = subject.run(SEGMENTS, _ROLES, subject.spoken())
    for relation in found.relations:
        ends = (relation.source, relation.target)
        expect(all(0 <= end < len(found.entities) for end in ends), "a relation names no entity")
        expect(relation.source != relation.target, "a relation joins an entity to itself")


def no_text_no_entities(subject: Subject) -> None:
    """Nothing is found in nothing."""
    empty = msgspec.structs.replace(SEGMENTS[0], text="")
    for segments in ((), (empty,)):
        found = subject.run(segments, {}, subject.spoken())
        expect(found.entities == (), "something was found in no text")


def unknown_language_is_said(subject: Subject) -> None:
    """In a language that is not known nothing is marked without saying so."""
    found = subject.run(SEGMENTS, _ROLES, "qaa")  # ISO 639-2: for local use, nobody's language
    expect(
        found.entities or "entities" in found.not_marked, "nothing was marked, and it is not said"
    )


def same_text_same_annotations(subject: Subject) -> None:
    """Results depend on the segments, roles, language and options only."""
    same_twice(lambda: subject.run(SEGMENTS, _ROLES, subject.spoken()))


ANNOTATOR_CHECKS: tuple[Check[Subject], ...] = (
    *COMMON,
    Check(entities_lie_in_their_segments),
    Check(relations_name_entities),
    Check(no_text_no_entities),
    Check(unknown_language_is_said),
    Check(same_text_same_annotations),
)
