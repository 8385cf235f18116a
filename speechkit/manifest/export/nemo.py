"""NeMo manifest: a JSON object a segment, with `audio_filepath`, `offset`, `duration`, `text`.

https://docs.nvidia.com/nemo-framework/user-guide/latest/nemotoolkit/asr/datasets.html
Lines with the same path are one recording. What NeMo wrote (`pred_text`) is not taken for a transcript.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from speechkit.core.errors import InputError
from speechkit.core.time import round_ms
from speechkit.formats import Notes
from speechkit.manifest.export.bundle import Bundle, Format, Sounds, assemble, place_sounds
from speechkit.manifest.export.rows import (
    field,
    json_rows,
    make_segment,
    number_field,
    reading,
    rest_of,
    write_json_lines,
)
from speechkit.manifest.schema import ReleasedSegment

_REST = ("role", "channel", "confidence", "labels", "review", "words")
_USED = frozenset(
    {
        *("audio_filepath", "offset", "duration", "text", "speaker", "lang", "recording"),
        *("segment", "source_lang", *_REST),
    }
)


def write_nemo(bundle: Bundle, folder: Path) -> None:
    """Write `<split>_manifest.json` with paths relative to it, as NeMo resolves them."""
    placed = place_sounds(bundle, folder)
    spoken = {recording.id: segments for recording, segments in bundle.by_recording()}
    for split, recordings in bundle.by_split():
        write_json_lines(
            folder / f"{split}_manifest.json",
            (
                _row(segment, placed.get(recording.id, ""))
                for recording in recordings
                for segment in spoken[recording.id]
            ),
        )


def read_nemo(path: Path) -> Bundle:
    """Read one manifest, or all `*manifest*.json[l]` of a folder.

    Raises:
        InputError: with file, line and reason.
    """
    files = [path] if path.is_file() else sorted(path.glob("*manifest*.json*"))
    if not files:
        raise InputError(f"{path}: no *manifest*.json there")
    sounds, notes = Sounds(), Notes()
    segments = []
    for file in files:
        for number, row in json_rows(file):
            with reading(file, number):
                said = field(row, "audio_filepath", file, number)
                if not isinstance(said, str):
                    raise InputError(
                        f"{file}, line {number}: 'audio_filepath' is not one path; join the files "
                        "of a recording to one with a channel each"
                    )
                segment = _segment(row, said, file, number)
                if said:
                    sounds.name(segment.recording, said, file, number)
            for name in sorted(row.keys() - _USED):
                notes.add(number, f"the field {name!r}")
            segments.append(segment)
    return assemble(path, segments, sounds, notes=map(str, notes.all()))


def _row(segment: ReleasedSegment, sound: str) -> dict[str, Any]:
    return {
        "audio_filepath": sound,
        "offset": segment.start,
        "duration": round_ms(segment.end - segment.start),
        "text": segment.text,
        "speaker": segment.speaker,
        "lang": segment.language,
        "recording": segment.recording,
        "segment": segment.id,
        **rest_of(segment),
    }


def _segment(row: dict[str, Any], said: str, file: Path, number: int) -> ReleasedSegment:
    recording = str(row.get("recording") or said)
    if not recording:
        raise InputError(f"{file}, line {number}: neither 'audio_filepath' nor 'recording'")
    start = number_field({**row, "offset": row.get("offset") or 0.0}, "offset", file, number)
    return make_segment(
        file,
        number,
        {name: row[name] for name in _REST if name in row},
        id=str(row.get("segment") or f"{recording}-{number}"),
        recording=recording,
        start=start,
        end=round_ms(start + number_field(row, "duration", file, number)),
        text=row.get("text") or "",
        speaker=row.get("speaker") or "",
        language=row.get("lang") or row.get("source_lang") or "",
    )


FORMAT = Format(name="nemo", title="NeMo manifest", write=write_nemo, read=read_nemo)
