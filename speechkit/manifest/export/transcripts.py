"""Transcript files as formats of a corpus: one file for all, or one a recording, in a folder.

Names ending in `_doctor`, `_patient`, … are two sides of one recording, as annotators who work a
channel at a time leave them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import get_args

import msgspec

from speechkit.core.errors import InputError
from speechkit.core.types import Role, Segment, Turn
from speechkit.formats import format_segments, read_segments, read_turns
from speechkit.formats.rttm import format_rttm
from speechkit.formats.uem import format_uem
from speechkit.manifest.export.bundle import Bundle, Format, assemble
from speechkit.manifest.schema import ReleasedSegment

ROLES = get_args(Role)
_SIDE = re.compile(rf"(?P<name>.+?)[-_. ](?P<role>{'|'.join(ROLES)})", re.IGNORECASE)
_WORDS = ("words' times and confidence",)
_METADATA = ("sound files and metadata of recordings", "roles, labels, review state")


def _whole(name: str, suffix: str, drops: tuple[str, ...]) -> Format:
    """A format that holds all recordings in one file."""

    def write(bundle: Bundle, folder: Path) -> None:
        parts = list(_texts(name, bundle).values())
        if name == "seglst":
            rows = (part[2:-3] for part in parts)
            parts = ["[\n", ",\n".join(row for row in rows if row), "\n]\n"]
        _write(folder / f"{bundle.name}{suffix}", "".join(parts))

    return _format(name, f"{suffix}, one file", write, _reader(suffix), drops)


def _each(name: str, suffix: str, drops: tuple[str, ...]) -> Format:
    """A format that holds one recording a file."""

    def write(bundle: Bundle, folder: Path) -> None:
        for recording, text in _texts(name, bundle).items():
            _write(folder / f"{recording}{suffix}", text)

    return _format(name, f"{suffix}, one a recording", write, _reader(suffix), drops)


def _format(
    name: str,
    title: str,
    write: Callable[[Bundle, Path], None],
    read: Callable[[Path], Bundle] | None,
    drops: tuple[str, ...],
) -> Format:
    return Format(name=name, title=title, write=write, read=read, drops=drops, companion=False)


def _texts(name: str, bundle: Bundle) -> dict[str, str]:
    """Return each recording's transcript in a format, by recording."""
    return {
        recording.id: format_segments(name, recording.id, tuple(map(_plain, segments)))
        for recording, segments in bundle.by_recording()
    }


def _reader(suffix: str) -> Callable[[Path], Bundle]:
    def read(path: Path) -> Bundle:
        files = _files(path, suffix)
        found: list[ReleasedSegment] = []
        for file in files:
            for name, segments in read_segments(file).items():
                found += _released(name, segments)
        return assemble(path, found)

    return read


def _released(name: str, segments: Iterable[Segment]) -> list[ReleasedSegment]:
    side = _SIDE.fullmatch(name)
    recording = side["name"] if side else name
    role = side["role"].lower() if side else ""
    rows = []
    for segment in segments:
        known = segment.speaker.lower() if segment.speaker.lower() in ROLES else ""
        row = {
            **{key: getattr(segment, key) for key in segment.__struct_fields__},
            "recording": recording,
            "role": role or known or "unknown",
            "speaker": role or segment.speaker,
        }
        rows.append(ReleasedSegment(**row))
    return rows


def _plain(segment: ReleasedSegment) -> Segment:
    return Segment(**{key: getattr(segment, key) for key in Segment.__struct_fields__})


def _files(path: Path, suffix: str) -> list[Path]:
    if path.is_file():
        return [path]
    found = sorted(file for file in path.rglob("*") if file.name.lower().endswith(suffix.lower()))
    if suffix == ".json":
        found = [file for file in found if not file.name.lower().endswith(".seglst.json")]
    if not found:
        raise InputError(f"{path}: no *{suffix} there")
    return found


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _write_rttm(bundle: Bundle, folder: Path) -> None:
    turns = {
        recording.id: tuple(
            Turn(start=s.start, end=s.end, speaker=s.speaker or "unknown", channel=s.channel)
            for s in segments
        )
        for recording, segments in bundle.by_recording()
    }
    _write(folder / f"{bundle.name}.rttm", format_rttm(turns))


def _read_rttm(path: Path) -> Bundle:
    found = []
    for file in _files(path, ".rttm"):
        for name, turns in read_turns(file).items():
            spoken = [
                Segment(id=f"{name}-{i}", start=t.start, end=t.end, text="", speaker=t.speaker)
                for i, t in enumerate(turns)
            ]
            found += [
                msgspec.structs.replace(segment, channel=turn.channel)
                for segment, turn in zip(_released(name, spoken), turns, strict=True)
            ]
    return assemble(path, found)


def _write_uem(bundle: Bundle, folder: Path) -> None:
    parts = {recording.id: ((0.0, recording.duration),) for recording in bundle.recordings}
    _write(folder / f"{bundle.name}.uem", format_uem(parts))


FORMATS = (
    _whole("seglst", ".seglst.json", (*_WORDS, *_METADATA, "language, channels")),
    _format(
        "rttm",
        ".rttm, one file",
        _write_rttm,
        _read_rttm,
        ("all words", *_METADATA, "language"),
    ),
    _format("uem", ".uem, one file", _write_uem, None, ("all but the lengths of recordings",)),
    _whole("ctm", ".ctm", ("segments, speakers, language", *_METADATA)),
    _whole("stm", ".stm", (*_WORDS, *_METADATA, "language", "segments without words")),
    _whole("json", ".json", _METADATA),
    _each("textgrid", ".TextGrid", (*_WORDS, *_METADATA, "language, channels", "empty segments")),
    _each("eaf", ".eaf", (*_WORDS, *_METADATA, "language, channels")),
    _each("vtt", ".vtt", (*_WORDS, *_METADATA, "language, channels")),
    _each("srt", ".srt", (*_WORDS, *_METADATA, "language, channels")),
    _each("txt", ".txt", ("times", *_WORDS, *_METADATA, "speakers, language, channels")),
)
