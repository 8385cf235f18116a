"""EdAcc: Kaldi data folders over long recordings, and a questionnaire about the speakers."""

from __future__ import annotations

import re
from pathlib import Path

from speechkit.core.time import round_ms
from speechkit.core.types import Segment
from speechkit.recipe.prepared import Clip, Prepared, write_prepared
from speechkit.recipe.published import find_one, read_pairs, read_rows

_ACCENT = "How would you describe your accent in English? (e.g. Italian, Glaswegian)"
_IGNORED = "IGNORE_TIME_SEGMENT_IN_SCORING"


def prepare(raw: Path, dest: Path, *, part: str = "test") -> Prepared:
    """Write a table with timed references of one part."""
    folder = find_one(raw, f"{part}/segments").parent
    speakers, texts = read_pairs(folder / "utt2spk"), read_pairs(folder / "text")
    accents = {
        row["PARTICIPANT_ID"]: row[_ACCENT]
        for row in read_rows(
            folder.parent / "linguistic_background.csv", ("PARTICIPANT_ID", _ACCENT)
        )
    }
    said: dict[str, list[Segment]] = {}
    for name, line in read_pairs(folder / "segments").items():
        recording, start, end = line.split()
        text = " ".join(re.sub(r"<[^<>]*>", " ", texts.get(name, "")).split())
        if text and _IGNORED not in text:
            segment = Segment(
                id="",
                start=round_ms(float(start)),
                end=round_ms(float(end)),
                text=text,
                speaker=speakers[name],
            )
            said.setdefault(recording, []).append(segment)
    clips, missing = [], 0
    for recording, segments in said.items():
        sound = folder.parent / "data" / f"{recording}.wav"
        if not sound.is_file():
            missing += 1
            continue
        spoken = {accents.get(segment.speaker, "") for segment in segments}
        told = {
            "language": "en",
            "modality": "video",
            "accent": spoken.pop()[:64] if len(spoken) == 1 else "",
            "consent": "public:edacc",
        }
        ordered = tuple(sorted(segments, key=lambda s: (s.start, s.end, s.speaker)))
        audio = sound.relative_to(raw).as_posix()
        clips.append(Clip(audio=audio, told=told, segments=ordered))
    notes = [f"{missing} recordings have no sound file"] if missing else []
    return write_prepared(dest, raw, clips, notes=notes)
