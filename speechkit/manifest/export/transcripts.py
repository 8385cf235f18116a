"""Transcript files as formats of a corpus: one file for all, or one a recording, in a folder.

Names ending in `_doctor`, `_patient`, … are two sides of one recording, as annotators who work a
channel at a time leave them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import get_args

import msgspec

from speechkit.core.errors import InputError
from speechkit.core.types import Recording, Role, Segment, Turn
from speechkit.formats import (
    TranscriptFormat,
    format_rttm,
    format_segments,
    format_uem,
    parse_rttm,
    read_text,
    read_transcripts,
    transcript_formats,
)
from speechkit.formats.transcript import nothing_read
from speechkit.manifest.export.bundle import Bundle, Format, assemble, bare_recording
from speechkit.manifest.schema import ReleasedSegment

ROLES = get_args(Role)
_SIDE = re.compile(rf"(?P<name>.+?)[-_. ](?P<role>{'|'.join(ROLES)})", re.IGNORECASE)
_METADATA = ("sound files and metadata of recordings", "roles and review state")


def _transcript(kind: TranscriptFormat) -> Format:
    """Return a transcript format as one of a corpus: a file a recording, or one for all."""
    suffix = _SUFFIX_AS_WRITTEN.get(kind.name, kind.suffixes[0])

    def write(bundle: Bundle, folder: Path) -> None:
        texts = _texts(kind.name, bundle)
        if kind.one_recording:
            for recording, text in texts.items():
                _write(folder / f"{recording}{suffix}", text)
            return
        parts = list(texts.values())
        if kind.name == "seglst":
            rows = (part[2:-3] for part in parts)
            parts = ["[\n", ",\n".join(row for row in rows if row), "\n]\n"]
        _write(folder / f"{bundle.name}{suffix}", "".join(parts))

    def read(path: Path) -> Bundle:
        files = _files(path, kind.suffixes)
        rows: list[ReleasedSegment] = []
        notes: list[str] = []
        holders: dict[str, Path] = {}
        silent: dict[str, Recording] = {}
        for file in files:
            reading = read_transcripts(file, kind.name)
            notes += [f"{file.name}, {note}" for note in reading.notes]
            for name, segments in reading.recordings.items():
                # A file that names its recording itself is called by its path, not by its stem.
                key = _key(file, path) if kind.one_recording else name
                if holders.setdefault(key, file) != file:
                    raise InputError(
                        f"{file}: holds a recording that {holders[key]} holds, too; keep one"
                    )
                rows += _released(key, segments)
                if not segments:
                    silent[_recording(key)] = bare_recording(_recording(key))
        return assemble(path, rows, known=silent, notes=notes)

    drops = (*kind.drops, *_METADATA) if kind.write else ()
    placed = "one a recording" if kind.one_recording else "one file"
    return Format(
        name=kind.name,
        title=f"{kind.title}, {suffix}, {placed}",
        write=write if kind.write else None,
        read=read if kind.parse or kind.load else None,
        drops=drops,
        companion=False,
        oracle=kind.oracle,
    )


def _texts(name: str, bundle: Bundle) -> dict[str, str]:
    """Return each recording's transcript in a format, by recording."""
    return {
        recording.id: format_segments(name, recording.id, tuple(map(_plain, segments)))
        for recording, segments in bundle.by_recording()
    }


def _key(file: Path, root: Path) -> str:
    """Return what tells a file's recording from the others: its path inside the folder."""
    path = Path(file.name) if root.is_file() else file.relative_to(root)
    stem = path.name[: -len(".seglst.json")] if path.name.endswith(".seglst.json") else path.stem
    return (path.parent / stem).as_posix()


def _recording(name: str) -> str:
    side = _SIDE.fullmatch(name)
    return side["name"] if side else name


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


def _files(path: Path, suffixes: Sequence[str]) -> list[Path]:
    if path.is_file():
        return [path]
    found = sorted(file for file in path.rglob("*") if file.name.lower().endswith(tuple(suffixes)))
    if suffixes == (".json",):
        found = [file for file in found if not file.name.lower().endswith(".seglst.json")]
    if not found:
        raise InputError(f"{path}: no *{suffixes[0]} there")
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
    rows: list[ReleasedSegment] = []
    notes: list[str] = []
    holders: dict[str, Path] = {}
    for file in _files(path, (".rttm",)):
        reading = parse_rttm(text := read_text(file), file)
        if not reading.recordings and text.strip():
            raise nothing_read(file, reading.notes)
        notes += [f"{file.name}, {note}" for note in reading.notes]
        for name, turns in reading.recordings.items():
            if holders.setdefault(name, file) != file:
                raise InputError(
                    f"{file}: holds a recording that {holders[name]} holds, too; keep one"
                )
            spoken = [
                Segment(id=f"{name}-{i}", start=t.start, end=t.end, text="", speaker=t.speaker)
                for i, t in enumerate(turns)
            ]
            rows += [
                msgspec.structs.replace(segment, channel=turn.channel)
                for segment, turn in zip(_released(name, spoken), turns, strict=True)
            ]
    return assemble(path, rows, notes=notes)


def _write_uem(bundle: Bundle, folder: Path) -> None:
    parts = {recording.id: ((0.0, recording.duration),) for recording in bundle.recordings}
    _write(folder / f"{bundle.name}.uem", format_uem(parts))


_RTTM = Format(
    name="rttm",
    title="RTTM turns, .rttm, one file",
    write=_write_rttm,
    read=_read_rttm,
    drops=("all words", "language", *_METADATA),
    passes_over=("lines that are not SPEAKER lines",),
    refuses=("names with blanks", "lines of fewer than 8 fields or more than 10"),
    companion=False,
    oracle="pyannote.database",
)
_UEM = Format(
    name="uem",
    title="UEM, .uem, one file",
    write=_write_uem,
    read=None,
    drops=("all but the lengths of recordings",),
    companion=False,
    oracle="pyannote.database",
)
# How the makers of a format spell its suffix.
_SUFFIX_AS_WRITTEN = {"textgrid": ".TextGrid"}


def transcript_exports() -> tuple[Format, ...]:
    """Return all installed transcript formats, and RTTM and UEM, as formats of a corpus."""
    return (*map(_transcript, transcript_formats().values()), _RTTM, _UEM)
