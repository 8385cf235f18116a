"""SIMSAMU: per call an M4A, its turns (RTTM) and its text (SRT); a table says who plays whom."""

from __future__ import annotations

from pathlib import Path

import msgspec

from speechkit.core.types import Turn
from speechkit.formats.rttm import parse_rttm
from speechkit.formats.srt import parse_srt
from speechkit.recipe.prepared import Clip, Prepared, write_prepared
from speechkit.recipe.published import audio_below, find_one, read_rows


def prepare(raw: Path, dest: Path) -> Prepared:
    """Write a table with both references; the doctor of a call is `doctor`."""
    sounds = audio_below(raw)
    clips, missing = [], 0
    for row in read_rows(find_one(raw, "metadata.csv"), ("rec_name", "medecin", "patient")):
        name = row["rec_name"]
        if name not in sounds:
            missing += 1
            continue
        rttm, srt = find_one(raw, f"{name}.rttm"), find_one(raw, f"{name}.srt")
        (turns,) = parse_rttm(rttm.read_text("utf-8-sig"), rttm).recordings.values()
        (segments,) = parse_srt(srt.read_text("utf-8-sig"), srt).recordings.values()
        told = {
            "language": "fr",
            "consent": "public:simsamu",
            "encounter_class": "EMER",
            "modality": "phone",
            "collection_intent": "simulated emergency call",
            "doctor_id": row["medecin"],
            "patient_id": row["patient"].partition("-")[0],
        }
        clips.append(Clip(audio=sounds[name], told=told, turns=_by_role(turns), segments=segments))
    notes = [f"{missing} calls of metadata.csv have no sound"] if missing else []
    return write_prepared(dest, raw, clips, notes=notes)


def _by_role(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    roles = {"medecin": "doctor", "patient": "patient", "patient_1": "patient"}
    return tuple(
        msgspec.structs.replace(turn, speaker=roles.get(turn.speaker, turn.speaker))
        for turn in turns
    )
