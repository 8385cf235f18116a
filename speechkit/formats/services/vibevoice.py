"""VibeVoice-ASR: a list of who said what, and when; no times of words.

What a server wraps around it (the model's answer as text) is left to whoever calls the server.
https://huggingface.co/docs/transformers/model_doc/vibevoice_asr
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.errors import InputError
from speechkit.core.types import Segment
from speechkit.formats.services.document import (
    note_unused,
    reading_of,
    seconds_of,
    shape_of,
    speaker_of,
)
from speechkit.formats.services.tokens import Token, segment_of
from speechkit.formats.transcript import Notes, Reading, TranscriptFormat


class _Row(msgspec.Struct, frozen=True, rename="pascal"):
    start: float
    end: float
    content: str
    speaker: int | str | None = None


class _Document(msgspec.Struct, frozen=True):
    rows: list[_Row]


def _rows(text: str) -> list[Any]:
    try:
        rows = msgspec.json.decode(text.lstrip("\ufeff").encode(), type=list[Any])
    except (msgspec.MsgspecError, UnicodeEncodeError):
        return []
    return rows


def is_vibevoice(text: str) -> bool:
    """Say whether a JSON text has the shape of VibeVoice's transcripts."""
    rows = _rows(text)
    return bool(rows) and isinstance(rows[0], dict) and {"Start", "End", "Content"} <= set(rows[0])


def parse_vibevoice(text: str, where: Path) -> Reading[Segment]:
    """Read one recording, which the file names.

    Raises:
        InputError: with file, place and reason.
    """
    if not is_vibevoice(text):
        raise InputError(f"{where}: not in the shape of {FORMAT.title}")
    notes = Notes()
    found = {"rows": _rows(text)}
    document = shape_of(found, _Document, where)
    note_unused(found, _Document, notes)
    segments: list[Segment | None] = []
    for row in document.rows:
        if row.speaker is None and row.content.startswith("[") and row.content.endswith("]"):
            notes.add(0, "a sound that is no speech, as [Silence]")
            continue
        whole = Token(
            text=row.content,
            start=seconds_of(row.start, where),
            end=seconds_of(row.end, where),
            speaker=speaker_of(row.speaker),
        )
        segments.append(segment_of(whole, (), notes))
    return reading_of(where, segments, notes)


FORMAT = TranscriptFormat(
    name="vibevoice",
    title="VibeVoice-ASR",
    standard="VibeVoice, https://huggingface.co/docs/transformers/model_doc/vibevoice_asr",
    suffixes=(".json",),
    parse=parse_vibevoice,
    one_recording=True,
    claims=is_vibevoice,
    passes_over=("sounds that are no speech",),
)
