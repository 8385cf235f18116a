"""Your own recordings: the table that ingest wants, with a line a file and the rest to fill in."""

from __future__ import annotations

from pathlib import Path

from speechkit.core.errors import UsageError, did_you_mean
from speechkit.pipeline.prepared import AUDIO_SUFFIXES, Clip, Prepared, write_prepared

_ALWAYS = "language consent site device specialty period".split()
_PEOPLE = "id language accent sex age_band".split()
_PRESETS: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "ambient": ({"modality": "in-person"}, ("doctor", "patient")),
    "telehealth": (
        {"modality": "video", "doctor_channel": "0", "patient_channel": "1"},
        ("doctor", "patient"),
    ),
    "dictation": ({"collection_intent": "dictation"}, ("doctor",)),
}


def prepare(raw: Path, dest: Path, *, preset: str = "ambient") -> Prepared:
    """Write the table; what a preset knows is filled in, the rest is empty."""
    if preset not in _PRESETS:
        raise UsageError(f"no preset {preset!r}; {did_you_mean(preset, _PRESETS)}")
    known, roles = _PRESETS[preset]
    empty = [*_ALWAYS, *(f"{role}_{about}" for role in roles for about in _PEOPLE)]
    told = {**dict.fromkeys(empty, ""), **known}
    clips = [
        Clip(audio=path.relative_to(raw).as_posix(), told=told)
        for path in sorted(raw.rglob("*"))
        if path.suffix.lower() in AUDIO_SUFFIXES and path.is_file()
    ]
    notes = ["fill in the table before you ingest: consent and language matter most"]
    return write_prepared(dest, raw, clips, notes=notes)
