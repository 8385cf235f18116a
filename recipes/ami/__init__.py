"""AMI: whatever sound files are there, with the turns that RTTM files below have for them."""

from __future__ import annotations

from pathlib import Path

from speechkit.core.types import Turn
from speechkit.formats.rttm import parse_rttm
from speechkit.recipe.prepared import Clip, Prepared, write_prepared
from speechkit.recipe.published import audio_below


def prepare(raw: Path, dest: Path) -> Prepared:
    """Write a table with the turns of each recording that has some."""
    turns: dict[str, tuple[Turn, ...]] = {}
    for path in sorted(raw.rglob("*.rttm")):
        turns.update(parse_rttm(path.read_text("utf-8-sig"), path).recordings)
    clips, without = [], 0
    told = {"language": "en", "consent": "public:ami", "collection_intent": "meeting"}
    for name, audio in audio_below(raw).items():
        found = turns.get(name) or turns.get(name.partition(".")[0])
        without += found is None
        if found:
            clips.append(Clip(audio=audio, told=told, turns=found))
    notes = [f"{without} sound files without turns are left out"] if without else []
    return write_prepared(dest, raw, clips, notes=notes)
