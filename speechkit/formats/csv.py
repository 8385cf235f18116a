"""Tables of what was said: a row a recording, or a segment, with an id and a text.

No standard. The columns are found by their names: an id (`id`, `file`, `audio`, …) and a text
(`text`, `transcript`, `hypothesis`, …); `start`, `end`, `speaker`, `channel`, `language` and
`confidence` where there are some. A table of two columns without such names is id and text.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Literal

from speechkit.core.errors import InputError
from speechkit.core.types import Segment
from speechkit.formats.fields import in_order, seconds, share
from speechkit.formats.text import split_lines
from speechkit.formats.transcript import Notes, Reading, TranscriptFormat

_FILES = ("audio", "audio_file", "audio_filepath", "file", "filename", "file_name", "path", "wav")
_COLUMNS: dict[str, tuple[str, ...]] = {
    "id": (
        *("id", "recording", "recording_id", "session_id", "utterance_id", "utt_id", "utt", "uid"),
        *("clip", "clip_id", "name", *_FILES),
    ),
    "text": (
        *("text", "transcript", "transcription", "hypothesis", "hyp", "prediction", "predicted"),
        *("pred_text", "words", "sentence"),
    ),
    "start": ("start", "start_time", "begin"),
    "end": ("end", "end_time"),
    "speaker": ("speaker", "speaker_id"),
    "channel": ("channel",),
    "language": ("language", "lang"),
    "confidence": ("confidence", "score"),
}
_DELIMITERS = "\t,;|"


def is_table_of_texts(text: str) -> bool:
    """Say whether a table has a column that names recordings and one of texts."""
    header = _rows(text)[:1]
    return bool(header) and {"id", "text"} <= _columns(header[0][1]).keys()


def parse_csv(text: str, where: Path) -> Reading[Segment]:
    """Read segments by recording.

    Raises:
        InputError: with file, line and reason.
    """
    rows = _rows(text)
    if not rows:
        return Reading(recordings={})
    header = rows[0][1]
    columns = _columns(header)
    notes = Notes()
    if {"id", "text"} <= columns.keys():
        rows = rows[1:]
        for index, name in enumerate(header):
            if index not in columns.values():
                known = re.fullmatch(r"[\w .-]{1,40}", name.strip())
                notes.add(1, f"the column {name.strip()!r}" if known else "a column")
    elif all(len(row) == 2 for _, row in rows):
        columns = {"id": 0, "text": 1}
    else:
        raise InputError(
            f"{where}, line 1: no column of ids and one of texts; call them id and text"
        )
    is_file = _plain(header[columns["id"]]) in _FILES
    pairs: list[tuple[str, Segment]] = []
    names: list[str] = []
    for line, row in rows:
        cells = {field: row[at].strip() for field, at in columns.items() if at < len(row)}
        name = cells.get("id", "")
        if not name:
            raise InputError(f"{where}, line {line}: no id in it")
        name = PurePath(name).stem if is_file else name
        names.append(name)
        if cells.get("text"):
            pairs.append((name, _segment(cells, where, line)))
    return Reading(recordings=in_order(pairs, names), notes=notes.all())


def _segment(cells: Mapping[str, str], where: Path, line: int) -> Segment:
    start, end = (
        seconds(cells[key], where, line) if cells.get(key) else 0.0 for key in ("start", "end")
    )
    if end < start:
        raise InputError(f"{where}, line {line}: ends before it starts")
    channel = cells.get("channel", "")
    return Segment(
        id="",
        start=start,
        end=end,
        text=" ".join(cells["text"].split()),
        speaker=cells.get("speaker", ""),
        channel=int(channel) if channel.isdecimal() else None,
        language=cells.get("language", ""),
        confidence=share(cells["confidence"], where, line) if cells.get("confidence") else None,
    )


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """Return the rows that are not empty, with their lines."""
    text = text.lstrip("\ufeff")
    first = next((line for line in split_lines(text) if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    plain = delimiter == "\t" and any(line.count('"') % 2 for line in split_lines(text))
    quoting: Literal[0, 3] = csv.QUOTE_NONE if plain else csv.QUOTE_MINIMAL
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting)
    try:
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error:
        return []


def _columns(header: Sequence[str]) -> dict[str, int]:
    """Return which column is what; the names that stand first in the list win."""
    names = [_plain(name) for name in header]
    found = {}
    for field, known in _COLUMNS.items():
        at = next((names.index(name) for name in known if name in names), None)
        if at is not None:
            found[field] = at
    return found


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


FORMAT = TranscriptFormat(
    name="csv",
    title="table of ids and texts",
    standard="none",
    suffixes=(".csv", ".tsv"),
    parse=parse_csv,
    claims=is_table_of_texts,
    passes_over=("other columns",),
    refuses=(
        "a table without a column of ids and one of texts",
        "an end before its start",
    ),
)
