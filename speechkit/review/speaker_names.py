"""Speakers as a person sees them who may not learn names: by role, and under a neutral label."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from speechkit.review.schema import Task

# Labels that programs give: SPEAKER_00, A, S3, channel-1. Any other may be a name.
_NEUTRAL = re.compile(r"(speaker|spk|channel|ch|s)?[-_ ]?\d{0,3}|[A-Za-z]\d{0,3}", re.IGNORECASE)
_ROLES = ("doctor", "patient", "nurse", "interpreter", "companion", "other")


def masked_label(task: str, label: str) -> str:
    """Return a speaker's label, or a neutral one in place of what may be a name.

    >>> masked_label("t", "SPEAKER_01"), masked_label("t", "doctor")
    ('SPEAKER_01', 'doctor')
    >>> masked_label("t", "Sheila Kowalski").startswith("speaker-")
    True
    """
    if _NEUTRAL.fullmatch(label) or label in _ROLES:
        return label
    return f"speaker-{hashlib.sha256(f'{task} {label}'.encode()).hexdigest()[:8]}"


def real_label(task: Task, shown: str, labels: Iterable[str]) -> str:
    """Return the label that `masked_label` shows so; what is none stays as it is."""
    known = (*task.speakers, *labels)
    return next((label for label in known if masked_label(task.id, label) == shown), shown)


def shown_speakers(task: Task, *, hidden: bool) -> dict[str, dict[str, str]]:
    """Return who the speakers are, by label; without their names where these are hidden."""
    return shown_names(task.id, task.speakers, hidden=hidden)


def shown_names(
    task: str, names: dict[str, dict[str, str]], *, hidden: bool
) -> dict[str, dict[str, str]]:
    """Return names of speakers, by label, as a person sees them."""
    if not hidden:
        return names
    shown = {}
    for label, who in names.items():
        neutral = masked_label(task, label)
        shown[neutral] = {"name": who.get("role") or neutral, "role": who.get("role", "")}
    return shown
