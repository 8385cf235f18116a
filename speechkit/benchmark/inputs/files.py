"""Transcripts in files as one side of a benchmark: which recordings are in which files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import msgspec

from speechkit.benchmark.inputs.rows import Rows, read_object, read_rows
from speechkit.benchmark.inputs.side import Side
from speechkit.core.errors import UsageError
from speechkit.core.time import Interval
from speechkit.core.types import Segment, Turn
from speechkit.formats import (
    find_transcript_format,
    format_of_file,
    holds_transcript,
    parse_uem,
    read_segments,
    read_text,
    read_transcripts,
    read_turns,
    readable_suffixes,
    transcript_formats,
)

SUFFIXES = (*readable_suffixes(), ".jsonl", ".rttm", ".uem")
_NO_WORDS = (".rttm", ".uem")
# Named after their file; a suffix that several formats share is looked into.
_ONE_RECORDING = {
    suffix
    for suffix in readable_suffixes()
    if all(f.one_recording for f in transcript_formats().values() if suffix in f.suffixes)
}
_ROLES = ("doctor", "patient", "nurse", "interpreter", "companion")


def readable(folder: Path) -> list[Path]:
    """Return the files of a folder that may hold transcripts or turns."""
    return sorted(path for path in folder.iterdir() if _is_readable(path))


def readable_below(folder: Path) -> list[Path]:
    """Return those of a folder and of all folders in it."""
    return sorted(
        path for path in folder.rglob("*") if _is_readable(path) and "__MACOSX" not in path.parts
    )


def _is_readable(path: Path) -> bool:
    if not path.is_file() or path.name.startswith("."):
        return False
    return path.suffix.lower() in (*_NO_WORDS, ".jsonl") or holds_transcript(path)


def file_side(files: Sequence[Path], *, reference: bool) -> Side:
    """Index which recordings are in which files: words in one (a TextGrid a role may share a
    recording), turns in another.

    Raises:
        UsageError: if two files hold the words of one recording.
        InputError: for a malformed file.
    """
    found: dict[str, list[Path]] = {}
    speaker_of: dict[Path, str] = {}
    words: dict[tuple[str, str], Path] = {}
    stems = Counter((path.stem, path.suffix.lower()) for path in files)
    for path in files:
        # day1/transcript.txt, day2/transcript.txt: then the folders tell them apart.
        shared = stems[path.stem, path.suffix.lower()] > 1
        for name in _names_in(path, path.parent.name if shared else path.stem, reference):
            recording, speaker = name, ""
            if path.suffix.lower() == ".textgrid":
                recording, speaker = _speaker_file(name)
                speaker_of[path] = speaker
            if path.suffix.lower() not in _NO_WORDS:
                other = words.setdefault((recording, speaker), path)
                if other is not path:
                    raise UsageError(
                        f"{recording} is both in {other} and in {path}; keep one of them, or, if "
                        "each file is a system, name the files instead of the folder"
                    )
            found.setdefault(recording, []).append(path)

    def segments(name: str) -> tuple[Segment, ...]:
        parts = []
        for path in found[name]:
            if path.suffix.lower() not in _NO_WORDS:
                parts += _segments_of(path, name, speaker_of.get(path, ""), reference)
        return tuple(sorted(parts, key=lambda segment: segment.start))

    def turns(name: str) -> tuple[Turn, ...]:
        own = [path for path in found[name] if path.suffix.lower() == ".rttm"]
        return tuple(turn for path in own for turn in read_turns(path).get(name, ()))

    def fields(name: str) -> Mapping[str, str]:
        rows = [path for path in found[name] if path.suffix.lower() == ".jsonl"]
        return {k: v for path in rows for k, v in _rows(path, reference)[name].fields.items()}

    parts: dict[str, tuple[Interval, ...]] = {}
    for path in files:
        if path.suffix.lower() == ".uem":
            parts |= parse_uem(read_text(path), path)

    def unscored(name: str) -> tuple[Interval, ...]:
        own = [path for path in found[name] if path.suffix.lower() == ".stm"]
        return tuple(part for path in own for part in _unscored(path).get(name, ()))

    return Side(
        names=tuple(sorted(found)),
        segments=segments,
        turns=turns,
        fields=fields,
        scored=parts.get,
        unscored=unscored,
    )


def _names_in(path: Path, own: str, reference: bool) -> list[str]:
    """Return the recordings in a file; `own` is the name of one that holds a single recording."""
    suffix = path.suffix.lower()
    if suffix in _ONE_RECORDING:
        return [own]
    if suffix == ".rttm":
        return sorted(read_turns(path))
    if suffix == ".uem":
        return []
    names = sorted(_rows(path, reference) if suffix == ".jsonl" else _parsed(path, reference))
    return [own] if names == [""] else names


def _segments_of(path: Path, name: str, speaker: str, reference: bool) -> list[Segment]:
    if path.suffix.lower() == ".jsonl":
        return list(_rows(path, reference)[name].segments)
    parsed = _parsed(path, reference)
    if path.suffix.lower() not in _ONE_RECORDING:
        return list(parsed[name] if name in parsed else parsed.get("", ()))
    segments = [s for items in parsed.values() for s in items]
    if not speaker:
        return segments
    return [msgspec.structs.replace(segment, speaker=speaker) for segment in segments]


def _speaker_file(stem: str) -> tuple[str, str]:
    """Split `…_doctor` into recording and role: PriMock57 has a TextGrid a speaker.

    >>> _speaker_file("day1_consultation01_doctor")
    ('day1_consultation01', 'doctor')
    """
    head, _, tail = stem.rpartition("_")
    return (head, tail.lower()) if head and tail.lower() in _ROLES else (stem, "")


@lru_cache(maxsize=4)
def _unscored(path: Path) -> Mapping[str, tuple[Interval, ...]]:
    return read_transcripts(path).unscored


# A recording's neighbors in a file come next, so the last files read are kept.
@lru_cache(maxsize=4)
def _parsed(path: Path, reference: bool) -> Mapping[str, tuple[Segment, ...]]:
    """Read a file; in one that names no recording, as Whisper writes it, it is ""."""
    kind = find_transcript_format(format_of_file(path))
    if kind.name == "nemo":
        return {name: tuple(row.segments) for name, row in _rows(path, reference).items()}
    if kind.name == "whisper" or (kind.name == "json" and path.suffix.lower() == ".json"):
        try:
            row = msgspec.json.decode(read_text(path), type=dict[str, object])
        except msgspec.MsgspecError:
            row = {"recording": ""}  # an object a line, or an error that says where
        if not row.keys() & {"recording", "transcription"}:
            return {"": tuple(read_object(row, str(path), reference=reference))}
    recordings = read_segments(path)
    if kind.one_recording and len(recordings) == 1:
        return {"": next(iter(recordings.values()))}
    return recordings


@lru_cache(maxsize=4)
def _rows(path: Path, reference: bool) -> Mapping[str, Rows]:
    return read_rows(path, reference=reference)
