"""Who said what was counted: errors by speaker, and words that went to the right role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from speechkit.benchmark.errors import Edit, ErrorRate
from speechkit.benchmark.hallucinations import Side
from speechkit.benchmark.types import ROLES, Reference


def roles_of(reference: Reference) -> Mapping[str, str]:
    """Return the role of each speaker of the reference whose role is known."""
    labels = {segment.speaker for segment in reference.segments}
    told = {label: reference.speakers.get(label, {}).get("role", "") for label in labels}
    return {
        label: role or (label if label in ROLES else "")
        for label, role in told.items()
        if role or label in ROLES
    }


def role_counts(
    edits: Sequence[Edit], speakers: Sequence[str], wrote: Side, roles: Mapping[str, str]
) -> tuple[int, int]:
    """Count the words that both sides have and give a role: how many to the same, how many."""
    if not roles or not any(segment.speaker in ROLES for segment in wrote.segments):
        return 0, 0
    right = known = 0
    for edit in edits:
        if edit.kind in ("equal", "substitute"):
            for offset in range(edit.reference_end - edit.reference_start):
                role = roles.get(speakers[edit.reference_start + offset])
                owner = wrote.owners[edit.hypothesis_start + offset]
                given = wrote.segments[owner].speaker if owner >= 0 else ""
                if role and given in ROLES:
                    known += 1
                    right += role == given
    return right, known


def split_by_speaker(
    edits: Sequence[Edit], speakers: Sequence[str], words: ErrorRate
) -> dict[str, ErrorRate]:
    """Give each error to who spoke; insertions to who spoke last before them."""
    names = sorted(set(speakers))
    if len(names) <= 1:
        return {names[0] if names else "": words}
    field = {"equal": "hits", "substitute": "substitutions", "delete": "deletions"}
    counts = {name: dict.fromkeys(ErrorRate.__struct_fields__, 0) for name in names}
    for edit in edits:
        if edit.kind == "insert":
            owner = speakers[max(edit.reference_start - 1, 0)]
            counts[owner]["insertions"] += edit.hypothesis_end - edit.hypothesis_start
            continue
        for index in range(edit.reference_start, edit.reference_end):
            counts[speakers[index]][field[edit.kind]] += 1
    return {name: ErrorRate(**numbers) for name, numbers in counts.items()}
