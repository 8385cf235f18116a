"""Which column of a table holds what: given on the command line, else guessed by its name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import get_args

from speechkit.core.errors import UsageError, did_you_mean
from speechkit.core.types import Role

ROLES: tuple[str, ...] = get_args(Role)

# Field → names that columns for it go by, best first. The field's own name always counts.
_RECORDING: dict[str, tuple[str, ...]] = {
    "audio": (
        *("file", "file_name", "filename", "path", "filepath", "file_path"),
        *("audio_file", "audio_path", "audio_filename", "audio_filepath"),
        *("wav", "wav_file", "wav_path", "recording", "clip"),
    ),
    "channel": ("channel_id",),
    "consent": ("consent_id",),
    "site": ("site_code", "site_id"),
    "device": ("microphone", "recording_device"),
    "specialty": ("speciality", "service"),
    "encounter_class": (),
    "encounter_type": ("visit_type",),
    "reason": ("reason_code",),
    "modality": ("mode",),
    "period": ("year", "recording_year", "date", "recording_date"),
    "collection_intent": (),
    "interpreter": (),
    "synthetic": (),
    "phi": (),
    "reference_text": ("text", "transcript", "transcription", "sentence", "reference", "gold"),
    "reference_rttm": ("rttm", "rttm_file"),
    "reference_stm": ("stm", "stm_file"),
    "draft": ("draft_file",),
}
_PARTICIPANT: dict[str, tuple[str, ...]] = {
    "language": ("lang", "locale", "language_code", "languages"),
    "accent": (
        "accents",
        "native_language",
        "first_language",
        "mother_tongue",
        "l1",
        "dialect",
        "accent_speaker",
    ),
    "sex": ("gender",),
    "age_band": ("age_group", "age_range"),
    "age": (),
    "role": ("speaker_role",),
    "speaker": ("speaker_id", "participant", "participant_id", "id", "client_id", "talker"),
}
# `doctor_accent` and so on: a participant of that role. A bare `id` is not a speaker.
_OF_ROLE: dict[str, tuple[str, ...]] = {
    **{field: names for field, names in _PARTICIPANT.items() if field != "role"},
    "channel": (),
}
_BARE = {**_RECORDING, **_PARTICIPANT}
_BARE["speaker"] = tuple(name for name in _PARTICIPANT["speaker"] if name != "id")

FIELDS: tuple[str, ...] = (*_BARE, *(f"{role}_{field}" for role in ROLES for field in _OF_ROLE))
# Columns that take consent back, or narrow it: passed over, they would widen it.
_NARROWS = re.compile(
    r"(?:consent|permission)_(?:status|state|scope|purposes?|limit.*|restrict.*|valid.*|until|"
    r"expir.*|withdr.*|revo.*)|(?:consent_)?(?:withdrawn|revoked|opt_?out)(?:_.*)?|restrictions?"
)
ROLE_FIELDS: tuple[str, ...] = tuple(_OF_ROLE)


def map_columns(
    columns: Iterable[str], given: Mapping[str, str], keep: Iterable[str] = ()
) -> dict[str, str]:
    """Return field → column: those given, and a guess for every other field.

    A column serves one field. Columns that serve none are left alone: they may hold anything.

    >>> map_columns(["Filename", "native_language", "Notes"], {})
    {'audio': 'Filename', 'accent': 'native_language'}

    Raises:
        UsageError: for a field or column that does not exist, or if none names the audio.
    """
    names, keep = list(columns), tuple(keep)
    for field, column in given.items():
        if field not in FIELDS:
            close, _, _ = did_you_mean(field, FIELDS).partition(" (")
            hint = f"{close}; " if close.startswith("did") else ""
            raise UsageError(
                f"no field {field!r} for a column; {hint}there is: {', '.join(sorted(_BARE))}, and "
                "those about people also for a role, as in doctor_accent, patient_sex"
            )
        if column not in names:
            raise UsageError(f"the table has no column {column!r}; {did_you_mean(column, names)}")
    for column in keep:
        if column not in names:
            raise UsageError(f"the table has no column {column!r}; {did_you_mean(column, names)}")
    used = dict(given)
    by_name: dict[str, str] = {}
    for column in names:
        by_name.setdefault(_plain(column), column)
    for field in FIELDS:
        if field in used:
            continue
        for name in _names(field):
            column = by_name.get(name, "")
            if column and column not in used.values():
                used[field] = column
                break
    for column in names:
        narrows = _NARROWS.fullmatch(_plain(column))
        if narrows and column not in used.values() and column not in keep:
            raise UsageError(
                f"column {column!r} may narrow consents and is not understood; put it into consent "
                f"records (consent import), then leave it out or keep it as a tag: --keep {column}"
            )
    if "audio" not in used:
        raise UsageError(
            f"no column of the table names the recordings (there is: {', '.join(names)}); "
            "say which one: --column audio=COLUMN"
        )
    return {field: used[field] for field in FIELDS if field in used}


def _names(field: str) -> tuple[str, ...]:
    if field in _BARE:
        return (field, *_BARE[field])
    role, _, inner = field.partition("_")
    return tuple(f"{role}_{name}" for name in (inner, *_OF_ROLE[inner]))


def _plain(column: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_")
