"""Amazon Transcribe and Transcribe Medical, batch: items (words and marks) with speakers, channels.

https://docs.aws.amazon.com/transcribe/latest/dg/how-input.html#how-it-works-output,
https://docs.aws.amazon.com/transcribe/latest/dg/diarization-output-batch.html,
https://docs.aws.amazon.com/transcribe/latest/dg/channel-id.html
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
from speechkit.formats.services.tokens import Token, segment_of, segments_of
from speechkit.formats.transcript import Notes, Reading, TranscriptFormat


class _Content(msgspec.Struct, frozen=True):
    content: str = ""
    confidence: float | None = None
    redactions: Any = None


class _Item(msgspec.Struct, frozen=True):
    type: str = "pronunciation"
    alternatives: list[_Content] = []
    start_time: float | None = None
    end_time: float | None = None
    speaker_label: str | None = None
    channel_label: str | None = None
    language_code: str | None = None


class _Placed(msgspec.Struct, frozen=True):
    start_time: float
    end_time: float
    speaker_label: str | None = None


class _Turn(msgspec.Struct, frozen=True):
    start_time: float
    end_time: float
    speaker_label: str | None = None
    items: list[_Placed] = []


class _Speakers(msgspec.Struct, frozen=True):
    segments: list[_Turn] = []
    speakers: int = 0
    channel_label: str | None = None


class _ChannelItems(msgspec.Struct, frozen=True):
    channel_label: str = ""
    items: list[_Item] = []


class _Channels(msgspec.Struct, frozen=True):
    channels: list[_ChannelItems] = []
    number_of_channels: int = 0


class _Guess(msgspec.Struct, frozen=True):
    transcript: str = ""
    items: Any = None


class _Stretch(msgspec.Struct, frozen=True):
    start_time: float
    end_time: float
    alternatives: list[_Guess] = []


class _Transcript(msgspec.Struct, frozen=True):
    transcript: str = ""


class _Results(msgspec.Struct, frozen=True):
    items: list[_Item] = []
    transcripts: list[_Transcript] = []
    speaker_labels: _Speakers | None = None
    channel_labels: _Channels | None = None
    segments: list[_Stretch] = []  # alternatives, where they were asked for
    audio_segments: Any = None  # the same items, grouped
    language_code: str | None = None


class _Document(msgspec.Struct, frozen=True):
    results: _Results
    status: str = "COMPLETED"


_FIGURES = frozenset(
    "jobName accountId isRedacted id specialty type language_identification language_codes "
    "language_codes_ vocabularyFilterMethod redaction_type".split()
)


def is_aws_transcribe(text: str) -> bool:
    """Say whether a JSON text has the shape of Amazon Transcribe's output."""
    results = read_object(text).get("results")
    return isinstance(results, dict) and bool(results.keys() & {"transcripts", "items"})


def parse_aws_transcribe(text: str, where: Path) -> Reading[Segment]:
    """Read one recording, which the file names.

    Raises:
        InputError: with file, place and reason; also for a job that has failed.
    """
    notes = Notes()
    found = read_object(text)
    document = shape_of(found, _Document, where)
    results = document.results
    if document.status.upper() != "COMPLETED":
        raise InputError(f"{where}: the job of this transcript has not completed")
    note_unused(found, _Document, notes, _FIGURES)
    language = language_of(results.language_code)
    speakers = _speakers(results.speaker_labels)
    others: list[Segment | None] = []
    segments: list[Segment | None] = []
    channels = results.channel_labels.channels if results.channel_labels else []
    if channels:
        for each in channels:
            own = _channel(each.channel_label) if len(channels) > 1 else None
            tokens = [_token(item, speakers, own, language, where) for item in each.items]
            segments += segments_of(_spoken_on(tokens))
            others += _alternatives(each.items, tokens, notes)
    elif results.items:
        tokens = [
            _token(item, speakers, _channel(item.channel_label), language, where)
            for item in results.items
        ]
        segments += segments_of(_spoken_on(tokens))
        others += _alternatives(results.items, tokens, notes)
    else:
        wholes = [Token(text=each.transcript, language=language) for each in results.transcripts]
        segments += [segment_of(whole, (), notes) for whole in wholes]
    for stretch in results.segments:
        for guess in stretch.alternatives[1:]:
            whole = Token(
                text=guess.transcript,
                start=seconds_of(stretch.start_time, where),
                end=seconds_of(stretch.end_time, where),
                language=language,
            )
            others.append(segment_of(whole, (), notes))
    return reading_of(where, segments, notes, others)


def _speakers(labels: _Speakers | None) -> Mapping[tuple[float, float], str]:
    """Speakers by the times of their items: older files name them nowhere else."""
    return {
        (item.start_time, item.end_time): item.speaker_label or turn.speaker_label or ""
        for turn in (labels.segments if labels else ())
        for item in turn.items
    }


def _token(
    item: _Item,
    speakers: Mapping[tuple[float, float], str],
    channel: int | None,
    language: str,
    where: Path,
) -> Token:
    speaker = item.speaker_label or ""
    if not speaker and item.start_time is not None and item.end_time is not None:
        speaker = speakers.get((item.start_time, item.end_time), "")
    best = item.alternatives[0] if item.alternatives else _Content()
    return Token(
        text=best.content,
        start=seconds_of(item.start_time, where),
        end=seconds_of(item.end_time, where),
        confidence=share_of(best.confidence),
        speaker=speaker_of(speaker),
        channel=channel,
        language=language_of(item.language_code) or language,
        joins=item.type == "punctuation",
    )


def _spoken_on(tokens: list[Token]) -> list[Token]:
    """Give marks, which have no speaker in older files, that of the word before them."""
    spoken: list[Token] = []
    for token in tokens:
        if token.joins and spoken and not token.speaker:
            token = msgspec.structs.replace(token, speaker=spoken[-1].speaker)
        spoken.append(token)
    return spoken


def _alternatives(items: list[_Item], tokens: list[Token], notes: Notes) -> list[Segment | None]:
    return [
        segment_of(
            msgspec.structs.replace(
                token, text=other.content, confidence=share_of(other.confidence)
            ),
            (),
            notes,
        )
        for item, token in zip(items, tokens, strict=True)
        for other in item.alternatives[1:]
    ]


def _channel(label: str | None) -> int | None:
    """`ch_1` → 1."""
    number = (label or "").rpartition("_")[2]
    return int(number) if number.isdecimal() else None


FORMAT = TranscriptFormat(
    name="aws-transcribe",
    title="Amazon Transcribe, Transcribe Medical",
    standard="AWS, https://docs.aws.amazon.com/transcribe/latest/dg/how-input.html",
    suffixes=(".json",),
    parse=parse_aws_transcribe,
    one_recording=True,
    claims=is_aws_transcribe,
    passes_over=("name and account of the job", "entities, toxicity and redactions"),
)
