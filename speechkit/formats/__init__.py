"""Transcripts and turns as other tools write them: one file a format, its standard at the top.

`read_transcripts(path)` chooses a format by the file and says what it passed over;
`write_transcripts(name, segments)` writes one. `write-a-format` in the docs says how to add one.
"""

from speechkit.formats.registry import (
    find_transcript_format,
    format_segments,
    read_segments,
    read_transcripts,
    read_turns,
    readable_suffixes,
    transcript_formats,
    writable_formats,
    write_transcripts,
)
from speechkit.formats.rttm import format_rttm, parse_rttm
from speechkit.formats.text import read_text
from speechkit.formats.transcript import Note, Notes, Reading, Segments, TranscriptFormat
from speechkit.formats.uem import format_uem, parse_uem

__all__ = [
    "Note",
    "Notes",
    "Reading",
    "Segments",
    "TranscriptFormat",
    "find_transcript_format",
    "format_rttm",
    "format_segments",
    "format_uem",
    "parse_rttm",
    "parse_uem",
    "read_segments",
    "read_text",
    "read_transcripts",
    "read_turns",
    "readable_suffixes",
    "transcript_formats",
    "writable_formats",
    "write_transcripts",
]
