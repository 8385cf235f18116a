"""What each system wrote at each place of a reference, and how far they agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import msgspec
from rapidfuzz.distance import Levenshtein

from speechkit.benchmark.errors import Edit, align

_NEAR = 0.75  # similarity of letters from which two words sound alike
_MAPPED = str.maketrans("bpfvckgqxszdtmnlrjy", "1111222222233445699")


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Reference tokens [start, end) (none: a gap before `start`) and what systems wrote there."""

    start: int
    end: int
    said: str
    written: Mapping[str, str]  # system → words


def places(said: Sequence[str], wrote: Mapping[str, Sequence[str]]) -> list[Place]:
    """Return the places at which at least two systems differ from the reference.

    Each system's words are laid beside the reference's; neighboring places are one place where the
    same systems differ at both.
    """
    cells: dict[str, list[str]] = {}
    gaps: dict[str, list[str]] = {}
    for system, words in wrote.items():
        cells[system], gaps[system] = _laid_beside(said, words)
    found: list[Place] = []
    for position in range(len(said) + 1):
        inserted = {system: own[position] for system, own in gaps.items()}
        if _differing(inserted, "") > 1:
            found.append(Place(start=position, end=position, said="", written=inserted))
        if position < len(said):
            here = {system: own[position] for system, own in cells.items()}
            if _differing(here, said[position]) > 1:
                found.append(
                    Place(start=position, end=position + 1, said=said[position], written=here)
                )
    return _joined(found)


def _laid_beside(said: Sequence[str], wrote: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return what stands for each reference token, and in the gap before each (and at the end)."""
    cells = list(said)
    gaps = [""] * (len(said) + 1)
    for edit in align(said, wrote):
        words = wrote[edit.hypothesis_start : edit.hypothesis_end]
        if edit.kind == "insert":
            gaps[edit.reference_start] = " ".join(words)
        elif edit.kind != "equal":
            for offset in range(edit.reference_end - edit.reference_start):
                cells[edit.reference_start + offset] = _word_at(edit, words, offset)
    return cells, gaps


def _word_at(edit: Edit, words: Sequence[str], offset: int) -> str:
    return words[offset] if edit.kind == "substitute" and offset < len(words) else ""


def _differing(written: Mapping[str, str], said: str) -> int:
    return sum(words != said for words in written.values())


def _joined(found: Sequence[Place]) -> list[Place]:
    joined: list[Place] = []
    for place in found:
        last = joined[-1] if joined else None
        if last is not None and place.start <= last.end and _same_systems(last, place):
            joined[-1] = Place(
                start=last.start,
                end=place.end,
                said=f"{last.said} {place.said}".strip(),
                written={
                    system: f"{words} {place.written[system]}".strip()
                    for system, words in last.written.items()
                },
            )
        else:
            joined.append(place)
    return joined


def _same_systems(first: Place, second: Place) -> bool:
    a = {system for system, words in first.written.items() if words != first.said}
    b = {system for system, words in second.written.items() if words != second.said}
    return 2 * len(a & b) > len(a | b)


def best_alternative(
    place: Place, weights: Mapping[str, float]
) -> tuple[str, float, float, tuple[str, ...]]:
    """Return what most systems wrote instead, their share, the share that agrees with the
    reference, and who they are. What sounds alike counts as agreement."""
    total = sum(weights[system] for system in place.written) or 1.0
    groups: dict[str, list[str]] = {}
    for system, words in sorted(place.written.items(), key=lambda item: -weights[item[0]]):
        if words == place.said:
            continue
        key = next((known for known in groups if sounds_alike(known, words)), words)
        groups.setdefault(key, []).append(system)
    if not groups:
        return "", 0.0, 1.0, ()
    words, systems = max(groups.items(), key=lambda item: sum(weights[s] for s in item[1]))
    for_it = sum(weights[system] for system in systems) / total
    against = sum(weights[s] for s, w in place.written.items() if w == place.said) / total
    return words, for_it, against, tuple(sorted(systems))


@lru_cache(maxsize=1 << 15)
def sounds_alike(first: str, second: str) -> bool:
    """Say whether two stretches of words sound alike: by their letters or their consonants.

    >>> sounds_alike("peeing", "being"), sounds_alike("two", "to"), sounds_alike("left", "right")
    (True, True, False)
    """
    if first == second:
        return True
    if not first or not second:
        return False
    if Levenshtein.normalized_similarity(first, second) >= _NEAR:
        return True
    return bool(_consonants(first)) and _consonants(first) == _consonants(second)


def _consonants(words: str) -> str:
    mapped = words.replace(" ", "").translate(_MAPPED)
    return "".join(
        char for i, char in enumerate(mapped) if char.isdigit() and char != mapped[i - 1]
    )
