"""AssemblyAI, a transcript: words in milliseconds, utterances by speaker where asked for.

https://www.assemblyai.com/docs/api-reference/transcripts/get
"""

from __future__ import annotations

from collections.abc import Sequence
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
    confidence: float | None = None
    speaker: int | str | None = None
    channel: int | str | None = None


class _Utterance(msgspec.Struct, frozen=True):
    text: str
    start: float
    end: float
    confidence: float | None = None
    speaker: int | str | None = None
    channel: int | str | None = None
    words: list[_Word] | None = None


class _Document(msgspec.Struct, frozen=True):
    status: str = "completed"
    text: str | None = None
    words: list[_Word] | None = None
    utterances: list[_Utterance] | None = None
    language_code: str | None = None
    confidence: float | None = None


# What was asked for, and what the job is called; answers to the questions are noted.
_FIGURES = frozenset(
    "id audio_url audio_duration audio_channels audio_start_from audio_end_at acoustic_model "
    "language_model language_confidence language_confidence_threshold language_detection "
    "language_detection_options language_detection_results punctuate format_text dual_channel "
    "multichannel webhook_url webhook_status_code webhook_auth webhook_auth_header_name "
    "speech_model speech_models speech_model_used speech_threshold speed_boost throttled "
    "auto_highlights auto_chapters summarization summary_type summary_model custom_topics topics "
    "content_safety iab_categories sentiment_analysis entity_detection filter_profanity "
    "redact_pii redact_pii_audio redact_pii_audio_quality redact_pii_policies redact_pii_sub "
    "redact_pii_audio_options speaker_labels speaker_options speakers_expected disfluencies "
    "boost_param word_boost keyterms_prompt custom_spelling prompt is_deleted "
    "language_codes temperature domain remove_audio_tags speech_understanding".split()
)


def is_assemblyai(text: str) -> bool:
    """Say whether a JSON text has the shape of AssemblyAI's transcripts."""
    found = read_object(text)
    known = {"audio_url", "utterances", "acoustic_model", "words", "audio_duration"}
    return isinstance(found.get("status"), str) and bool(found.keys() & known)


def parse_assemblyai(text: str, where: Path) -> Reading[Segment]:
    """Read one recording, which the file names.

    Raises:
        InputError: with file, place and reason; also for a job that has failed or not ended.
    """
    if not is_assemblyai(text):
        raise InputError(f"{where}: not in the shape of {FORMAT.title}")
    notes = Notes()
    found = read_object(text)
    document = shape_of(found, _Document, where)
    if document.status != "completed":
        state = document.status if document.status.isalpha() else "unknown"
        raise InputError(f"{where}: the state of this transcript is {state!r}, not 'completed'")
    note_unused(found, _Document, notes, _FIGURES)
    language = language_of(document.language_code)
    segments: list[Segment | None] = []
    for utterance in document.utterances or ():
        whole = Token(
            text=utterance.text,
            start=_time(utterance.start, where),
            end=_time(utterance.end, where),
            confidence=share_of(utterance.confidence),
            speaker=speaker_of(utterance.speaker),
            channel=_channel(utterance.channel),
            language=language,
        )
        words = _tokens(utterance.words or (), language, where)
        segments.append(segment_of(whole, words, notes))
    if not segments and document.words:
        segments += segments_of(_tokens(document.words, language, where))
    elif not segments and document.text:
        heard = Token(
            text=document.text, confidence=share_of(document.confidence), language=language
        )
        segments.append(segment_of(heard, (), notes))
    return reading_of(where, segments, notes)


def _tokens(words: Sequence[_Word], language: str, where: Path) -> list[Token]:
    return [
        Token(
            text=word.text,
            start=_time(word.start, where),
            end=_time(word.end, where),
            confidence=share_of(word.confidence),
            speaker=speaker_of(word.speaker),
            channel=_channel(word.channel),
            language=language,
        )
        for word in words
    ]


def _time(value: float | None, where: Path) -> float | None:
    return seconds_of(None if value is None else value / 1000, where)


def _channel(value: Any) -> int | None:
    """AssemblyAI counts channels from 1."""
    number = str(value if value is not None else "")
    return int(number) - 1 if number.isdecimal() and int(number) > 0 else None


FORMAT = TranscriptFormat(
    name="assemblyai",
    title="AssemblyAI",
    standard="AssemblyAI, https://www.assemblyai.com/docs/api-reference/transcripts/get",
    suffixes=(".json",),
    parse=parse_assemblyai,
    one_recording=True,
    claims=is_assemblyai,
    passes_over=("what was asked for", "chapters, summaries, entities, highlights, sentiments"),
)
