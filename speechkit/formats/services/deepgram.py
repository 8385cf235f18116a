"""Deepgram, pre-recorded audio: words by channel, with speakers; utterances where asked for.

https://developers.deepgram.com/reference/speech-to-text/listen-pre-recorded,
https://developers.deepgram.com/docs/utterances, https://developers.deepgram.com/docs/multichannel
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

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


class _Word(msgspec.Struct, frozen=True):
    word: str = ""
    punctuated_word: str = ""
    start: float | None = None
    end: float | None = None
    confidence: float | None = None
    speaker: int | str | None = None
    speaker_confidence: float | None = None
    language: str | None = None


class _Alternative(msgspec.Struct, frozen=True):
    transcript: str = ""
    confidence: float | None = None
    words: list[_Word] = []
    languages: list[str] = []
    paragraphs: Any = None  # the same words, grouped


class _Channel(msgspec.Struct, frozen=True):
    alternatives: list[_Alternative] = []
    detected_language: str | None = None
    language_confidence: float | None = None


class _Utterance(msgspec.Struct, frozen=True):
    transcript: str
    start: float
    end: float
    confidence: float | None = None
    channel: int = 0
    speaker: int | str | None = None
    words: list[_Word] = []
    languages: list[str] = []


class _Results(msgspec.Struct, frozen=True):
    channels: list[_Channel]
    utterances: list[_Utterance] | None = None


class _Document(msgspec.Struct, frozen=True):
    results: _Results
    metadata: Any = None


_FIGURES = frozenset({"id"})


def is_deepgram(text: str) -> bool:
    """Say whether a JSON text has the shape of Deepgram's responses."""
    results = read_object(text).get("results")
    return isinstance(results, dict) and isinstance(results.get("channels"), list)


def parse_deepgram(text: str, where: Path) -> Reading[Segment]:
    """Read one recording, which the file names.

    Raises:
        InputError: with file, place and reason.
    """
    notes = Notes()
    document = read_object(text)
    results = shape_of(document, _Document, where).results
    note_unused(document, _Document, notes, _FIGURES)
    several = len(results.channels) > 1
    segments: list[Segment | None] = []
    others: list[Segment | None] = []
    for number, channel in enumerate(results.channels):
        own = number if several else None
        heard = language_of(channel.detected_language)
        others += [_whole(each, own, heard, where, notes) for each in channel.alternatives[1:]]
        if results.utterances or not channel.alternatives:
            continue
        best = channel.alternatives[0]
        if best.words:
            segments += segments_of(_tokens(best.words, own, heard, where))
        else:
            segments.append(_whole(best, own, heard, where, notes))
    for utterance in results.utterances or ():
        own = utterance.channel if several else None
        channels = results.channels
        inside = channels[utterance.channel] if utterance.channel < len(channels) else None
        heard = language_of(inside.detected_language if inside else None)
        whole = Token(
            text=utterance.transcript,
            start=seconds_of(utterance.start, where),
            end=seconds_of(utterance.end, where),
            confidence=share_of(utterance.confidence),
            speaker=speaker_of(utterance.speaker),
            channel=own,
            language=heard,
        )
        segments.append(segment_of(whole, _tokens(utterance.words, own, heard, where), notes))
    return reading_of(where, segments, notes, others)


def _whole(
    heard: _Alternative, channel: int | None, language: str, where: Path, notes: Notes
) -> Segment | None:
    whole = Token(
        text=heard.transcript,
        confidence=share_of(heard.confidence),
        channel=channel,
        language=language,
    )
    return segment_of(whole, _tokens(heard.words, channel, language, where), notes)


def _tokens(words: Sequence[_Word], channel: int | None, language: str, where: Path) -> list[Token]:
    return [
        Token(
            text=word.punctuated_word or word.word,
            start=seconds_of(word.start, where),
            end=seconds_of(word.end, where),
            confidence=share_of(word.confidence),
            speaker=speaker_of(word.speaker),
            channel=channel,
            language=language_of(word.language) or language,
        )
        for word in words
    ]


FORMAT = TranscriptFormat(
    name="deepgram",
    title="Deepgram",
    standard="Deepgram, https://developers.deepgram.com/reference/speech-to-text/listen-pre-recorded",
    suffixes=(".json",),
    parse=parse_deepgram,
    one_recording=True,
    claims=is_deepgram,
    passes_over=("metadata of the request", "summaries, topics, intents, sentiments and searches"),
)
