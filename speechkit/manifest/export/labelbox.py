"""Labelbox NDJSON: data rows, and temporal annotations as its importer takes them.

    data_rows.ndjson     a recording a line: `global_key` is its id, `row_data` where its sound lies
    annotations.ndjson   a recording a line: `transcript`, an answer a segment with its `frames` in
                         milliseconds, and inside each its `speaker` and, as JSON, `details`
    ontology.json        the features that a project needs for these

Put the sound where Labelbox can reach it and say so in `row_data` before uploading. Read back are
annotations of this form, whoever made them: `transcript` is one's text, `speaker` who speaks; and
Labelbox's own export, of which a text about a whole recording is its segment.
https://docs.labelbox.com/reference/label-export
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.digest import canonical_json, segment_id
from speechkit.core.errors import InputError
from speechkit.core.time import round_ms
from speechkit.formats import Notes
from speechkit.manifest.export.bundle import Bundle, Format, assemble, place_sounds
from speechkit.manifest.export.rows import (
    field,
    json_rows,
    make_segment,
    reading,
    rest_of,
    write_json_lines,
)
from speechkit.manifest.export.sounds import Sounds, length_of
from speechkit.manifest.lines import reason_of
from speechkit.manifest.schema import ReleasedSegment

_DATA_ROWS = "data_rows.ndjson"
_ANNOTATIONS = "annotations.ndjson"
_NAME = "transcript"


def write_labelbox(bundle: Bundle, folder: Path) -> None:
    """Write data rows, annotations, the ontology and the sound files."""
    placed = place_sounds(bundle, folder)
    write_json_lines(
        folder / _DATA_ROWS,
        (
            {"global_key": r.id, "row_data": placed.get(r.id, ""), "media_type": "AUDIO"}
            for r in bundle.recordings
        ),
    )
    write_json_lines(
        folder / _ANNOTATIONS,
        (
            {
                "name": _NAME,
                "dataRow": {"globalKey": recording.id},
                "answer": [_answer(segment) for segment in segments],
            }
            for recording, segments in bundle.by_recording()
        ),
    )
    speakers = sorted({segment.speaker for segment in bundle.segments if segment.speaker})
    ontology = canonical_json(_ontology(speakers))
    (folder / "ontology.json").write_bytes(msgspec.json.format(ontology, indent=1) + b"\n")


def read_labelbox(path: Path) -> Bundle:
    """Read `annotations.ndjson` and, for the sound, `data_rows.ndjson`.

    Raises:
        InputError: with file, line and reason.
    """
    folder = path if path.is_dir() else path.parent
    file = folder / _ANNOTATIONS if path.is_dir() else path
    segments: list[ReleasedSegment] = []
    notes = Notes()
    sounds = Sounds()
    for number, row in json_rows(file):
        with reading(file, number):
            if "data_row" in row and "projects" in row:
                segments += _exported(row, sounds, notes, file, number)
            elif row.get("name") == _NAME:
                segments += _segments(row, file, number)
            else:
                notes.add(number, "an annotation that is not a transcript")
    data_rows = folder / _DATA_ROWS
    for number, row in json_rows(data_rows) if data_rows.is_file() else ():
        name = str(field(row, "global_key", data_rows, number))
        if row.get("row_data"):
            sounds.name(name, str(row["row_data"]), data_rows, number)
    return assemble(path, segments, sounds, notes=map(str, notes.all()))


def _exported(
    row: dict[str, Any], sounds: Sounds, notes: Notes, file: Path, number: int
) -> list[ReleasedSegment]:
    """Read a row of Labelbox's own export: a text about the whole recording is its segment."""
    about = row["data_row"]
    name = str(about.get("global_key") or about.get("external_id") or about["id"])
    if about.get("row_data"):
        sounds.name(name, str(about["row_data"]), file, number)
    labels = [each for project in row["projects"].values() for each in project.get("labels") or ()]
    if not labels:
        notes.add(number, "a data row that nobody labeled")
        return []
    if len(labels) > 1:
        notes.add(
            number, "a further label of a data row, of which the first counts", len(labels) - 1
        )
    texts: list[str] = []
    for kind, items in labels[0]["annotations"].items():
        for each in items:
            if kind == "classifications" and "text_answer" in each:
                texts.append(each["text_answer"]["content"])
            else:
                notes.add(number, f"one of its {kind}")
    if len(texts) > 1:
        notes.add(number, "a further text of a data row, of which the first counts", len(texts) - 1)
    end = length_of(sounds.paths[name]) if name in sounds.paths else 0.0
    return [
        make_segment(
            file, number, id=segment_id(name, 0), recording=name, start=0.0, end=end, text=text
        )
        for text in texts[:1]
    ]


def _answer(segment: ReleasedSegment) -> dict[str, Any]:
    frames = [{"start": round(segment.start * 1000), "end": round(segment.end * 1000)}]
    details = canonical_json({**rest_of(segment), "language": segment.language}).decode()
    inside = [{"name": "details", "answer": [{"value": details, "frames": frames}]}]
    if segment.speaker:
        inside.insert(
            0, {"name": "speaker", "answer": [{"name": segment.speaker, "frames": frames}]}
        )
    return {"value": segment.text, "frames": frames, "classifications": inside}


def _ontology(speakers: Iterable[str]) -> dict[str, Any]:
    options = [{"label": name, "value": name} for name in speakers]
    inside = [
        {"type": "radio", "name": "speaker", "scope": "index", "options": options},
        {"type": "text", "name": "details", "scope": "index"},
    ]
    feature = {"type": "text", "name": _NAME, "scope": "index", "options": inside}
    return {"tools": [], "classifications": [feature]}


def _segments(row: dict[str, Any], file: Path, number: int) -> list[ReleasedSegment]:
    recording = str(field(field(row, "dataRow", file, number), "globalKey", file, number))
    found: list[ReleasedSegment] = []
    for answer in row.get("answer") or []:
        text = field(answer, "value", file, number)
        inside = {one["name"]: one["answer"][0] for one in answer.get("classifications") or []}
        rest = _details(inside.get("details"), file, number)
        language = rest.pop("language", "")
        # The same words said twice are one answer with two stretches.
        for stretch in field(answer, "frames", file, number):
            start, end = (_seconds(stretch, key, file, number) for key in ("start", "end"))
            found.append(
                make_segment(
                    file,
                    number,
                    rest,
                    id=segment_id(recording, len(found)),
                    recording=recording,
                    start=start,
                    end=end,
                    text=text,
                    speaker=inside.get("speaker", {}).get("name", ""),
                    language=language,
                )
            )
    return found


def _details(answer: dict[str, Any] | None, file: Path, number: int) -> dict[str, Any]:
    if answer is None:
        return {}
    try:
        return msgspec.json.decode(answer["value"].encode(), type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise InputError(f"{file}, line {number}: details: {reason_of(error)}") from error


def _seconds(stretch: dict[str, Any], key: str, file: Path, number: int) -> float:
    value = field(stretch, key, file, number)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InputError(f"{file}, line {number}: {key!r} is not a number of milliseconds")
    return round_ms(value / 1000)


FORMAT = Format(
    name="labelbox",
    title="Labelbox data rows and annotations",
    write=write_labelbox,
    read=read_labelbox,
    passes_over=(
        "annotations that are no transcript",
        "further labels and texts: the first counts",
    ),
    refuses=("times that are not milliseconds",),
)
