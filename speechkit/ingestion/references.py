"""Reference layers: what was really said, and who really spoke when.

Speakers of a reference are often called by name: they become `S1`, `S2`, … in the order in which
they speak. Words for roles (`doctor`) stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TypeVar, get_args

import msgspec

from speechkit.core.digest import segment_id
from speechkit.core.errors import InputError
from speechkit.core.time import round_ms
from speechkit.core.types import Item, Kind, Layer, Provenance, Recording, Role, Segment, Turn
from speechkit.formats import read_segments, read_turns

STAGE = "ingest"
VERSION = "1"

Named = TypeVar("Named", bound=Item)
_LATER = 1.0  # seconds that a reference may last beyond its recording


def read_reference(path: Path, audio: PurePosixPath) -> tuple[Item, ...]:
    """Read what a reference file (RTTM, STM, TextGrid, …) says about one recording.

    Of several recordings in it, the one counts that is called as the sound file `audio` is: by its
    path, its name or its name without suffix.

    Raises:
        InputError: if the file cannot be read, or is about several others.
    """
    is_turns = path.suffix.lower() == ".rttm"
    items: Mapping[str, tuple[Item, ...]] = read_turns(path) if is_turns else read_segments(path)
    return about(audio, items, path)


def about(
    audio: PurePosixPath, items: Mapping[str, tuple[Named, ...]], path: Path
) -> tuple[Named, ...]:
    """Return what a file says about the recording that is called as the sound file `audio` is.

    Raises:
        InputError: if the file is about several others.
    """
    for name in (str(audio), str(audio.with_suffix("")), audio.name, audio.stem):
        if name in items:
            return items[name]
    if len(items) == 1:
        return next(iter(items.values()))
    raise InputError(
        f"{path}: is about {len(items)} recordings, none of which is called as this file"
    )


def text_layer(recording: Recording, texts: Sequence[tuple[int | None, str]]) -> Layer:
    """Return the layer `reference` from plain text: a segment a channel, over all its length."""
    languages = recording.context.languages
    items = tuple(
        Segment(
            id=segment_id(recording.id, index),
            start=0.0,
            end=round_ms(recording.duration),
            text=" ".join(text.split()),
            language=languages[0] if len(languages) == 1 else "",
            channel=_channel(channel, recording),
        )
        for index, (channel, text) in enumerate(texts)
    )
    return _layer("reference", "segments", recording, items)


def turns_layer(recording: Recording, items: Iterable[Item]) -> Layer:
    """Return the layer `reference_turns`.

    Raises:
        InputError: if the items are not turns, or do not fit the recording.
    """
    turns = [item for item in items if isinstance(item, Turn)]
    _check(turns, recording)
    names = _labels(turn.speaker for turn in sorted(turns, key=_time))
    renamed = (
        msgspec.structs.replace(
            turn, speaker=names[turn.speaker], channel=_channel(turn.channel, recording)
        )
        for turn in turns
    )
    ordered = tuple(sorted(renamed, key=lambda turn: (*_time(turn), turn.speaker)))
    return _layer("reference_turns", "turns", recording, ordered)


def segments_layer(recording: Recording, items: Iterable[Item]) -> Layer:
    """Return the layer `reference` from segments with times.

    Raises:
        InputError: if the items are not segments, or do not fit the recording.
    """
    return _spoken_layer("reference", recording, items)


def draft_layer(recording: Recording, items: Iterable[Item]) -> Layer:
    """Return the layer `draft` from what another system wrote, for people to correct.

    Raises:
        InputError: if the items are not segments, or do not fit the recording.
    """
    return _spoken_layer("draft", recording, items)


def _spoken_layer(name: str, recording: Recording, items: Iterable[Item]) -> Layer:
    segments = sorted((item for item in items if isinstance(item, Segment)), key=_time)
    _check(segments, recording)
    names = _labels(segment.speaker for segment in segments)
    renamed = tuple(
        msgspec.structs.replace(
            segment,
            id=segment_id(recording.id, index),
            speaker=names.get(segment.speaker, ""),
            channel=_channel(segment.channel, recording),
        )
        for index, segment in enumerate(segments)
    )
    return _layer(name, "segments", recording, renamed)


def _check(items: Sequence[Turn | Segment], recording: Recording) -> None:
    if not items:
        raise InputError("the reference says nothing about this recording")
    end = max(item.end for item in items)
    if end > recording.duration + _LATER:
        raise InputError(
            f"the reference ends at {end:.1f} s, the recording at {recording.duration:.1f} s; "
            "is it the one of another recording?"
        )


def _labels(speakers: Iterable[str]) -> dict[str, str]:
    roles = set(get_args(Role))
    names: dict[str, str] = {}
    number = 0
    for speaker in speakers:
        if not speaker or speaker in names:
            continue
        if speaker.lower() in roles:
            names[speaker] = speaker.lower()
        else:
            number += 1
            names[speaker] = f"S{number}"
    return names


def _channel(channel: int | None, recording: Recording) -> int | None:
    """Return a channel that the recording has; the formats do not tell "first" from "the only"."""
    num_channels = recording.audio.num_channels
    if num_channels == 1 or (channel is not None and channel >= num_channels):
        return None
    return channel


def _time(item: Turn | Segment) -> tuple[float, float]:
    return (item.start, item.end)


def _layer(name: str, kind: Kind, recording: Recording, items: tuple[Item, ...]) -> Layer:
    provenance = Provenance(stage=STAGE, version=VERSION, inputs={"audio": recording.audio.sha256})
    return Layer(name=name, kind=kind, recording=recording.id, items=items, provenance=provenance)
