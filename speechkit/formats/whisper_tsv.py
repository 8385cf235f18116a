"""TSV of whisper: `start end text`, a line a segment, times in milliseconds.

https://github.com/openai/whisper/blob/main/whisper/utils.py (WriteTSV)
"""

from __future__ import annotations

from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.core.time import round_ms
from speechkit.core.types import Segment
from speechkit.formats.fields import in_order
from speechkit.formats.text import split_lines
from speechkit.formats.transcript import Reading, TranscriptFormat

_HEADER = ["start", "end", "text"]


def is_whisper_tsv(text: str) -> bool:
    """Say whether a text begins with the header of whisper's TSV."""
    first = next(iter(split_lines(text.lstrip("\ufeff"))), "")
    return [field.strip() for field in first.split("\t")] == _HEADER


def parse_whisper_tsv(text: str, where: Path) -> Reading[Segment]:
    """Read one recording, which the file names.

    Raises:
        InputError: with file, line and reason.
    """
    if not is_whisper_tsv(text):
        raise InputError(f"{where}, line 1: not the header of whisper's TSV (start, end, text)")
    segments = []
    for number, line in enumerate(split_lines(text)[1:], start=2):
        if not line.strip():
            continue
        fields = line.split("\t", 2)
        if len(fields) < 2 or not all(each.strip().isdecimal() for each in fields[:2]):
            raise InputError(f"{where}, line {number}: start and end are not milliseconds")
        start, end = (int(each) / 1000 for each in fields[:2])
        if end < start:
            raise InputError(f"{where}, line {number}: ends before it starts")
        words = " ".join(fields[2].split()) if len(fields) > 2 else ""
        if words:
            segments.append(Segment(id="", start=round_ms(start), end=round_ms(end), text=words))
    name = where.stem
    return Reading(recordings=in_order([(name, each) for each in segments], [name]))


FORMAT = TranscriptFormat(
    name="whisper-tsv",
    title="TSV of whisper",
    standard="openai-whisper, https://github.com/openai/whisper",
    suffixes=(".tsv",),
    parse=parse_whisper_tsv,
    one_recording=True,
    claims=is_whisper_tsv,
    refuses=(
        "a first line without start, end and text",
        "times that are not milliseconds",
    ),
)
