"""AfriSpeech-Dialog: a table whose cells hold whole transcripts, with times typed between turns."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from speechkit.core.types import Segment
from speechkit.recipe.prepared import Clip, Prepared, write_prepared
from speechkit.recipe.published import audio_below, find_one, read_rows

_CLOCK = re.compile(r"\d+:\d\d:\d\d")  # minutes, seconds, hundredths
_SPEAKER = re.compile(r"\[Speaker (\d+)\]:")


def prepare(raw: Path, dest: Path) -> Prepared:
    """Write a table with timed references; a turn without a time has none and is left out."""
    sounds = audio_below(raw)
    clips, missing, untimed = [], 0, 0
    for row in read_rows(find_one(raw, "metadata.csv"), ("file_name", "transcript", "accent")):
        name = PurePosixPath(row["file_name"]).stem
        if name not in sounds:
            missing += 1
            continue
        segments, without = _segments(row["transcript"])
        untimed += without
        told = {
            "language": "en",
            "accent": row["accent"],
            "specialty": row.get("domain", ""),
            "collection_intent": "simulated conversation",
            "consent": "public:afrispeech_dialog",
        }
        clips.append(Clip(audio=sounds[name], told=told, segments=segments))
    notes = [f"{missing} rows name a clip that is not there"] if missing else []
    if untimed:
        notes.append(f"{untimed} turns without a start and an end after it are left out")
    return write_prepared(dest, raw, clips, notes=notes)


def _segments(transcript: str) -> tuple[tuple[Segment, ...], int]:
    """Return the turns with times, in order, and how many have none.

    Before a turn stands its start, after it its end; where one time stands between two turns, it
    is both.
    """
    before, *pieces = _SPEAKER.split(transcript)
    found, untimed = [], 0
    times = _CLOCK.findall(before)
    for speaker, piece in zip(pieces[::2], pieces[1::2], strict=True):
        start = _seconds(times[-1]) if times else None
        times = _CLOCK.findall(piece)
        end = _seconds(times[0]) if times else None
        text = " ".join(_CLOCK.sub(" ", piece).split())
        if start is None or end is None or end <= start:
            untimed += 1
        elif text:
            found.append(
                Segment(id="", start=start, end=end, text=text, speaker=f"speaker{speaker}")
            )
    return tuple(sorted(found, key=lambda segment: (segment.start, segment.end))), untimed


def _seconds(clock: str) -> float:
    """Return seconds.

    >>> _seconds("15:03:53")
    903.53
    """
    minutes, seconds, hundredths = map(int, clock.split(":"))
    return round(60 * minutes + seconds + hundredths / 100, 2)
