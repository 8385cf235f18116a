"""Tar shards: WebDataset (`key.flac`, `key.json`), and lhotse Shar (cuts and recordings, paired).

Both are read as streams. Tars carry no times or owners: the same release gives the same bytes.
"""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.digest import canonical_json
from speechkit.core.errors import InputError
from speechkit.core.types import Recording
from speechkit.manifest.export.bundle import Bundle, Format, assemble
from speechkit.manifest.export.lhotse import read_supervision, recording_row, supervision_row
from speechkit.manifest.export.rows import (
    convert,
    field,
    json_rows,
    make_segment,
    number_field,
    reading,
    rest_of,
)
from speechkit.manifest.lines import reason_of
from speechkit.manifest.schema import ReleasedSegment

_SHARD = 1000  # recordings


def write_webdataset(bundle: Bundle, folder: Path) -> None:
    """Write `<corpus>-<split>-000000.tar`, …: for each recording its sound and its JSON."""
    spoken = {recording.id: segments for recording, segments in bundle.by_recording()}
    folder.mkdir(parents=True, exist_ok=True)
    for split, recordings in bundle.by_split():
        for shard in range(0, len(recordings), _SHARD):
            path = folder / f"{bundle.name}-{split}-{shard // _SHARD:06d}.tar"
            with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
                for recording in recordings[shard : shard + _SHARD]:
                    sound = bundle.sounds.get(recording.id)
                    if sound is not None:
                        _add(tar, f"{recording.id}{sound.suffix}", sound.read_bytes())
                    row = {
                        "recording": msgspec.to_builtins(recording),
                        "split": split,
                        "segments": [_row(segment) for segment in spoken[recording.id]],
                    }
                    _add(tar, f"{recording.id}.json", canonical_json(row))


def read_webdataset(path: Path) -> Bundle:
    """Read all tars of a folder; sound files are unpacked beside them.

    Raises:
        InputError: with file, member and reason.
    """
    known: dict[str, Recording] = {}
    splits: dict[str, Any] = {}
    sounds: dict[str, Path] = {}
    segments: list[ReleasedSegment] = []
    for file in _tars(path, "*.tar"):
        for number, (name, data) in enumerate(_members(file), start=1):
            if not name.endswith(".json"):
                sounds[Path(name).stem] = _unpack(path, name, data)
                continue
            try:
                row = msgspec.json.decode(data)
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                raise InputError(f"{file}, line {number}: {reason_of(error)}") from error
            with reading(file, number):
                recording = convert(field(row, "recording", file, number), Recording, file, number)
                known[recording.id] = recording
                splits[recording.id] = row.get("split") or "train"
                for said in field(row, "segments", file, number):
                    start, end = (number_field(said, key, file, number) for key in ("start", "end"))
                    fields = {**said, "recording": recording.id, "start": start, "end": end}
                    segments.append(make_segment(file, number, **fields))
    return assemble(path, segments, sounds, known, splits)


def write_shar(bundle: Bundle, folder: Path) -> None:
    """Write `cuts.000000.jsonl.gz` and `recording.000000.tar`, …, a cut a recording.

    One without audio has Shar's placeholders in the tar, and its cut has no recording.
    """
    folder.mkdir(parents=True, exist_ok=True)
    spoken = tuple(bundle.by_recording())
    for shard in range(0, len(spoken), _SHARD):
        number = f"{shard // _SHARD:06d}"
        cuts = []
        with tarfile.open(
            folder / f"recording.{number}.tar", "w", format=tarfile.USTAR_FORMAT
        ) as tar:
            for recording, segments in spoken[shard : shard + _SHARD]:
                cut = _cut(recording, segments)
                sound = bundle.sounds.get(recording.id)
                if sound is None:
                    del cut["recording"]
                    _add(tar, f"{recording.id}.nodata", b"")
                    _add(tar, f"{recording.id}.nometa", b"")
                else:
                    _add(tar, f"{recording.id}{sound.suffix}", sound.read_bytes())
                    _add(tar, f"{recording.id}.json", canonical_json(cut["recording"]))
                cuts.append(canonical_json(cut) + b"\n")
        with (folder / f"cuts.{number}.jsonl.gz").open("wb") as file:
            file.write(gzip.compress(b"".join(cuts), mtime=0))


def read_shar(path: Path) -> Bundle:
    """Read `cuts.*.jsonl.gz` with `recording.*.tar`; sound files are unpacked beside them.

    Raises:
        InputError: with file, line or member, and reason.
    """
    sounds = {
        Path(name).stem: _unpack(path, name, data)
        for file in _tars(path, "recording.*.tar")
        for name, data in _members(file)
        if not name.endswith((".json", ".nodata", ".nometa"))
    }
    segments = []
    for file in sorted(path.glob("cuts.*.jsonl*")):
        for number, row in json_rows(file):
            with reading(file, number):
                offset = number_field({"start": 0.0, **row}, "start", file, number)
                for said in row.get("supervisions") or []:
                    said = {**said, "recording_id": str(field(row, "id", file, number))}
                    segments.append(read_supervision(said, file, number, offset))
    return assemble(path, segments, sounds)


def _cut(recording: Recording, segments: tuple[ReleasedSegment, ...]) -> dict[str, Any]:
    row = recording_row(recording, "shar", "")
    channels = row["channel_ids"]
    return {
        "id": recording.id,
        "start": 0,
        "duration": recording.duration,
        "channel": channels[0] if len(channels) == 1 else channels,
        "supervisions": [supervision_row(segment, recording) for segment in segments],
        "recording": row,
        "type": "MonoCut" if len(channels) == 1 else "MultiCut",
    }


def _row(segment: ReleasedSegment) -> dict[str, Any]:
    own = ("id", "start", "end", "speaker", "language", "text")
    return {**{name: getattr(segment, name) for name in own}, **rest_of(segment)}


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))


def _tars(path: Path, pattern: str) -> list[Path]:
    found = sorted(path.glob(pattern))
    if not found:
        raise InputError(f"{path}: no {pattern} there")
    return found


def _members(file: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with tarfile.open(file, "r|*") as tar:
            for member in tar:
                data = tar.extractfile(member) if member.isfile() else None
                if data is not None:
                    yield member.name, data.read()
    except (tarfile.TarError, OSError, EOFError) as error:
        raise InputError(f"{file}: not a tar file, or damaged") from error


def _unpack(path: Path, name: str, data: bytes) -> Path:
    target = path / ".unpacked" / Path(name).name  # a member's own folders lead nowhere
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(data)
    return target


WEBDATASET = Format(
    name="webdataset", title="WebDataset tars", write=write_webdataset, read=read_webdataset
)
SHAR = Format(name="shar", title="lhotse Shar", write=write_shar, read=read_shar)
