"""ElevenLabs Scribe: words, blanks and sounds, with speakers; a transcript a channel.

https://elevenlabs.io/docs/api-reference/speech-to-text/convert
"""

from __future__ import annotations

import math
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
from speechkit.formats.services.tokens import Token, segment_of, segments_of
from speechkit.formats.transcript import Notes, Reading, TranscriptFormat


class _Word(msgspec.Struct, frozen=True):
    text: str
    start: float | None = None
    end: float | None = None
    type: str = "word"
    speaker_id: str | None = None
    logprob: float | None = None
    characters: Any = None  # the same text, by letter


class _Transcript(msgspec.Struct, frozen=True):
    text: str = ""
    words: list[_Word] = []
    language_code: str | None = None
    channel_index: int | None = None


class _Document(_Transcript, frozen=True):
    transcripts: list[_Transcript] = []


_FIGURES = frozenset(
    "language_probability transcription_id request_id audio_duration_secs message".split()
)


def is_elevenlabs(text: str) -> bool:
    """Say whether a JSON text has the shape of Scribe's transcripts."""
    found = read_object(text)
    several = found.get("transcripts")
    if isinstance(several, list) and several:
        found = several[0] if isinstance(several[0], dict) else {}
    words = found.get("words")
    return (
        "language_code" in found
        and isinstance(words, list)
        and all(isinstance(each, dict) and "type" in each for each in words)
        and (bool(words) or "language_probability" in found)
    )


def parse_elevenlabs(text: str, where: Path) -> Reading[Segment]:
    """Read one recording, which the file names.

    Raises:
        InputError: with file, place and reason.
    """
    if not is_elevenlabs(text):
        raise InputError(f"{where}: not in the shape of {FORMAT.title}")
    notes = Notes()
    found = read_object(text)
    document = shape_of(found, _Document, where)
    note_unused(found, _Document, notes, _FIGURES)
    transcripts = document.transcripts or [document]
    segments: list[Segment | None] = []
    for number, each in enumerate(transcripts):
        several = len(transcripts) > 1
        channel = (
            (number if each.channel_index is None else each.channel_index) if several else None
        )
        tokens = _tokens(each, channel, where, notes)
        if tokens:
            segments += segments_of(tokens)
        elif not each.words:
            heard = Token(text=each.text, channel=channel, language=language_of(each.language_code))
            segments.append(segment_of(heard, (), notes))
    return reading_of(where, segments, notes)


def _tokens(transcript: _Transcript, channel: int | None, where: Path, notes: Notes) -> list[Token]:
    tokens: list[Token] = []
    joins = False
    for word in transcript.words:
        if word.type == "audio_event":
            notes.add(0, "a sound that is no speech, as (laughter)")
        if word.type != "word":
            joins = False
            continue
        sure = None if word.logprob is None else math.exp(min(0.0, word.logprob))
        tokens.append(
            Token(
                text=word.text,
                start=seconds_of(word.start, where),
                end=seconds_of(word.end, where),
                confidence=share_of(sure),
                speaker=speaker_of(word.speaker_id),
                channel=channel,
                language=language_of(transcript.language_code),
                # Words without a blank between them: a mark, or a language without blanks.
                joins=joins and not any(char.isalnum() for char in word.text),
            )
        )
        joins = True
    return tokens


FORMAT = TranscriptFormat(
    name="elevenlabs",
    title="ElevenLabs Scribe",
    standard="ElevenLabs, https://elevenlabs.io/docs/api-reference/speech-to-text/convert",
    suffixes=(".json",),
    parse=parse_elevenlabs,
    one_recording=True,
    claims=is_elevenlabs,
    passes_over=("sounds that are no speech", "letters, entities, other formats of the same text"),
)
