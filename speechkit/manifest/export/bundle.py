"""What formats of whole corpora carry: recordings, their segments, splits and sound files.

A format is one file here with a `FORMAT`: how it is written into a folder, how it is read, and what
it cannot hold. Recordings may have foreign ids while they are in a bundle; a release gives its own.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from speechkit.core.errors import InputError, UsageError
from speechkit.core.time import round_ms
from speechkit.core.types import Audio, Recording
from speechkit.manifest.export.rows import convert, json_rows
from speechkit.manifest.export.sounds import Sounds, put_file
from speechkit.manifest.lines import encode_line
from speechkit.manifest.schema import ReleasedRedaction, ReleasedSegment, SplitName

COMPANION = "speechkit.jsonl"
SPLIT_NAMES: tuple[SplitName, ...] = ("train", "dev", "test")
Row = TypeVar("Row")


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """A corpus on its way to or from another tool; segments by recording, in order of time.

    `sounds` says where each recording's audio lies; one without has none. `missing` says where
    sound is named that is not there, `notes` what was passed over. `splits` maps recordings, and
    may be empty. Sound that was packed lies in `scratch` for as long as the bundle is used.
    """

    name: str
    version: str = ""
    digest: str = ""
    recordings: tuple[Recording, ...] = ()
    segments: tuple[ReleasedSegment, ...] = ()
    splits: Mapping[str, SplitName] = {}
    sounds: Mapping[str, Path] = {}
    redactions: Mapping[str, tuple[ReleasedRedaction, ...]] = {}
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    scratch: tempfile.TemporaryDirectory[str] | None = None

    def __repr__(self) -> str:
        return f"Bundle({self.name!r}, <{len(self.recordings)} recordings>)"

    def by_recording(self) -> Iterator[tuple[Recording, tuple[ReleasedSegment, ...]]]:
        """Yield each recording with its segments."""
        spoken = {
            name: tuple(rows) for name, rows in groupby(self.segments, key=lambda s: s.recording)
        }
        for recording in self.recordings:
            yield recording, spoken.get(recording.id, ())

    def by_split(self) -> Iterator[tuple[SplitName, tuple[Recording, ...]]]:
        """Yield each split that has recordings; where nothing is said, train."""
        for split in SPLIT_NAMES:
            inside = tuple(r for r in self.recordings if self.splits.get(r.id, "train") == split)
            if inside:
                yield split, inside


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """How a tool's files are written and read. `drops`: what does not survive writing.

    `read` takes the file or folder that `write` made; None where there is nothing to read back,
    as `write` is None where a format is only read.
    With a `companion`, `speechkit.jsonl` beside the format's own files keeps all that is known of
    recordings, which other tools pass over. `passes_over` is noted in reading, `refuses` an error.
    `oracle` is the tool that tests hold it to.
    """

    name: str
    title: str
    write: Callable[[Bundle, Path], None] | None
    read: Callable[[Path], Bundle] | None
    drops: tuple[str, ...] = ()
    passes_over: tuple[str, ...] = ()
    refuses: tuple[str, ...] = ()
    companion: bool = True
    oracle: str = ""


# ---- sound files


def place_sounds(bundle: Bundle, folder: Path, inside: str = "audio") -> dict[str, str]:
    """Put the bundle's sound files into `folder/inside`; return each recording's relative path.

    Files are linked where the disk can do that, else copied.
    """
    placed = {}
    for recording in bundle.recordings:
        source = bundle.sounds.get(recording.id)
        if source is not None:
            relative = f"{inside}/{recording.id}{source.suffix}"
            put_file(source, folder / relative)
            placed[recording.id] = relative
    return placed


def put_once(table: dict[str, Row], key: str, value: Row, where: Path, line: int) -> None:
    """Put a value under a key that has none.

    Raises:
        InputError: if it has one.
    """
    if key in table:
        raise InputError(f"{where}, line {line}: a second value for the same recording")
    table[key] = value


# ---- recordings


def bare_recording(name: str, segments: Iterable[ReleasedSegment] = (), **fields: Any) -> Recording:
    """Return a recording of which no more is known than its name and how far its speech reaches."""
    end = max((segment.end for segment in segments), default=0.0)
    return Recording(id=name, audio=no_audio(end), **fields)


def no_audio(duration: float) -> Audio:
    """Return what stands for audio where there is none: a length in milliseconds, no digest."""
    return Audio(
        sha256="",
        uri="",
        sample_rate=1000,
        num_samples=max(1, math.ceil(round_ms(duration) * 1000 - 1e-6)),
        num_channels=1,
        codec="",
    )


class Companion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of `speechkit.jsonl`: a recording, its split, and when something was removed."""

    recording: Recording
    split: SplitName | None = None
    redactions: tuple[ReleasedRedaction, ...] = ()


def write_bundle(format_: Format, bundle: Bundle, folder: Path) -> None:
    """Write a bundle in a format, with its companion where that has one."""
    if format_.write is None:
        raise UsageError(f"{format_.name} is read, not written")
    folder.mkdir(parents=True, exist_ok=True)
    format_.write(bundle, folder)
    if format_.companion:
        with (folder / COMPANION).open("wb") as file:
            for recording in bundle.recordings:
                row = Companion(
                    recording=recording,
                    split=bundle.splits.get(recording.id),
                    redactions=bundle.redactions.get(recording.id, ()),
                )
                file.write(encode_line(row))


def read_companion(folder: Path) -> dict[str, Companion]:
    """Read `speechkit.jsonl`, where there is one, by recording id."""
    path = folder / COMPANION
    if not path.is_file():
        return {}
    rows = (convert(row, Companion, path, number) for number, row in json_rows(path))
    return {row.recording.id: row for row in rows}


def assemble(
    path: Path,
    segments: Iterable[ReleasedSegment],
    sounds: Sounds | None = None,
    known: Mapping[str, Recording] | None = None,
    splits: Mapping[str, SplitName] | None = None,
    notes: Iterable[str] = (),
) -> Bundle:
    """Return a bundle out of what a format's files said; its companion adds what they cannot."""
    folder = path if path.is_dir() else path.parent
    companion = read_companion(folder)
    spoken: dict[str, list[ReleasedSegment]] = {}
    for segment in segments:
        spoken.setdefault(segment.recording, []).append(segment)
    sounds = sounds or Sounds()
    names = sorted({*spoken, *companion, *(known or {}), *sounds.paths})
    ordered: list[ReleasedSegment] = []
    found: list[Recording] = []
    for name in names:
        rows = sorted(spoken.get(name, []), key=lambda s: (s.start, s.end))
        ordered += rows
        if name in companion:
            found.append(companion[name].recording)
        else:
            found.append((known or {}).get(name) or bare_recording(name, rows))
    return Bundle(
        name=folder.name,
        recordings=tuple(found),
        segments=tuple(ordered),
        splits={
            **{name: row.split for name, row in companion.items() if row.split is not None},
            **(splits or {}),
        },
        sounds=sounds.paths,
        redactions={name: row.redactions for name, row in companion.items() if row.redactions},
        missing=tuple(sounds.missing),
        notes=tuple(notes),
        scratch=sounds.held,
    )
