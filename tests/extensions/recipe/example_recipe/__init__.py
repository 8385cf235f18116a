"""Recordings of ward 7: WAV files called VISIT_ROLE-SEX_ACCENT.wav, each with a text beside it."""

from speechkit.recipe import Clip, write_prepared


def prepare(raw, dest, *, site="ward 7"):
    """Write a table of the recordings, with what their names tell and what was said."""
    clips, notes = [], []
    for sound in sorted(raw.glob("*.wav")):
        parts = sound.stem.split("_")
        text = sound.with_suffix(".txt")
        if len(parts) != 3 or not text.is_file():
            notes.append(f"{sound.name} is left out: its name or its text is missing")
            continue
        visit, _, accent = parts
        told = {"site": site, "visit_type": visit, "accent": accent, "language": "en"}
        clips.append(Clip(audio=sound.name, told=told, text=text.read_text("utf-8")))
    return write_prepared(dest, raw, clips, notes=notes)
