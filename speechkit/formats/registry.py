"""The transcript formats that are installed: found by entry point, chosen by name or by file."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

from speechkit.core.errors import InputError, UsageError, did_you_mean
from speechkit.core.types import Segment, Turn
from speechkit.formats.rttm import parse_rttm
from speechkit.formats.text import read_text
from speechkit.formats.transcript import Reading, Segments, TranscriptFormat, nothing_read

GROUP = "speechkit.formats"
# Praat writes the encoding of its machine where a text is not ASCII.
_FALLBACK = {".textgrid": "cp1252", ".trs": "latin-1"}


@cache
def transcript_formats() -> dict[str, TranscriptFormat]:
    """Return the installed formats by name, sorted."""
    formats = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        format_ = point.load()
        if format_.name != point.name:
            raise UsageError(f"entry point {point.name!r} of {GROUP} loads {format_.name!r}")
        formats[format_.name] = format_
    return formats


def readable_suffixes() -> tuple[str, ...]:
    """Return the suffixes of files that can be read, lower case, with the dot."""
    return tuple(
        dict.fromkeys(
            suffix
            for each in transcript_formats().values()
            if each.parse or each.load
            for suffix in each.suffixes
        )
    )


def holds_transcript(path: Path) -> bool:
    """Say whether a file in a folder is a transcript, by its name.

    Where all formats of a suffix tell their files by content, as those of tables, one must do so:
    a table about recordings is none.
    """
    if path.name.startswith("."):
        return False
    suffix, sharing = _named_so(path)
    if not sharing or any(each.claims is None for each in sharing):
        return bool(sharing)
    try:
        text = read_text(path, fallback=_FALLBACK.get(suffix, ""))
    except InputError:
        return False
    return any(each.claims(text) for each in sharing if each.claims)


def name_of_file(path: Path) -> str:
    """Return a transcript's file name without its suffix, of which the longest counts.

    >>> name_of_file(Path("call.seglst.json")), name_of_file(Path("text"))
    ('call', 'text')
    """
    return path.name[: len(path.name) - len(_named_so(path)[0])]


def writable_formats() -> tuple[str, ...]:
    """Return the names of formats that can be written."""
    return tuple(name for name, each in transcript_formats().items() if each.write)


def find_transcript_format(name: str) -> TranscriptFormat:
    """Return a format by name.

    Raises:
        UsageError: for a name that is none, with the close ones.
    """
    known = transcript_formats()
    if name not in known:
        raise UsageError(f"no format {name!r}; {did_you_mean(name, known)}")
    return known[name]


def format_segments(format_: str, recording: str, segments: tuple[Segment, ...]) -> str:
    """Return one recording's segments in a format by name (`json`, `stm`, `vtt`, …).

    Raises:
        UsageError: for a format that does not exist or cannot be written.
    """
    return write_transcripts(format_, {recording: segments})


def write_transcripts(format_: str, segments: Segments) -> str:
    """Return segments by recording in a format by name.

    Raises:
        UsageError: for a format that does not exist or cannot be written.
    """
    write = find_transcript_format(format_).write
    if write is None:
        raise UsageError(f"{format_} is read, not written; {did_you_mean('', writable_formats())}")
    return write(segments)


def read_transcripts(path: Path, format_: str = "") -> Reading[Segment]:
    """Read a transcript in a format by name, else by its suffix, and by its content where several
    formats share that.

    A file that names no recording (TXT, VTT, SRT, TextGrid, …) is named by its own stem. An empty
    file, or one with no more than its format's header, is a recording in which nothing is said.

    Raises:
        InputError: for an unknown suffix, a malformed file, or one in which nothing was
            understood; says file, line and reason.
    """
    suffix, sharing = _sharing(path, format_)
    if sharing[0].load is not None:
        return _filled(sharing[0].load(path), path)
    text = read_text(path, fallback=_FALLBACK.get(suffix, ""))
    chosen = _claimed(sharing, text)
    if not text.strip() and chosen.one_recording and chosen.name != "vtt":
        return Reading(recordings={path.stem: ()})
    assert chosen.parse is not None
    return _filled(chosen.parse(text, path), path, is_blank=not text.strip())


def format_of_file(path: Path) -> str:
    """Return the name of the format that `read_transcripts` reads a file in.

    Raises:
        InputError: for an unknown suffix, or a file that cannot be read.
    """
    suffix, sharing = _sharing(path)
    if len(sharing) == 1:
        return sharing[0].name
    return _claimed(sharing, read_text(path, fallback=_FALLBACK.get(suffix, ""))).name


def read_segments(path: Path) -> Segments:
    """Read a transcript as `read_transcripts` does → segments by recording name."""
    return read_transcripts(path).recordings


def read_turns(path: Path) -> dict[str, tuple[Turn, ...]]:
    """Read an RTTM file → turns by recording name.

    Raises:
        InputError: with file, line and reason.
    """
    reading = parse_rttm(text := read_text(path), path)
    if not reading.recordings and text.strip():
        raise nothing_read(path, reading.notes)
    return dict(reading.recordings)


def _sharing(path: Path, format_: str = "") -> tuple[str, list[TranscriptFormat]]:
    """Return a file's suffix and the formats that have it."""
    if format_:
        return path.suffix.lower(), [find_transcript_format(format_)]
    suffix, sharing = _named_so(path)
    if not sharing:
        own = path.suffix.lower()
        raise InputError(f"{path}: no reader for {own!r}; {did_you_mean(own, readable_suffixes())}")
    return suffix, sharing


def _named_so(path: Path) -> tuple[str, list[TranscriptFormat]]:
    name = path.name.lower()
    known = [each for each in transcript_formats().values() if each.parse or each.load]
    suffix = max((s for f in known for s in f.suffixes if name.endswith(s)), key=len, default="")
    return suffix, [f for f in known if suffix in f.suffixes or name in f.file_names]


def _claimed(sharing: Iterable[TranscriptFormat], text: str) -> TranscriptFormat:
    """Return the format whose files look like this text, else the one that claims none."""
    formats = list(sharing)
    claiming = (each for each in formats if each.claims and each.claims(text))
    silent = (each for each in formats if each.claims is None)
    return next(claiming, next(silent, formats[0]))


def _filled(reading: Reading[Segment], path: Path, *, is_blank: bool = False) -> Reading[Segment]:
    if not reading.recordings and not is_blank:
        raise nothing_read(path, reading.notes)
    return reading
