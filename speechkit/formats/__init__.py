"""To and from other tools: one file a format, all through `Turn` and `Segment`.

Every format has `parse_x(text, where) → {recording: items}` and `format_x({recording: items}) →
text`. A line that does not fit raises `InputError` with file, line and reason. Formats of whole
corpora (lhotse, Kaldi, Hugging Face, …) go through `formats.bundle`; `formats.registry` has them all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from speechkit.core.errors import InputError, UsageError, did_you_mean
from speechkit.core.types import Segment, Turn
from speechkit.formats.ctm import format_ctm, parse_ctm
from speechkit.formats.eaf import format_eaf, parse_eaf
from speechkit.formats.json import format_json, parse_json
from speechkit.formats.rttm import parse_rttm
from speechkit.formats.seglst import format_seglst, parse_seglst
from speechkit.formats.stm import format_stm, parse_stm
from speechkit.formats.subtitles import format_srt, format_vtt, parse_srt, parse_vtt
from speechkit.formats.textgrid import format_textgrid, parse_textgrid
from speechkit.formats.txt import format_txt, parse_txt

Segments = Mapping[str, tuple[Segment, ...]]

_WRITERS: dict[str, Callable[[Segments], str]] = {
    "json": format_json,
    "txt": format_txt,
    "vtt": format_vtt,
    "srt": format_srt,
    "stm": format_stm,
    "ctm": format_ctm,
    "seglst": format_seglst,
    "textgrid": format_textgrid,
    "eaf": format_eaf,
}
_READERS: dict[str, Callable[[str, Path], dict[str, tuple[Segment, ...]]]] = {
    ".json": parse_json,
    ".seglst.json": parse_seglst,
    ".txt": parse_txt,
    ".vtt": parse_vtt,
    ".srt": parse_srt,
    ".stm": parse_stm,
    ".ctm": parse_ctm,
    ".textgrid": parse_textgrid,
    ".eaf": parse_eaf,
}

SEGMENT_FORMATS = tuple(_WRITERS)
SEGMENT_SUFFIXES = tuple(_READERS)


def format_segments(format_: str, recording: str, segments: tuple[Segment, ...]) -> str:
    """Return one recording's segments in a format by name (`json`, `stm`, `vtt`, …)."""
    if format_ not in _WRITERS:
        raise UsageError(f"no format {format_!r}; {did_you_mean(format_, _WRITERS)}")
    return _WRITERS[format_]({recording: segments})


def read_segments(path: Path) -> dict[str, tuple[Segment, ...]]:
    """Read a transcript by its suffix → segments by recording name.

    A file that names no recording (TXT, VTT, SRT, TextGrid) is named by its own stem.

    Raises:
        InputError: for an unknown suffix or a malformed file; says file, line and reason.
    """
    name = path.name.lower()
    suffix = ".seglst.json" if name.endswith(".seglst.json") else path.suffix.lower()
    if suffix not in _READERS:
        raise InputError(f"{path}: no reader for {suffix!r}; {did_you_mean(suffix, _READERS)}")
    return _READERS[suffix](read_text(path), path)


def read_turns(path: Path) -> dict[str, tuple[Turn, ...]]:
    """Read an RTTM file → turns by recording name."""
    return parse_rttm(read_text(path), path)


def read_text(path: Path) -> str:
    """Read a text file: UTF-8 with or without a byte order mark, or UTF-16 with one."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(f"{path}, line {line}: not {encoding} text; convert it") from error
