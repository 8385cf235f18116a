"""NeMo manifest: a JSON object a segment, with `audio_filepath`, `offset`, `duration`, `text`.

https://docs.nvidia.com/nemo-framework/user-guide/latest/nemotoolkit/asr/datasets.html
Lines with the same path are one recording. The path may be called `audio_filename`, the text lie in
a file of its own (`text_filepath`) or be called `normalized_text`, as NeMo's loader takes them; a
line without a duration reaches to the end of its sound. What NeMo wrote (`pred_text`) is not taken
for a transcript.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from speechkit.core.errors import InputError
from speechkit.core.time import round_ms
from speechkit.formats import Notes
from speechkit.formats.text import read_text
from speechkit.manifest.export.bundle import Bundle, Format, assemble, place_sounds
from speechkit.manifest.export.rows import (
    field,
    json_rows,
    make_segment,
    number_field,
    reading,
    rest_of,
    write_json_lines,
)
from speechkit.manifest.export.sounds import Sounds, find_file, length_of
from speechkit.manifest.schema import ReleasedSegment

_REST = ("role", "channel", "confidence", "labels", "review", "words")
_USED = frozenset(
    {
        *("audio_filepath", "offset", "duration", "text", "speaker", "lang", "recording"),
        *("segment", "source_lang", "audio_filename", "text_filepath", "normalized_text"),
        *_REST,
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
                said = row.get("audio_filename") or field(row, "audio_filepath", file, number)
                if not isinstance(said, str):
                    raise InputError(
                        f"{file}, line {number}: 'audio_filepath' is not one path; join the files "
                        "of a recording to one with a channel each"
                    )
                recording = str(row.get("recording") or said)
                if not recording:
                    raise InputError(
                        f"{file}, line {number}: neither 'audio_filepath' nor 'recording'"
                    )
                if said:
                    sounds.name(recording, said, file, number)
                length = _length(row, sounds.paths.get(recording))
                segment = _segment({**row, "duration": length}, recording, file, number)
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


def _length(row: Mapping[str, Any], sound: Path | None) -> Any:
    """Return the line's duration; without one, up to the end of the sound."""
    if row.get("duration") is not None or sound is None:
        return row.get("duration")
    return round_ms(max(0.0, length_of(sound) - (row.get("offset") or 0.0)))


def _text(row: Mapping[str, Any], file: Path, number: int) -> str:
    if row.get("text") is not None:
        return str(row["text"])
    if row.get("text_filepath"):
        path = find_file(str(row["text_filepath"]), file)
        if path is None:
            raise InputError(f"{file}, line {number}: the file of its text is not there")
        return " ".join(read_text(path).split())
    return str(row.get("normalized_text") or "")


def _segment(row: dict[str, Any], recording: str, file: Path, number: int) -> ReleasedSegment:
    start = number_field({**row, "offset": row.get("offset") or 0.0}, "offset", file, number)
    return make_segment(
        file,
        number,
        {name: row[name] for name in _REST if name in row},
        id=str(row.get("segment") or f"{recording}-{number}"),
        recording=recording,
        start=start,
        end=round_ms(start + number_field(row, "duration", file, number)),
        text=_text(row, file, number),
        speaker=str(row.get("speaker") or ""),
        language=row.get("lang") or row.get("source_lang") or "",
    )


FORMAT = Format(
    name="nemo",
    title="NeMo manifest",
    write=write_nemo,
    read=read_nemo,
    oracle="NeMo's documented rules",
    passes_over=("fields beyond those that NeMo reads",),
    refuses=(
        "a path that is not one file",
        "lines without a path",
        "texts in files that are not there",
    ),
)
