"""From one transcript format to another, and what is lost on the way, counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

import msgspec

from speechkit.core.errors import InputError, UsageError, did_you_mean
from speechkit.core.types import Segment, Turn
from speechkit.formats.registry import (
    find_transcript_format,
    holds_transcript,
    read_transcripts,
    read_turns,
    readable_suffixes,
    transcript_formats,
    write_transcripts,
)
from speechkit.formats.rttm import format_rttm
from speechkit.formats.transcript import Segments, TranscriptFormat, refuse_notes

RTTM = "rttm"
_HELD: dict[str, Callable[[Segment], bool]] = {
    "words": lambda segment: bool(segment.text.strip()),
    "times": lambda segment: segment.end > 0,
    "speaker": lambda segment: bool(segment.speaker),
    "words' times": lambda segment: bool(segment.words),
    "language": lambda segment: bool(segment.language),
    "channel": lambda segment: segment.channel is not None,
    "confidence": lambda segment: segment.confidence is not None,
    "labels": lambda segment: bool(segment.labels),
}


class Converted(msgspec.Struct, frozen=True, kw_only=True):
    """What was written, and what did not get there.

    `lost` counts segments by what they had and have no more; `notes` says what of the source was
    not read.
    """

    paths: tuple[Path, ...]
    recordings: int
    segments: int
    lost: dict[str, int]
    notes: tuple[str, ...]


def convert_transcripts(
    source: Path, target: Path, *, from_format: str = "", to_format: str = "", strict: bool = False
) -> Converted:
    """Write the transcripts in a file or folder in another format.

    Args:
        source: a file, or a folder of files of which those that can be read are.
        target: a file of one of the formats' suffixes, or a folder.
        from_format: name of the source's format; empty: by suffix and content.
        to_format: name of the target's format; empty: by its suffix.
        strict: refuse a source of which anything is passed over.

    Raises:
        UsageError: for a target whose format is unknown, or that cannot hold the source.
        InputError: for a source that cannot be read, or not as a whole where that is asked.
    """
    name = to_format or format_of_target(target)
    transcripts, notes = _read(source, from_format)
    if strict:
        refuse_notes(source, notes)
    return save_transcripts(transcripts, target, name, source=source, notes=notes)


def save_transcripts(
    transcripts: Segments, target: Path, name: str, *, source: Path, notes: Iterable[str] = ()
) -> Converted:
    """Write transcripts in a format by name; `source` is what they are called in errors.

    Raises:
        UsageError: for a format that cannot hold them.
    """
    texts = _written(name, transcripts, target, is_file=bool(target.suffix) and not target.is_dir())
    before = [segment for items in transcripts.values() for segment in items]
    if name == RTTM:
        after = [msgspec.structs.replace(s, text="", words=(), language="") for s in before]
    else:
        after = _again(name, texts)
        if any(s.text.strip() for s in before) and not any(s.text.strip() for s in after):
            raise UsageError(
                f"{source}: {name} holds nothing of it, as its segments have no times; align it first"
            )
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Converted(
        paths=tuple(texts),
        recordings=len(transcripts),
        segments=len(before),
        lost=_lost(before, after),
        notes=tuple(notes),
    )


def _read(source: Path, format_: str) -> tuple[Segments, list[str]]:
    if not source.exists():
        raise InputError(f"{source}: no such file or folder")
    files = [source]
    if source.is_dir():
        if format_ and format_ != RTTM:
            kind = find_transcript_format(format_)
            wanted = (*kind.suffixes, *kind.file_names)
        else:
            wanted = (f".{RTTM}",)
        files = sorted(
            file
            for file in source.rglob("*")
            if file.is_file()
            and (file.name.lower().endswith(wanted) or (not format_ and holds_transcript(file)))
        )
    transcripts: dict[str, tuple[Segment, ...]] = {}
    notes: list[str] = []
    for file in files:
        if RTTM in (format_, file.suffix.lower().lstrip(".")):
            recordings: Segments = {k: _from_turns(v) for k, v in read_turns(file).items()}
        else:
            reading = read_transcripts(file, format_)
            recordings = reading.recordings
            notes += [f"{file.name}, {note}" for note in reading.notes]
        for name, items in recordings.items():
            key = name
            if source.is_dir() and name == file.stem:
                key = file.relative_to(source).with_suffix("").as_posix()
            if key in transcripts:
                raise InputError(f"{file}: holds a recording that another file holds, too")
            transcripts[key] = items
    if not transcripts:
        raise InputError(f"{source}: no transcript in it ({', '.join(readable_suffixes())})")
    return transcripts, notes


def _written(name: str, transcripts: Segments, target: Path, *, is_file: bool) -> dict[Path, str]:
    """Return the texts by the file that each goes into."""
    if name == RTTM:
        text = format_rttm({key: _to_turns(items) for key, items in transcripts.items()})
        return {target if is_file else target / "transcripts.rttm": text}
    kind = find_transcript_format(name)
    if not kind.one_recording:
        text = write_transcripts(name, transcripts)
        return {target if is_file else target / f"transcripts{kind.suffixes[0]}": text}
    if is_file and len(transcripts) > 1:
        raise UsageError(
            f"{target}: a {name} file holds one recording, the source {len(transcripts)}; "
            f"give a folder and --format {name}"
        )
    return {
        target if is_file else target / _inside(key, kind): write_transcripts(name, {key: items})
        for key, items in transcripts.items()
    }


def _inside(key: str, kind: TranscriptFormat) -> PurePosixPath:
    """Return a recording's path inside the target folder, which it never leaves."""
    parts = [part for part in PurePosixPath(key).parts if part not in ("/", "..", ".")]
    return PurePosixPath(*(parts or ["transcript"])).with_name(
        (parts or ["transcript"])[-1] + kind.suffixes[0]
    )


def format_of_target(target: Path) -> str:
    """Return the name of the format that a file's name tells.

    Raises:
        UsageError: if it tells none that can be written.
    """
    name = target.name.lower()
    if name.endswith(f".{RTTM}"):
        return RTTM
    fitting = [
        (len(suffix), each.claims is None, each.name)
        for each in transcript_formats().values()
        if each.write
        for suffix in each.suffixes
        if name.endswith(suffix)
    ]
    if not fitting:
        known = sorted(s for f in transcript_formats().values() if f.write for s in f.suffixes)
        raise UsageError(
            f"{target}: no format is told by this name; say which: --format "
            f"({did_you_mean(target.suffix.lower(), known)})"
        )
    return max(fitting)[2]


def _again(name: str, texts: dict[Path, str]) -> list[Segment]:
    """Read back what was written: what is not in it is lost."""
    parse = find_transcript_format(name).parse
    if parse is None:
        return []
    return [
        s for path, text in texts.items() for i in parse(text, path).recordings.values() for s in i
    ]


def _lost(before: Iterable[Segment], after: Iterable[Segment]) -> dict[str, int]:
    had, has = list(before), list(after)
    counts = {what: sum(map(holds, had)) - sum(map(holds, has)) for what, holds in _HELD.items()}
    counts["segments"] = len(had) - len(has)
    return {what: count for what, count in counts.items() if count > 0}


def _from_turns(turns: Iterable[Turn]) -> tuple[Segment, ...]:
    return tuple(
        Segment(id=f"{n}", start=t.start, end=t.end, text="", speaker=t.speaker, channel=t.channel)
        for n, t in enumerate(turns)
    )


def _to_turns(segments: Iterable[Segment]) -> tuple[Turn, ...]:
    return tuple(
        Turn(start=s.start, end=s.end, speaker=s.speaker, channel=s.channel) for s in segments
    )
