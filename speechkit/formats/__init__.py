"""Transcripts and turns as other tools write them: one file a format, its standard at the top.

`read_transcripts(path)` chooses a format by the file and says what it passed over;
`write_transcripts(name, segments)` writes one. `write-a-format` in the docs says how to add one.
"""

from typing import TYPE_CHECKING

from speechkit.core.lazy import lazy_names

if TYPE_CHECKING:
    from speechkit.formats.columns import ROLE_FIELDS, ROLES, map_columns
    from speechkit.formats.convert import (
        Converted,
        convert_transcripts,
        format_of_target,
        save_transcripts,
    )
    from speechkit.formats.docx import open_docx
    from speechkit.formats.fields import one_word, seconds, share
    from speechkit.formats.json import format_json
    from speechkit.formats.kaldi import without_epsilon
    from speechkit.formats.labels import is_generic_label
    from speechkit.formats.registry import (
        find_transcript_format,
        format_of_file,
        format_segments,
        holds_transcript,
        name_of_file,
        read_segments,
        read_transcripts,
        read_turns,
        readable_suffixes,
        transcript_formats,
        writable_formats,
        write_transcripts,
    )
    from speechkit.formats.rttm import format_rttm, parse_rttm
    from speechkit.formats.srt import parse_srt
    from speechkit.formats.stm import format_stm
    from speechkit.formats.tables import Row, Table, read_table
    from speechkit.formats.text import decode_text, read_text, split_lines
    from speechkit.formats.textgrid import parse_textgrid
    from speechkit.formats.transcript import (
        Note,
        Notes,
        Reading,
        Segments,
        TranscriptFormat,
        nothing_read,
        refuse_notes,
    )
    from speechkit.formats.uem import format_uem, parse_uem

__all__ = [
    "ROLES",
    "ROLE_FIELDS",
    "Converted",
    "Note",
    "Notes",
    "Reading",
    "Row",
    "Segments",
    "Table",
    "TranscriptFormat",
    "convert_transcripts",
    "decode_text",
    "find_transcript_format",
    "format_json",
    "format_of_file",
    "format_of_target",
    "format_rttm",
    "format_segments",
    "format_stm",
    "format_uem",
    "holds_transcript",
    "is_generic_label",
    "map_columns",
    "name_of_file",
    "nothing_read",
    "one_word",
    "open_docx",
    "parse_rttm",
    "parse_srt",
    "parse_textgrid",
    "parse_uem",
    "read_segments",
    "read_table",
    "read_text",
    "read_transcripts",
    "read_turns",
    "readable_suffixes",
    "refuse_notes",
    "save_transcripts",
    "seconds",
    "share",
    "split_lines",
    "transcript_formats",
    "without_epsilon",
    "writable_formats",
    "write_transcripts",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "save_transcripts": "convert",
        "format_of_target": "convert",
        "Converted": "convert",
        "Note": "transcript",
        "Notes": "transcript",
        "ROLES": "columns",
        "ROLE_FIELDS": "columns",
        "Reading": "transcript",
        "Row": "tables",
        "Segments": "transcript",
        "Table": "tables",
        "TranscriptFormat": "transcript",
        "convert_transcripts": "convert",
        "decode_text": "text",
        "find_transcript_format": "registry",
        "format_json": "json",
        "format_of_file": "registry",
        "format_rttm": "rttm",
        "format_segments": "registry",
        "format_stm": "stm",
        "format_uem": "uem",
        "holds_transcript": "registry",
        "is_generic_label": "labels",
        "map_columns": "columns",
        "name_of_file": "registry",
        "nothing_read": "transcript",
        "one_word": "fields",
        "open_docx": "docx",
        "parse_rttm": "rttm",
        "parse_srt": "srt",
        "parse_textgrid": "textgrid",
        "parse_uem": "uem",
        "read_segments": "registry",
        "read_table": "tables",
        "read_text": "text",
        "read_transcripts": "registry",
        "refuse_notes": "transcript",
        "read_turns": "registry",
        "readable_suffixes": "registry",
        "seconds": "fields",
        "share": "fields",
        "split_lines": "text",
        "transcript_formats": "registry",
        "writable_formats": "registry",
        "without_epsilon": "kaldi",
        "write_transcripts": "registry",
    },
)
