"""Gladia v2, pre-recorded: utterances with words, speakers and channels.

https://docs.gladia.io/api-reference/v2/pre-recorded/get
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.errors import InputError
from speechkit.core.types import Segment
from speechkit.formats.services.document import (
    language_of,
    note_unused,
    read_object,
    reading_of,
    seconds_of,
    shape_of,
    share_of,
    speaker_of,
)
from speechkit.formats.services.tokens import Token, segment_of
from speechkit.formats.transcript import Notes, Reading, TranscriptFormat


class _Word(msgspec.Struct, frozen=True):
    word: str
    start: float | None = None
    end: float | None = None
    confidence: float | None = None


class _Utterance(msgspec.Struct, frozen=True):
    text: str
    start: float | None = None
    end: float | None = None
    confidence: float | None = None
    channel: int | None = None
    speaker: int | str | None = None
    language: str | None = None
    words: list[_Word] = []


class _Transcription(msgspec.Struct, frozen=True):
    utterances: list[_Utterance] = []
    full_transcript: str = ""
    languages: list[str] = []
    subtitles: Any = None  # the same utterances in other forms
    sentences: Any = None


class _Result(msgspec.Struct, frozen=True):
    transcription: _Transcription
    metadata: Any = None


_FIGURES = frozenset(
    "id request_id version kind created_at completed_at custom_metadata error_code "
    "post_session_metadata file request_params status".split()
)


def is_gladia(text: str) -> bool:
    """Say whether a JSON text has the shape of Gladia's results."""
    found = read_object(text)
    inner = found.get("result", found)
    if isinstance(inner, dict) and isinstance(inner.get("transcription"), dict):
        return True
    return {"request_params", "request_id", "status"} <= found.keys()


def parse_gladia(text: str, where: Path) -> Reading[Segment]:
    """Read one recording, which the file names.

    Raises:
        InputError: with file, place and reason; also for a job that has not ended.
    """
    notes = Notes()
    found: Mapping[str, Any] = read_object(text)
    inner = found.get("result", found)
    if not isinstance(inner, dict) or "transcription" not in inner:
        raise InputError(f"{where}: a job of Gladia without a result; has it ended?")
    transcription = shape_of(inner, _Result, where).transcription
    note_unused(inner, _Result, notes, _FIGURES)
    main = transcription.languages[0] if len(transcription.languages) == 1 else None
    several = len({each.channel for each in transcription.utterances} - {None}) > 1
    segments: list[Segment | None] = []
    for each in transcription.utterances:
        whole = Token(
            text=each.text,
            start=seconds_of(each.start, where),
            end=seconds_of(each.end, where),
            confidence=share_of(each.confidence),
            speaker=speaker_of(each.speaker),
            channel=each.channel if several else None,
            language=language_of(each.language or main),
        )
        words = [
            Token(
                text=word.word,
                start=seconds_of(word.start, where),
                end=seconds_of(word.end, where),
                confidence=share_of(word.confidence),
            )
            for word in each.words
        ]
        segments.append(segment_of(whole, words, notes))
    if not transcription.utterances:
        heard = Token(text=transcription.full_transcript, language=language_of(main))
        segments.append(segment_of(heard, (), notes))
    return reading_of(where, segments, notes)


FORMAT = TranscriptFormat(
    name="gladia",
    title="Gladia v2",
    standard="Gladia, https://docs.gladia.io/api-reference/v2/pre-recorded/get",
    suffixes=(".json",),
    parse=parse_gladia,
    one_recording=True,
    claims=is_gladia,
    passes_over=("metadata of the job", "translations, summaries, chapters, entities, sentiments"),
)
