"""NeMo manifest: a JSON object a segment, with `audio_filepath`, `offset`, `duration`, `text`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from speechkit.core.errors import InputError
from speechkit.core.time import round_ms
from speechkit.manifest.export.bundle import Bundle, Format, assemble, find_sound, place_sounds
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
    sounds: dict[str, Path] = {}
    segments = []
    for file in files:
        for number, row in json_rows(file):
            with reading(file, number):
                said = str(field(row, "audio_filepath", file, number))
                segment = _segment(row, Path(said).stem, file, number)
                sound = find_sound(said, file) if said else None
            if sound is not None:
                sounds[segment.recording] = sound
            segments.append(segment)
    return assemble(path, segments, sounds)


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


def _segment(row: dict[str, Any], stem: str, file: Path, number: int) -> ReleasedSegment:
    start = number_field({"offset": 0.0, **row}, "offset", file, number)
    recording = str(row.get("recording") or stem)
    rest = {
        name: row[name]
        for name in ("role", "channel", "confidence", "labels", "review", "words")
        if name in row
    }
    return make_segment(
        file,
        number,
        rest,
        id=str(row.get("segment") or f"{recording}-{number}"),
        recording=recording,
        start=start,
        end=round_ms(start + number_field(row, "duration", file, number)),
        text=row.get("text") or "",
        speaker=row.get("speaker") or "",
        language=row.get("lang") or "",
    )


FORMAT = Format(name="nemo", title="NeMo manifest", write=write_nemo, read=read_nemo)
