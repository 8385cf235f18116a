"""SubRip subtitles: a number, times, lines of text, a blank line.

There is no standard; what players read is in https://en.wikipedia.org/wiki/SubRip and in the
source of VLC. A speaker stands before the text, `Name:`.
"""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

from speechkit.core.types import Segment
from speechkit.formats.cues import TAG, read_cues, write_cues
from speechkit.formats.fields import in_order
from speechkit.formats.labels import carried, split_labels
from speechkit.formats.transcript import Notes, Reading, Segments, TranscriptFormat

# Override tags of SubStation Alpha, which editors leave in: {\an8}, {\i1}.
_OVERRIDE = re.compile(r"\{\\[^}]*\}")


def parse_srt(text: str, where: Path) -> Reading[Segment]:
    """Read SubRip; the recording is named by the file.

    Raises:
        InputError: with file, line and reason.
    """
    notes = Notes()
    cues = read_cues(text, where, notes, identifiers=False)
    bodies = [
        " ".join(unescape(TAG.sub("", _OVERRIDE.sub("", " ".join(c.lines)))).split()) for c in cues
    ]
    pairs = []
    split = split_labels(bodies)
    for cue, (_, _, is_carried) in zip(cues, carried(split), strict=True):
        if is_carried:
            notes.add(
                cue.line, "a cue without a name among cues with names, read without a speaker"
            )
    for cue, (speaker, words) in zip(cues, split, strict=True):
        if not words:
            notes.add(cue.line, "a cue without text")
        segment = Segment(id="", start=cue.start, end=cue.end, text=words, speaker=speaker)
        pairs.append((where.stem, segment))
    return Reading(recordings=in_order(pairs), notes=notes.all())


def format_srt(segments: Segments) -> str:
    """Write SubRip."""
    items = [segment for rows in segments.values() for segment in rows]
    return write_cues(((segment, _body(segment)) for segment in items), ",", numbered=True)


def _body(segment: Segment) -> str:
    text = " ".join(segment.text.split())
    return f"{segment.speaker}: {text}" if segment.speaker else text


FORMAT = TranscriptFormat(
    name="srt",
    title="SubRip subtitles",
    standard="SubRip, https://en.wikipedia.org/wiki/SubRip",
    suffixes=(".srt",),
    parse=parse_srt,
    write=format_srt,
    one_recording=True,
    drops=("words' times and confidence", "language", "channels", "labels"),
    passes_over=("text before the first cue", "form: <i>, <font>, {\\an8}", "cue positions"),
    oracle="pysubs2",
    refuses=(
        "times that cannot be read",
        "an end before its start",
    ),
)
