"""Doccano JSON lines: a segment a line, its tags (`[NAME_1]`) as labeled spans, the rest as meta.

Drops: sound files. Labels that people added are noted, not read back: a release holds no spans.
"""

from __future__ import annotations

import re
from pathlib import Path

from speechkit.formats import Notes
from speechkit.manifest.export.bundle import Bundle, Format, assemble
from speechkit.manifest.export.rows import (
    field,
    json_rows,
    make_segment,
    number_field,
    reading,
    rest_of,
    write_json_lines,
)

_ADDED = frozenset({"entities", "relations", "cats", "labels", "comments", "Comments"})
_TAG = re.compile(r"\[([A-Z_]+?)(?:_\d+)?\]")


def write_doccano(bundle: Bundle, folder: Path) -> None:
    """Write `doccano.jsonl`."""
    write_json_lines(
        folder / "doccano.jsonl",
        (
            {
                "text": segment.text,
                "label": [[m.start(), m.end(), m[1]] for m in _TAG.finditer(segment.text)],
                "segment": segment.id,
                "recording": segment.recording,
                "start": segment.start,
                "end": segment.end,
                "speaker": segment.speaker,
                "language": segment.language,
                "rest": rest_of(segment),
            }
            for segment in bundle.segments
        ),
    )


def read_doccano(path: Path) -> Bundle:
    """Read Doccano's JSONL, where its meta columns are those written by speechkit.

    Raises:
        InputError: with file, line and reason.
    """
    file = path / "doccano.jsonl" if path.is_dir() else path
    segments = []
    notes = Notes()
    for number, row in json_rows(file):
        with reading(file, number):
            meta = {**(row.get("meta") or {}), **row}
            for name in _ADDED & row.keys():
                if count := len(row[name] or ()):
                    notes.add(number, f"one of its {name}", count)
            spans = row.get("label") or ()
            tags = {(m.start(), m.end()) for m in _TAG.finditer(str(row.get("text", "")))}
            if added := sum(tuple(span[:2]) not in tags for span in spans):
                notes.add(number, "a label that is no tag of the text", added)
            segments.append(
                make_segment(
                    file,
                    number,
                    meta.get("rest"),
                    id=str(field(meta, "segment", file, number)),
                    recording=str(field(meta, "recording", file, number)),
                    start=number_field(meta, "start", file, number),
                    end=number_field(meta, "end", file, number),
                    text=str(meta.get("text", "")),
                    speaker=meta.get("speaker") or "",
                    language=meta.get("language") or "",
                )
            )
    return assemble(path, segments, notes=map(str, notes.all()))


FORMAT = Format(
    name="doccano",
    title="Doccano JSON lines",
    write=write_doccano,
    read=read_doccano,
    drops=("sound files",),
    passes_over=("labels, entities, relations and comments that people added",),
    refuses=("rows without a recording and times",),
)
