"""L2-ARCTIC: a folder a speaker; native language and sex are those of the corpus' README."""

from __future__ import annotations

from pathlib import Path

from speechkit.recipe.prepared import Clip, Prepared, write_prepared

# Native language: speakers, women in lower case.
_SPEAKERS = {
    "Arabic": "ABA ska YBAA zhaa",
    "Chinese": "BWC lxc ncc TXHC",
    "Hindi": "ASI RRBI svbi tni",
    "Korean": "hjk HKK ydck ykwk",
    "Spanish": "EBVS ERMS mbmps njs",
    "Vietnamese": "HQTV pnv thv tlv",
}
_ABOUT = {
    name.upper(): (accent, "female" if name.islower() else "male")
    for accent, names in _SPEAKERS.items()
    for name in names.split()
}


def prepare(raw: Path, dest: Path) -> Prepared:
    """Write a table of the sentences of all speakers that are there."""
    clips, missing = [], 0
    for folder in sorted(path for path in raw.rglob("transcript") if path.is_dir()):
        speaker = folder.parent.name
        if speaker not in _ABOUT:
            continue
        accent, sex = _ABOUT[speaker]
        for path in sorted(folder.glob("*.txt")):
            sound = folder.parent / "wav" / f"{path.stem}.wav"
            if not sound.is_file():
                missing += 1
                continue
            told = {
                "language": "en",
                "accent": accent,
                "sex": sex,
                "speaker": speaker,
                "consent": "public:l2_arctic",
            }
            audio = sound.relative_to(raw).as_posix()
            clips.append(Clip(audio=audio, told=told, text=path.read_text("utf-8").strip()))
    notes = [f"{missing} transcripts without a sound file"] if missing else []
    return write_prepared(dest, raw, clips, notes=notes)
