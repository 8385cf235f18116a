"""Hugging Face `datasets`: an audiofolder, or Parquet with the audio inside; a row a recording.

Both load with `datasets.load_dataset(FOLDER)`. A row's `segments` are a list of plain structs;
what those cannot hold (words, confidence, labels, channel) stands in each one's `rest`, as JSON.
Without audio, the audiofolder is a folder of JSON lines.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.digest import canonical_json
from speechkit.core.errors import InputError
from speechkit.core.types import Recording
from speechkit.formats import Notes
from speechkit.formats.tables import read_table
from speechkit.manifest.export.arrow import pyarrow
from speechkit.manifest.export.bundle import SPLIT_NAMES, Bundle, Format, assemble, put_once
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
from speechkit.manifest.export.sounds import AUDIO_SUFFIXES, Sounds, length_of, put_file
from speechkit.manifest.lines import reason_of
from speechkit.manifest.schema import ReleasedSegment, SplitName

_SPLITS: dict[str, SplitName] = {
    # As `datasets` takes the names of folders.
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("validation", "valid", "dev", "val"), "dev"),
    **dict.fromkeys(("test", "testing", "eval", "evaluation"), "test"),
}
_TEXT_FIELDS = ("transcription", "text", "transcript", "sentence")
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
    """Read `metadata.jsonl` or `metadata.csv` with the sound it names, our own or anybody's.

    Folders called train, dev, validation or test are splits. A row with a text is a segment as
    long as its sound.

    Raises:
        InputError: with file, line and reason.
    """
    files = sorted(
        file
        for file in path.rglob("metadata.*")
        if file.suffix in (".jsonl", ".csv") and ".unpacked" not in file.parts
    )
    if not files:
        raise InputError(
            f"{path}: no data/train/metadata.jsonl nor other metadata.jsonl or .csv there"
        )
    rows: list[tuple[SplitName | None, Path, int, dict[str, Any]]] = []
    sounds, notes = Sounds(), Notes()
    for file in files:
        for number, row in json_rows(file) if file.suffix == ".jsonl" else _csv_rows(file):
            with reading(file, number):
                said = str(row.get("file_name") or row.get("audio_file_name") or "")
                place = file.parent / said
                inside = place.relative_to(path).parts if place.is_relative_to(path) else ()
                split = next((_SPLITS[part] for part in inside if part in _SPLITS), None)
                if "segments" not in row:
                    row = _foreign(row, said, path, file, number, notes)
                if said:
                    name = str(field(row, "recording", file, number))
                    sounds.name(name, said, file, number)
            rows.append((split, file, number, row))
    if unnamed := _unnamed(path, sounds):
        notes.add(0, "a sound file that no metadata names", unnamed)
    bundle = _bundle(path, rows, sounds, notes)
    unsaid = [s for s in bundle.segments if s.end == 0 and s.recording in bundle.sounds]
    if not unsaid:
        return bundle
    lengths = {s.recording: length_of(bundle.sounds[s.recording]) for s in unsaid}
    segments = (
        msgspec.structs.replace(s, end=lengths[s.recording]) if s.recording in lengths else s
        for s in bundle.segments
    )
    return msgspec.structs.replace(bundle, segments=tuple(segments))


def _unnamed(path: Path, sounds: Sounds) -> int:
    named = {each.resolve() for each in sounds.paths.values()}
    return sum(
        file.suffix.lower() in AUDIO_SUFFIXES and file.resolve() not in named
        for file in path.rglob("*")
    )


def _csv_rows(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for row in read_table(file).rows:
        yield row.line, dict(row.cells)


def _foreign(
    row: Mapping[str, Any], said: str, root: Path, file: Path, number: int, notes: Notes
) -> dict[str, Any]:
    """Return another tool's row as one of ours: its recording is its file, its text a segment."""
    text = next((name for name in _TEXT_FIELDS if isinstance(row.get(name), str)), "")
    if not said or not text:
        raise InputError(
            f"{file}, line {number}: no field 'recording' with 'segments', nor a 'file_name' with "
            f"a {' or '.join(_TEXT_FIELDS)}"
        )
    for name in sorted(row.keys() - {"file_name", "audio_file_name", "speaker", "language", text}):
        notes.add(number, f"the field {name!r}")
    segment = {
        "id": str(number),
        "start": 0.0,
        "end": 0.0,
        "text": row[text],
        "speaker": str(row.get("speaker") or ""),
        "language": str(row.get("language") or ""),
        "role": "unknown",
    }
    name = (file.parent / said).relative_to(root).as_posix()
    return {"recording": name, "segments": [segment]}


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
    rows: list[tuple[SplitName | None, Path, int, dict[str, Any]]] = []
    sounds = Sounds()
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
                    suffix = Path(str(audio.get("path") or "")).suffix or ".flac"
                    sounds.unpack(name, suffix, audio["bytes"], file, number)
                rows.append((split, file, number, row))
    if not rows:
        raise InputError(f"{path}: no data/<split>-*.parquet there")
    return _bundle(path, rows, sounds, Notes())


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
    rows: Iterable[tuple[SplitName | None, Path, int, dict[str, Any]]],
    sounds: Sounds,
    notes: Notes,
) -> Bundle:
    known: dict[str, Recording] = {}
    segments = []
    splits: dict[str, SplitName] = {}
    seen: dict[str, int] = {}
    for split, file, number, row in rows:
        with reading(file, number):
            name = str(field(row, "recording", file, number))
            put_once(seen, name, number, file, number)
            if split is not None:
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
    return assemble(path, segments, sounds, known, splits, map(str, notes.all()))


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
    oracle="datasets",
    passes_over=("fields beside text, speaker and language", "sound files that no metadata names"),
    refuses=(
        "rows without a file name and a text",
        "folders without metadata.jsonl or metadata.csv",
    ),
)
PARQUET = Format(
    name="parquet",
    title="Hugging Face Parquet, audio inside",
    write=write_parquet,
    read=read_parquet,
    oracle="datasets",
)
