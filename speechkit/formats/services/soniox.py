"""Soniox: tokens (parts of words, with their blanks) in milliseconds, with speakers and languages.

https://soniox.com/docs/stt/api-reference/transcriptions/get_transcription_transcript
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from speechkit.core.text import is_unspaced
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
from speechkit.formats.services.tokens import Token, segment_of, segments_of
from speechkit.formats.transcript import Notes, Reading, TranscriptFormat


class _Token(msgspec.Struct, frozen=True):
    text: str
    start_ms: float | None = None
    end_ms: float | None = None
    confidence: float | None = None
    speaker: int | str | None = None
    language: str | None = None
    source_language: str | None = None
    translation_status: str | None = None
    is_audio_event: bool | None = None
    is_final: bool = True


class _Document(msgspec.Struct, frozen=True):
    tokens: list[_Token]
    text: str = ""


def is_soniox(text: str) -> bool:
    """Say whether a JSON text has the shape of Soniox' transcripts."""
    tokens = read_object(text).get("tokens")
    if not isinstance(tokens, list):
        return False
    return not tokens or (isinstance(tokens[0], dict) and "text" in tokens[0])


def parse_soniox(text: str, where: Path) -> Reading[Segment]:
    """Read one recording, which the file names.

    Raises:
        InputError: with file, place and reason.
    """
    notes = Notes()
    found = read_object(text)
    document = shape_of(found, _Document, where)
    note_unused(found, _Document, notes, frozenset({"id", "final_audio_proc_ms"}))
    tokens: list[Token] = []
    for each in document.tokens:
        if each.translation_status == "translation":
            notes.add(0, "a token of a translation")
        elif each.is_audio_event:
            notes.add(0, "a sound that is no speech")
        elif not each.is_final:
            notes.add(0, "a token that is not final")
        elif not (each.text.startswith("<") and each.text.endswith(">")):  # <end>: of a stretch
            tokens.append(_token(each, tokens, where))
    segments: list[Segment | None] = [*segments_of(tokens)]
    if not document.tokens:
        segments.append(segment_of(Token(text=document.text), (), notes))
    return reading_of(where, segments, notes)


def _token(each: _Token, before: list[Token], where: Path) -> Token:
    language = language_of(each.language)
    speaker = speaker_of(each.speaker)
    is_mark = not any(char.isalnum() for char in each.text)
    same = bool(before) and before[-1].speaker == speaker
    # A part of a word has no blank before it; in some languages words have none either.
    is_part = not each.text[:1].isspace() and same and not (is_unspaced(language) and not is_mark)
    return Token(
        text=each.text,
        start=seconds_of(None if each.start_ms is None else each.start_ms / 1000, where),
        end=seconds_of(None if each.end_ms is None else each.end_ms / 1000, where),
        confidence=share_of(each.confidence),
        speaker=speaker,
        language=language,
        joins=is_part,
    )


FORMAT = TranscriptFormat(
    name="soniox",
    title="Soniox",
    standard="Soniox, https://soniox.com/docs/stt/api-reference",
    suffixes=(".json",),
    parse=parse_soniox,
    one_recording=True,
    claims=is_soniox,
    passes_over=("tokens of translations", "sounds that are no speech"),
)
