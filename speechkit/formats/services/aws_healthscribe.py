"""AWS HealthScribe, transcript.json: segments by clinician and patient, items with word times.

https://docs.aws.amazon.com/transcribe/latest/dg/health-scribe-transcript.html
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

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


class _Content(msgspec.Struct, frozen=True, rename="pascal"):
    content: str = ""
    confidence: float | None = None


class _Item(msgspec.Struct, frozen=True, rename="pascal"):
    begin_audio_time: float | None = None
    end_audio_time: float | None = None
    type: str = "pronunciation"
    alternatives: list[_Content] = []  # of jobs
    content: str = ""  # of streams
    confidence: float | None = None


class _Participant(msgspec.Struct, frozen=True, rename="pascal"):
    participant_role: str = ""


class _Segment(msgspec.Struct, frozen=True, rename="pascal"):
    content: str
    begin_audio_time: float
    end_audio_time: float
    participant_details: _Participant = _Participant()
    channel_id: str | None = None


class _Conversation(msgspec.Struct, frozen=True, rename="pascal"):
    transcript_segments: list[_Segment]
    transcript_items: list[_Item] = []
    language_code: str | None = None


class _Document(msgspec.Struct, frozen=True, rename="pascal"):
    conversation: _Conversation


_FIGURES = frozenset("ConversationId SessionId JobName JobType SegmentId Id".split())


def is_healthscribe(text: str) -> bool:
    """Say whether a JSON text has the shape of HealthScribe's transcripts."""
    conversation = read_object(text).get("Conversation")
    return isinstance(conversation, dict) and "TranscriptSegments" in conversation


def parse_healthscribe(text: str, where: Path) -> Reading[Segment]:
    """Read one recording, which the file names.

    Raises:
        InputError: with file, place and reason.
    """
    notes = Notes()
    found = read_object(text)
    conversation = shape_of(found, _Document, where).conversation
    note_unused(found, _Document, notes, _FIGURES)
    language = language_of(conversation.language_code)
    tokens = [_token(item, language, where) for item in conversation.transcript_items]
    segments: list[Segment | None] = []
    for each in conversation.transcript_segments:
        whole = Token(
            text=each.content,
            start=seconds_of(each.begin_audio_time, where),
            end=seconds_of(each.end_audio_time, where),
            speaker=speaker_of(each.participant_details.participant_role),
            channel=_channel(each.channel_id),
            language=language,
        )
        segments.append(segment_of(whole, _within(tokens, whole), notes))
    if not conversation.transcript_segments:
        segments += segments_of(tokens)
    others = [
        segment_of(
            msgspec.structs.replace(
                token, text=other.content, confidence=share_of(other.confidence)
            ),
            (),
            notes,
        )
        for item, token in zip(conversation.transcript_items, tokens, strict=True)
        for other in item.alternatives[1:]
    ]
    return reading_of(where, segments, notes, others)


def _token(item: _Item, language: str, where: Path) -> Token:
    best = item.alternatives[0] if item.alternatives else None
    return Token(
        text=best.content if best else item.content,
        start=seconds_of(item.begin_audio_time, where),
        end=seconds_of(item.end_audio_time, where),
        confidence=share_of(best.confidence if best else item.confidence),
        language=language,
        joins=item.type.lower() == "punctuation",
    )


def _within(tokens: Sequence[Token], whole: Token) -> list[Token]:
    """The words of a segment, by the middle of their times, with the marks behind them."""
    inside: list[Token] = []
    is_open = False
    for token in tokens:
        if not token.joins and token.start is not None and token.end is not None:
            middle = (token.start + token.end) / 2
            is_open = (whole.start or 0.0) <= middle <= (whole.end or 0.0)
        if is_open:
            inside.append(token)
    return inside


def _channel(label: str | None) -> int | None:
    number = (label or "").rpartition("_")[2]
    return int(number) if number.isdecimal() else None


FORMAT = TranscriptFormat(
    name="aws-healthscribe",
    title="AWS HealthScribe",
    standard="AWS, https://docs.aws.amazon.com/transcribe/latest/dg/health-scribe-transcript.html",
    suffixes=(".json",),
    parse=parse_healthscribe,
    one_recording=True,
    claims=is_healthscribe,
    passes_over=("names of the job", "sections and clinical insights"),
)
