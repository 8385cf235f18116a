"""speechocean762: Kaldi data folders and a folder a speaker of sound."""

from __future__ import annotations

from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.recipe.prepared import Clip, Prepared, write_prepared
from speechkit.recipe.published import find_one, read_pairs


def prepare(raw: Path, dest: Path, *, part: str = "test") -> Prepared:
    """Write the table of one part."""
    folder = find_one(raw, f"{part}/utt2spk").parent
    texts, speakers, ages, sexes, sounds = (
        read_pairs(folder / name)
        for name in ("text", "utt2spk", "spk2age", "spk2gender", "wav.scp")
    )
    clips, missing = [], 0
    for name, text in texts.items():
        if name not in speakers or name not in sounds:
            raise InputError(f"{folder}: utt2spk or wav.scp lacks an utterance of text")
        sound = folder.parent / sounds[name]
        if not sound.is_file():
            missing += 1
            continue
        speaker = speakers[name]
        told = {
            "language": "en",
            "accent": "Mandarin",
            "speaker": speaker,
            "sex": sexes.get(speaker, ""),
            "age": ages.get(speaker, ""),
            "consent": "public:speechocean762",
        }
        clips.append(Clip(audio=sound.relative_to(raw).as_posix(), told=told, text=text))
    notes = [f"{missing} sentences without a sound file"] if missing else []
    return write_prepared(dest, raw, clips, notes=notes)
