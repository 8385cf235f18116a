"""lhotse (recordings.jsonl and supervisions.jsonl, `lhotse.readthedocs.io`).

Sound files lie in `audio/`; their paths are relative: load with `.with_path_prefix(FOLDER)`.
A recording whose source is a command is refused: a manifest is data and runs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from speechkit.core.errors import InputError
from speechkit.core.time import round_ms
from speechkit.core.types import Audio, Recording
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

_RECORDINGS = "recordings.jsonl"
_SUPERVISIONS = "supervisions.jsonl"


def write_lhotse(bundle: Bundle, folder: Path) -> None:
    """Write both manifests, the sound files, and what recordings are in speechkit's terms."""
    placed = place_sounds(bundle, folder)
    write_json_lines(
        folder / _RECORDINGS,
        (recording_row(r, "file", placed.get(r.id)) for r in bundle.recordings),
    )
    write_json_lines(
        folder / _SUPERVISIONS,
        (
            supervision_row(segment, recording)
            for recording, segments in bundle.by_recording()
            for segment in segments
        ),
    )


def read_lhotse(path: Path) -> Bundle:
    """Read a folder with `*recordings*.jsonl[.gz]` and `*supervisions*.jsonl[.gz]`.

    Raises:
        InputError: with file, line and reason.
    """
    known: dict[str, Recording] = {}
    sounds = Sounds()
    for file in _files(path, "recordings"):
        for number, row in json_rows(file):
            with reading(file, number):
                recording, said = read_recording(row, file, number)
                if recording.id in known:
                    raise InputError(f"{file}, line {number}: this recording is listed twice")
                known[recording.id] = recording
                if said:
                    sounds.name(recording.id, said, file, number)
    segments = []
    for file in _files(path, "supervisions"):
        for number, row in json_rows(file):
            with reading(file, number):
                segments.append(read_supervision(row, file, number))
    for segment in segments:
        if segment.recording not in known:
            raise InputError(f"{path}: supervision {segment.id!r} is of no recording there")
    return assemble(path, segments, sounds, known)


def recording_row(recording: Recording, type_: str, source: str | None) -> dict[str, Any]:
    """Return a lhotse Recording; without a sound file it has no sources."""
    channels = list(range(recording.audio.num_channels))
    sources = [] if source is None else [{"type": type_, "channels": channels, "source": source}]
    return {
        "id": recording.id,
        "sources": sources,
        "sampling_rate": recording.audio.sample_rate,
        "num_samples": recording.audio.num_samples,
        "duration": recording.duration,
        "channel_ids": channels,
    }


def supervision_row(segment: ReleasedSegment, recording: Recording) -> dict[str, Any]:
    """Return a lhotse SupervisionSegment; words become its alignment of the name `word`."""
    sex = {p.id: p.sex for p in recording.participants}
    custom = rest_of(segment, "words", "channel")
    if segment.channel is None:
        custom["any_channel"] = True
    if speakers := [word.speaker for word in segment.words]:
        custom["word_speakers"] = speakers
    row = {
        "id": segment.id,
        "recording_id": segment.recording,
        "start": segment.start,
        "duration": round_ms(segment.end - segment.start),
        "channel": segment.channel or 0,
        "text": segment.text,
        "language": segment.language or None,
        "speaker": segment.speaker or None,
        "gender": sex.get(segment.speaker) or None,
        "custom": custom,
        "alignment": {
            "word": [
                [word.text, word.start, round_ms(word.end - word.start), word.confidence]
                for word in segment.words
            ]
        },
    }
    if not segment.words:
        del row["alignment"]
    return {name: value for name, value in row.items() if value is not None}


def read_recording(row: Mapping[str, Any], file: Path, number: int) -> tuple[Recording, str]:
    """Return a recording and the path of its sound, empty if it has none."""
    name = str(field(row, "id", file, number))
    said = ""
    sources = row.get("sources") or []
    if len(sources) > 1:
        raise InputError(
            f"{file}, line {number}: a file a channel; join the {len(sources)} files to one first"
        )
    for source in sources:
        type_ = source.get("type")
        if type_ == "command":
            raise InputError(
                f"{file}, line {number}: the source is a command; speechkit runs none. Save the "
                "recording to a file first"
            )
        if type_ not in ("file", "shar"):
            raise InputError(f"{file}, line {number}: source of type {type_!r}; files are read")
        if type_ == "file":
            said = str(source.get("source") or "")
    rate = field(row, "sampling_rate", file, number)
    samples = field(row, "num_samples", file, number)
    if not (isinstance(rate, int) and isinstance(samples, int) and rate > 0 and samples > 0):
        raise InputError(f"{file}, line {number}: sampling_rate and num_samples are counts")
    channels = row.get("channel_ids") or [0]
    audio = Audio(
        sha256="",
        uri="",
        sample_rate=rate,
        num_samples=samples,
        num_channels=len(channels),
        codec="",
    )
    return Recording(id=name, audio=audio), said


def read_supervision(
    row: Mapping[str, Any], file: Path, number: int, offset: float = 0.0
) -> ReleasedSegment:
    """Return a segment; `offset` is added to its times, as those in a cut count from its start."""
    start = number_field({**row, "start": row.get("start", 0) + offset}, "start", file, number)
    custom = dict(row.get("custom") or {})
    any_channel = custom.pop("any_channel", False)
    channel = row.get("channel", 0)
    if any_channel or isinstance(channel, list):
        channel = None
    speakers = custom.pop("word_speakers", [])
    rest = {
        name: custom[name] for name in ("role", "confidence", "labels", "review") if name in custom
    }
    rest["words"] = _words(row.get("alignment"), speakers, offset, file, number)
    return make_segment(
        file,
        number,
        rest,
        id=str(field(row, "id", file, number)),
        recording=str(field(row, "recording_id", file, number)),
        start=start,
        end=round_ms(start + number_field(row, "duration", file, number)),
        text=row.get("text") or "",
        speaker=row.get("speaker") or "",
        language=row.get("language") or "",
        channel=channel,
    )


def _words(
    alignment: Any, speakers: Iterable[str], offset: float, file: Path, number: int
) -> list[dict[str, Any]]:
    items = (alignment or {}).get("word") or []
    known = [*speakers, *([""] * len(items))]
    words = []
    for item, speaker in zip(items, known, strict=False):
        if not isinstance(item, list) or len(item) < 3:
            raise InputError(f"{file}, line {number}: a word is [text, start, duration, score]")
        start = round_ms(item[1] + offset)
        words.append(
            {
                "text": item[0],
                "start": start,
                "end": round_ms(start + item[2]),
                "confidence": item[3] if len(item) > 3 else None,
                "speaker": speaker,
            }
        )
    return words


def _files(path: Path, kind: str) -> list[Path]:
    found = sorted(
        file
        for file in path.glob(f"*{kind}*.jsonl*")
        if file.name.endswith((".jsonl", ".jsonl.gz"))
    )
    if not found:
        raise InputError(f"{path}: no *{kind}*.jsonl or .jsonl.gz there")
    return found


FORMAT = Format(
    name="lhotse",
    title="lhotse recordings and supervisions",
    write=write_lhotse,
    read=read_lhotse,
    oracle="lhotse",
)
