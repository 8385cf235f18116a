"""Hugging Face `datasets`: an audiofolder, or Parquet with the audio inside; a row a recording.

Both load with `datasets.load_dataset(FOLDER)`. A row's `segments` are a list of plain structs;
what those cannot hold (words, confidence, labels, channel) stands in each one's `rest`, as JSON.
Without audio, the audiofolder is a folder of JSON lines.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.digest import canonical_json
from speechkit.core.errors import InputError
from speechkit.core.types import Recording
from speechkit.manifest.export.arrow import pyarrow
from speechkit.manifest.export.bundle import SPLIT_NAMES, Bundle, Format, assemble, put_file
from speechkit.manifest.export.rows import (
    convert,
    field,
    json_rows,
    make_segment,
    number_field,
    reading,
    rest_of,
    write_json_lines,
)
from speechkit.manifest.lines import reason_of
from speechkit.manifest.schema import ReleasedSegment, SplitName

_TEXTS = ("id", "speaker", "role", "text", "language", "review")
_SEGMENT = {
    **dict.fromkeys(_TEXTS, "string"),
    "start": "float64",
    "end": "float64",
    "rest": "string",
}
_ROW = {"recording": "string", "duration": "float64", "metadata": "string"}


def write_audiofolder(bundle: Bundle, folder: Path) -> None:
    """Write `data/<split>/metadata.jsonl` with the sound files beside it."""
    spoken = {recording.id: segments for recording, segments in bundle.by_recording()}
    for split, recordings in bundle.by_split():
        rows = []
        for recording in recordings:
            row = _row(recording, spoken[recording.id])
            if (source := bundle.sounds.get(recording.id)) is not None:
                row = {"file_name": f"{recording.id}{source.suffix}", **row}
                put_file(source, folder / "data" / split / row["file_name"])
            rows.append(row)
        write_json_lines(folder / "data" / split / "metadata.jsonl", rows)


def read_audiofolder(path: Path) -> Bundle:
    """Read `data/<split>/metadata.jsonl`.

    Raises:
        InputError: with file, line and reason.
    """
    rows = [
        (split, file, number, row)
        for split in SPLIT_NAMES
        for file in [path / "data" / split / "metadata.jsonl"]
        if file.is_file()
        for number, row in json_rows(file)
    ]
    if not rows:
        raise InputError(f"{path}: no data/<split>/metadata.jsonl there")
    sounds = {}
    for _, file, number, row in rows:
        if "file_name" in row:
            sound = file.parent / str(row["file_name"])
            if not sound.is_file():
                raise InputError(f"{file}, line {number}: its sound file is not there")
            sounds[str(field(row, "recording", file, number))] = sound
    return _bundle(path, rows, sounds)


def write_parquet(bundle: Bundle, folder: Path) -> None:
    """Write `data/<split>-00000-of-00001.parquet`, features declared as `datasets` reads them."""
    pa, pq = pyarrow()
    segment = pa.struct([(name, pa.type_for_alias(kind)) for name, kind in _SEGMENT.items()])
    sound = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    features = {
        "audio": {"_type": "Audio"},
        **{name: {"dtype": kind, "_type": "Value"} for name, kind in _ROW.items()},
        "segments": [{n: {"dtype": kind, "_type": "Value"} for n, kind in _SEGMENT.items()}],
    }
    schema = pa.schema(
        [
            ("audio", sound),
            *((name, pa.type_for_alias(kind)) for name, kind in _ROW.items()),
            ("segments", pa.list_(segment)),
        ],
        metadata={"huggingface": json.dumps({"info": {"features": features}})},
    )
    spoken = {recording.id: segments for recording, segments in bundle.by_recording()}
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for split, recordings in bundle.by_split():
        target = folder / "data" / f"{split}-00000-of-00001.parquet"
        with pq.ParquetWriter(target, schema) as writer:
            for recording in recordings:  # one at a time: the audio is inside
                row = _row(recording, spoken[recording.id])
                source = bundle.sounds.get(recording.id)
                row["audio"] = source and {"bytes": source.read_bytes(), "path": source.name}
                writer.write_table(pa.Table.from_pylist([row], schema=schema))


def read_parquet(path: Path) -> Bundle:
    """Read `data/<split>-*.parquet`; sound files are unpacked beside them.

    Raises:
        InputError: with file, row and reason.
    """
    pa, pq = pyarrow()
    rows = []
    sounds = {}
    for split in SPLIT_NAMES:
        for file in sorted((path / "data").glob(f"{split}-*.parquet")):
            try:
                table = pq.read_table(file).to_pylist()
            except (OSError, ValueError, pa.ArrowException) as error:
                raise InputError(f"{file}: not Parquet, or damaged") from error
            for number, row in enumerate(table, start=1):
                audio = row.pop("audio", None)
                name = str(field(row, "recording", file, number))
                if audio and audio.get("bytes"):
                    sounds[name] = _unpack(path, name, audio)
                rows.append((split, file, number, row))
    if not rows:
        raise InputError(f"{path}: no data/<split>-*.parquet there")
    return _bundle(path, rows, sounds)


def _unpack(path: Path, name: str, audio: Mapping[str, Any]) -> Path:
    suffix = Path(str(audio.get("path") or "")).suffix or ".flac"
    target = path / ".unpacked" / f"{Path(name).name}{suffix}"
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(audio["bytes"])
    return target


def _row(recording: Recording, segments: Iterable[ReleasedSegment]) -> dict[str, Any]:
    return {
        "recording": recording.id,
        "duration": recording.duration,
        "metadata": canonical_json(recording).decode(),
        "segments": [
            {
                **{name: getattr(segment, name) for name in _TEXTS},
                "start": segment.start,
                "end": segment.end,
                "rest": canonical_json(rest_of(segment, "role", "review")).decode(),
            }
            for segment in segments
        ],
    }


def _bundle(
    path: Path,
    rows: Iterable[tuple[SplitName, Path, int, dict[str, Any]]],
    sounds: Mapping[str, Path],
) -> Bundle:
    known: dict[str, Recording] = {}
    segments = []
    splits = {}
    for split, file, number, row in rows:
        with reading(file, number):
            name = str(field(row, "recording", file, number))
            splits[name] = split
            if row.get("metadata"):
                known[name] = convert(_json(row["metadata"], file, number), Recording, file, number)
            for said in field(row, "segments", file, number) or []:
                rest = _json(said.get("rest") or "{}", file, number)
                start, end = (number_field(said, key, file, number) for key in ("start", "end"))
                texts = {key: said.get(key) or "" for key in _TEXTS}
                texts["review"] = texts["review"] or "draft"
                segment = make_segment(
                    file, number, rest, recording=name, start=start, end=end, **texts
                )
                segments.append(segment)
    return assemble(path, segments, sounds, known, splits)


def _json(text: str, file: Path, number: int) -> Any:
    try:
        return msgspec.json.decode(text.encode())
    except msgspec.MsgspecError as error:
        raise InputError(f"{file}, line {number}: {reason_of(error)}") from error


AUDIOFOLDER = Format(
    name="audiofolder",
    title="Hugging Face audiofolder",
    write=write_audiofolder,
    read=read_audiofolder,
)
PARQUET = Format(
    name="parquet",
    title="Hugging Face Parquet, audio inside",
    write=write_parquet,
    read=read_parquet,
)
