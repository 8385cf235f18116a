"""Rows of lhotse's manifests: recordings and supervisions, to and from speechkit's terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.errors import InputError
from speechkit.core.time import round_ms
from speechkit.core.types import Audio, Recording
from speechkit.manifest.export.rows import field, make_segment, number_field, rest_of
from speechkit.manifest.schema import ReleasedSegment


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """A recording as a manifest has it: `files` with the channels that each holds, in its order.

    `channels` are lhotse's numbers of the channels, in speechkit's order.
    """

    recording: Recording
    channels: tuple[int, ...]
    files: tuple[tuple[str, tuple[int, ...]], ...] = ()


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


def read_recording(row: Mapping[str, Any], file: Path, number: int) -> Described:
    """Return a recording, and the files of its sound if it has some."""
    name = str(field(row, "id", file, number))
    files = []
    for source in row.get("sources") or []:
        type_ = source.get("type")
        if type_ == "command":
            raise InputError(
                f"{file}, line {number}: the source is a command; speechkit runs none. Save the "
                "recording to a file first"
            )
        if type_ not in ("file", "shar"):
            raise InputError(f"{file}, line {number}: source of type {type_!r}; files are read")
        if type_ == "file" and source.get("source"):
            files.append((str(source["source"]), tuple(source.get("channels") or (0,))))
    rate = field(row, "sampling_rate", file, number)
    samples = field(row, "num_samples", file, number)
    if not (isinstance(rate, int) and isinstance(samples, int) and rate > 0 and samples > 0):
        raise InputError(f"{file}, line {number}: sampling_rate and num_samples are counts")
    channels = row.get("channel_ids") or sorted({c for _, each in files for c in each}) or [0]
    audio = Audio(
        sha256="",
        uri="",
        sample_rate=rate,
        num_samples=samples,
        num_channels=len(channels),
        codec="",
    )
    return Described(
        recording=Recording(id=name, audio=audio), channels=tuple(channels), files=tuple(files)
    )


def read_supervision(
    row: Mapping[str, Any],
    channels: tuple[int, ...],
    file: Path,
    number: int,
    offset: float = 0.0,
) -> ReleasedSegment:
    """Return a segment of a recording that has these channels.

    `offset` is added to its times, as those in a cut count from its start.
    """
    start = number_field({**row, "start": row.get("start", 0) + offset}, "start", file, number)
    custom = dict(row.get("custom") or {})
    any_channel = custom.pop("any_channel", False)
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
        channel=None if any_channel else _channel(row.get("channel", 0), channels),
    )


def _channel(said: Any, channels: tuple[int, ...]) -> int | None:
    """Return a channel by its place among the recording's; None for several of them.

    A recording without sound may be said to have one channel, and its segments to be on others.
    """
    numbers = said if isinstance(said, list) else [said]
    if len(numbers) != 1:
        return None
    (number,) = numbers
    return channels.index(number) if number in channels else number


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
