"""What one side has and the other lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from speechkit.benchmark.results import Absent
from speechkit.benchmark.types import Reference, System
from speechkit.core.errors import UsageError

_SHOWN = 10


def check_systems(references: Mapping[str, Reference], systems: Sequence[System]) -> None:
    """Check that there is something to score, under names that differ.

    Raises:
        UsageError: if not.
    """
    if not references:
        raise UsageError("no references to score against")
    if not systems:
        raise UsageError("no systems to score")
    names = [system.name for system in systems]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UsageError(f"two systems are called {twice[0]!r}; rename one of the folders")


def absences(
    references: Mapping[str, Reference], systems: Sequence[System]
) -> tuple[list[Absent], list[Absent]]:
    """Return what each system lacks, and what it has that is not in the reference.

    Raises:
        UsageError: if a system shares no recording with the reference.
    """
    known = set(references)
    missing, extra = [], []
    for system in systems:
        given = set(system.hypotheses)
        if not given & known:
            raise UsageError(
                f"{system.name}: none of its {len(given)} recordings is in the reference; "
                f"there: {', '.join(sorted(known)[:3])}; here: {', '.join(sorted(given)[:3])}"
            )
        missing += [Absent(system=system.name, recording=name) for name in sorted(known - given)]
        extra += [Absent(system=system.name, recording=name) for name in sorted(given - known)]
    return missing, extra


def say_missing(missing: Sequence[Absent], total: int) -> str:
    """Return a sentence about what is missing."""
    by_system: dict[str, list[str]] = {}
    for absent in missing:
        by_system.setdefault(absent.system, []).append(absent.recording)
    lines = []
    for system, names in by_system.items():
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        lines.append(f"{system} lacks {len(names)} of {total}: {', '.join(names[:_SHOWN])}{more}")
    return "; ".join(lines) + "; score what is there with --allow-missing"
