"""Rev and Rev AI: monologues of a speaker, made of words, marks and what was not understood.

https://docs.rev.ai/api/asynchronous/transcripts/
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.types import Segment
from speechkit.formats.services.document import (
    note_unused,
    read_object,
    reading_of,
    seconds_of,
    shape_of,
    share_of,
    speaker_of,
)
from speechkit.formats.services.tokens import Token, segments_of
from speechkit.formats.transcript import Notes, Reading, TranscriptFormat


class _Element(msgspec.Struct, frozen=True):
    type: str
    value: str = ""
    ts: float | None = None
    end_ts: float | None = None
    confidence: float | None = None


class _Speaker(msgspec.Struct, frozen=True):
    id: int | str | None = None
    name: str | None = None


class _Monologue(msgspec.Struct, frozen=True):
    elements: list[_Element]
    speaker: int | str | None = None
    speaker_info: _Speaker | None = None


class _Document(msgspec.Struct, frozen=True):
    monologues: list[_Monologue]
    speakers: Any = None


def is_rev(text: str) -> bool:
    """Say whether a JSON text has the shape of Rev's transcripts."""
    return isinstance(read_object(text).get("monologues"), list)


def parse_rev(text: str, where: Path) -> Reading[Segment]:
    """Read one recording, which the file names; a monologue may be several segments.

    Raises:
        InputError: with file, place and reason.
    """
    notes = Notes()
    found = read_object(text)
    document = shape_of(found, _Document, where)
    note_unused(found, _Document, notes)
    segments: list[Segment] = []
    for monologue in document.monologues:
        segments += segments_of(_tokens(monologue, where, notes))
    return reading_of(where, segments, notes)


def _tokens(monologue: _Monologue, where: Path, notes: Notes) -> list[Token]:
    tokens: list[Token] = []
    blank = True
    speaker = speaker_of(monologue.speaker)
    for element in monologue.elements:
        if element.type == "unknown":
            notes.add(0, "a place that Rev did not understand, as <inaudible>")
        if element.type == "punct" and not element.value.strip():
            blank = True
        if element.type == "unknown" or not element.value.strip():
            continue
        tokens.append(
            Token(
                text=element.value,
                start=seconds_of(element.ts, where),
                end=seconds_of(element.end_ts, where),
                confidence=share_of(element.confidence),
                speaker=speaker,
                joins=not blank,
            )
        )
        # Marks carry their blank (", "); a word after one without joins it, as in "x-ray".
        blank = element.value[-1].isspace()
    return tokens


FORMAT = TranscriptFormat(
    name="rev",
    title="Rev, Rev AI",
    standard="Rev AI, https://docs.rev.ai/api/asynchronous/transcripts/",
    suffixes=(".json",),
    parse=parse_rev,
    one_recording=True,
    claims=is_rev,
    passes_over=("names of speakers", "places that were not understood"),
)
