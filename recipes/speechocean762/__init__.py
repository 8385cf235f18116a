"""speechocean762: Kaldi data folders and a folder a speaker of sound."""

from __future__ import annotations

from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.pipeline.prepared import Clip, Prepared, find_one, write_prepared


def prepare(raw: Path, dest: Path, *, part: str = "test") -> Prepared:
    """Write the table of one part."""
    folder = find_one(raw, f"{part}/utt2spk").parent
    texts, speakers, ages, sexes, sounds = (
        _pairs(folder / name) for name in ("text", "utt2spk", "spk2age", "spk2gender", "wav.scp")
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


def _pairs(path: Path) -> dict[str, str]:
    if not path.is_file():
        raise InputError(f"{path}: no such file; it belongs to the corpus as published")
    pairs = (line.split(maxsplit=1) for line in path.read_text("utf-8").splitlines())
    return {pair[0]: pair[1].strip() for pair in pairs if len(pair) == 2}
