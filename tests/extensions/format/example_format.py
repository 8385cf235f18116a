"""The format `scribe`: lines as `01:02 Doctor> Good morning.`, in minutes and seconds."""

import re
from itertools import pairwise

from speechkit.core import Segment
from speechkit.formats import Notes, Reading, TranscriptFormat

LINE = re.compile(r"(\d+):([0-5]\d) (\w*)> (.+)")


def parse(text, where):
    """Read one recording, which the file names; a segment lasts until the next one."""
    lines, notes = [], Notes()
    for number, line in enumerate(text.splitlines(), start=1):
        if match := LINE.fullmatch(line.strip()):
            lines.append((60.0 * int(match[1]) + int(match[2]), match[3], match[4]))
        elif line.strip():
            notes.add(number, "a line without a time and a speaker")
    lines.append((lines[-1][0] + 5.0, "", "") if lines else (0.0, "", ""))
    segments = tuple(
        Segment(id="", start=start, end=max(start, end), speaker=speaker, text=words)
        for (start, speaker, words), (end, _, _) in pairwise(lines)
    )
    return Reading(recordings={where.stem: segments} if segments else {}, notes=notes.all())


def write(recordings):
    segments = [segment for each in recordings.values() for segment in each]
    times = [divmod(int(segment.start), 60) for segment in segments]
    return "".join(
        f"{m:02}:{s:02} {each.speaker}> {each.text}\n"
        for (m, s), each in zip(times, segments, strict=True)
    )


FORMAT = TranscriptFormat(
    name="scribe", title="lines of an invented scribe", standard="none", suffixes=(".scribe",),
    parse=parse, write=write, one_recording=True, drops=("ends", "words", "languages"),
)  # fmt: skip
