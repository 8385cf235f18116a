"""Tables for pandas: a segment a row in `segments.csv` or `segments.parquet`; words as JSON.

`pandas.read_csv(path, keep_default_na=False)` keeps a segment whose words are "nan" or "None".
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.digest import canonical_json
from speechkit.core.errors import InputError
from speechkit.formats import read_text
from speechkit.formats.fields import seconds, share
from speechkit.manifest.export.arrow import pyarrow
from speechkit.manifest.export.bundle import Bundle, Format, assemble, place_sounds
from speechkit.manifest.export.rows import make_segment, reading
from speechkit.manifest.export.sounds import Sounds
from speechkit.manifest.lines import reason_of
from speechkit.manifest.schema import ReleasedSegment

_COLUMNS = (
    "id", "recording", "audio", "split", "start", "end", "speaker", "role", "language", "text",
    "channel", "confidence", "labels", "review", "words",
)  # fmt: skip


def write_csv(bundle: Bundle, folder: Path) -> None:
    """Write `segments.csv` (RFC 4180, UTF-8) and the sound files."""
    rows = _rows(bundle, place_sounds(bundle, folder))
    with (folder / "segments.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, _COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read_csv(path: Path) -> Bundle:
    """Read `segments.csv`; columns beyond recording, start, end and text may be absent.

    Raises:
        InputError: with file, line and reason.
    """
    file = path / "segments.csv" if path.is_dir() else path
    csv.field_size_limit(sys.maxsize)
    reader = csv.DictReader(read_text(file).splitlines(keepends=True), strict=True)
    rows = []
    try:
        for row in reader:
            if None in row or None in row.values():
                raise InputError(f"{file}, line {reader.line_num}: not as many cells as columns")
            rows.append((reader.line_num, row))
    except csv.Error as error:
        raise InputError(f"{file}, line {reader.line_num}: {error}") from error
    return _bundle(path, file, rows)


def write_table(bundle: Bundle, folder: Path) -> None:
    """Write `segments.parquet` and the sound files."""
    pa, pq = pyarrow()
    numbers = {"start", "end", "confidence"}
    schema = pa.schema(
        [
            (
                name,
                pa.float64()
                if name in numbers
                else pa.int64()
                if name == "channel"
                else pa.string(),
            )
            for name in _COLUMNS
        ]
    )
    rows = list(_rows(bundle, place_sounds(bundle, folder)))
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / "segments.parquet")


def read_table(path: Path) -> Bundle:
    """Read `segments.parquet`.

    Raises:
        InputError: with file, row and reason.
    """
    pa, pq = pyarrow()
    file = path / "segments.parquet" if path.is_dir() else path
    try:
        rows = pq.read_table(file).to_pylist()
    except (OSError, ValueError, pa.ArrowException) as error:
        raise InputError(f"{file}: not Parquet, or damaged") from error
    return _bundle(path, file, list(enumerate(rows, start=1)))


def _rows(bundle: Bundle, placed: dict[str, str]) -> Iterable[dict[str, Any]]:
    for segment in bundle.segments:
        yield {
            **{name: getattr(segment, name) for name in _COLUMNS if name not in ("audio", "split")},
            "audio": placed.get(segment.recording, ""),
            "split": bundle.splits.get(segment.recording, ""),
            "labels": " ".join(segment.labels),
            "words": canonical_json(segment.words).decode(),
        }


def _bundle(path: Path, file: Path, rows: list[tuple[int, dict[str, Any]]]) -> Bundle:
    segments = []
    sounds = Sounds()
    splits = {}
    for number, row in rows:
        with reading(file, number):
            segment = _segment(row, file, number)
            segments.append(segment)
            if row.get("split"):
                splits[segment.recording] = row["split"]
            if row.get("audio"):
                sounds.name(segment.recording, str(row["audio"]), file, number)
    return assemble(path, segments, sounds, splits=splits)


def _segment(row: dict[str, Any], file: Path, number: int) -> ReleasedSegment:
    for name in ("recording", "start", "end", "text"):
        if row.get(name) is None:
            raise InputError(f"{file}, line {number}: no column {name!r}")
    try:
        words = msgspec.json.decode((row.get("words") or "[]").encode())
        channel = int(row["channel"]) if row.get("channel") not in (None, "") else None
    except (msgspec.MsgspecError, ValueError) as error:
        raise InputError(f"{file}, line {number}: {reason_of(error)}") from error
    confidence = row.get("confidence")
    return make_segment(
        file,
        number,
        id=row.get("id") or f"{row['recording']}-{number}",
        recording=row["recording"],
        start=seconds(str(row["start"]), file, number),
        end=seconds(str(row["end"]), file, number),
        text=row["text"],
        speaker=row.get("speaker") or "",
        role=row.get("role") or "unknown",
        language=row.get("language") or "",
        channel=channel,
        confidence=None if confidence in (None, "") else share(str(confidence), file, number),
        labels=tuple((row.get("labels") or "").split()),
        review=row.get("review") or "draft",
        words=words,
    )


CSV = Format(name="csv", title="CSV for pandas", write=write_csv, read=read_csv, oracle="pandas")
TABLE = Format(
    name="table", title="Parquet for pandas", write=write_table, read=read_table, oracle="pandas"
)
