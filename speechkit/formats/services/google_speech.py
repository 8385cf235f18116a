"""Google Cloud Speech-to-Text v1 and v2: results with alternatives, words with times and speakers.

https://cloud.google.com/speech-to-text/docs/reference/rest/v1/speech/recognize,
https://cloud.google.com/speech-to-text/docs/reference/rest/v2/BatchRecognizeFileResult
Libraries write the same fields in snake case; operations hold them in `response`.
With speakers, v1 repeats all words in the last result, and only there says who spoke.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
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
    snake_case,
    speaker_of,
)
from speechkit.formats.services.tokens import Token, segment_of, segments_of
from speechkit.formats.transcript import Notes, Reading, TranscriptFormat


class _Word(msgspec.Struct, frozen=True):
    word: str = ""
    start_time: Any = None  # v1
    end_time: Any = None
    start_offset: Any = None  # v2
    end_offset: Any = None
    confidence: float | None = None
    speaker_tag: int | None = None
    speaker_label: str | None = None


class _Alternative(msgspec.Struct, frozen=True):
    transcript: str = ""
    confidence: float | None = None
    words: list[_Word] = []


class _Result(msgspec.Struct, frozen=True):
    alternatives: list[_Alternative] = []
    channel_tag: int | None = None
    language_code: str | None = None
    result_end_time: Any = None
    result_end_offset: Any = None
    is_final: bool = True


class _Document(msgspec.Struct, frozen=True):
    results: list[_Result] = []


_FIGURES = frozenset(
    "@type metadata total_billed_time total_billed_duration request_id name done "
    "speech_adaptation_info using_legacy_models uri stability".split()
)


def is_google_speech(text: str) -> bool:
    """Say whether a JSON text has the shape of Speech-to-Text's responses."""
    return bool(_documents(read_object(text)))


def _documents(found: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return documents with a list of results by the address of their sound, if one is given."""
    inner = found.get("response", found)
    results = inner.get("results") if isinstance(inner, dict) else None
    if "format" in found:  # Speechmatics
        return {}
    if isinstance(results, list) and (not results or _is_result(results[0])):
        return {"": inner}
    if not isinstance(results, dict):
        return {}
    several: dict[str, Mapping[str, Any]] = {}
    for name, file in results.items():
        if not isinstance(file, dict):
            return {}
        snake = snake_case(file)
        inline = snake.get("inline_result")
        transcript = inline.get("transcript") if isinstance(inline, dict) else None
        transcript = transcript or snake.get("transcript")
        if isinstance(transcript, dict) and isinstance(transcript.get("results", []), list):
            several[name] = transcript
        elif "error" in snake or "cloud_storage_result" in snake or "uri" in snake:
            several[name] = {"missing": True}
    return several


def _is_result(value: Any) -> bool:
    return isinstance(value, dict) and bool(
        value.keys()
        & {"alternatives", "resultEndTime", "resultEndOffset", "result_end_time", "languageCode"}
    )


def parse_google_speech(text: str, where: Path) -> Reading[Segment]:
    """Read one recording, which the file names; of a batch, those that the document names.

    Raises:
        InputError: with file, place and reason.
    """
    documents = _documents(read_object(text))
    if not documents:
        raise InputError(f"{where}: no results of Speech-to-Text in it")
    notes = Notes()
    readings: dict[str, Reading[Segment]] = {}
    for address, document in documents.items():
        if "missing" in document:
            notes.add(0, "a file whose transcript failed, or lies elsewhere")
            continue
        own = where.with_name(PurePosixPath(address).name) if len(documents) > 1 else where
        reading = _one(snake_case(document), own, notes)
        if own.stem in readings:
            raise InputError(f"{where}: holds two recordings of one name")
        readings[own.stem] = reading
    return Reading(
        recordings={k: v for each in readings.values() for k, v in each.recordings.items()},
        notes=notes.all(),
        alternatives={k: v for each in readings.values() for k, v in each.alternatives.items()},
    )


def _one(found: Any, where: Path, notes: Notes) -> Reading[Segment]:
    results = [each for each in shape_of(found, _Document, where).results if each.is_final]
    note_unused(found, _Document, notes, _FIGURES)
    several = len({each.channel_tag for each in results} - {None, 0}) > 1
    segments: list[Segment | None] = []
    others: list[Segment | None] = []
    repeated = _repeats(results)
    if repeated:
        words = results[-1].alternatives[0].words
        language = next((each.language_code for each in results if each.language_code), None)
        segments += segments_of(_tokens(words, None, language_of(language), where))
    before = 0.0
    for result in results[:-1] if repeated else results:
        channel = (result.channel_tag or 1) - 1 if several else None
        language = language_of(result.language_code)
        end = seconds_of(result.result_end_time or result.result_end_offset, where)
        for number, each in enumerate(result.alternatives):
            tokens = _tokens(each.words, channel, language, where)
            heard = Token(
                text=each.transcript,
                start=None if tokens else (before if end else None),
                end=None if tokens else end,
                # 0 stands for "not set".
                confidence=share_of(each.confidence or None),
                channel=channel,
                language=language,
            )
            if number:
                others.append(segment_of(heard, tokens, notes))
            elif repeated:
                continue
            elif len({token.speaker for token in tokens}) > 1:
                segments += segments_of(tokens)
            else:
                segments.append(segment_of(heard, tokens, notes))
        before = end or before
    return reading_of(where, segments, notes, others)


def _repeats(results: Sequence[_Result]) -> bool:
    """Say whether the last result lists the words of all others again, with speakers."""
    best = [each.alternatives[0] for each in results if each.alternatives]
    if len(best) < 2 or not any(word.speaker_tag for word in best[-1].words):
        return False
    earlier = " ".join(
        word.word if each.words else each.transcript
        for each in best[:-1]
        for word in each.words or [_Word()]
    )
    again = [word.word.casefold() for word in best[-1].words]
    spoken = earlier.casefold().split()
    return bool(spoken) and again[: len(spoken)] == spoken


def _tokens(words: Sequence[_Word], channel: int | None, language: str, where: Path) -> list[Token]:
    tokens = []
    for word in words:
        ends = word.end_time if word.end_time is not None else word.end_offset
        starts = word.start_time if word.start_time is not None else word.start_offset
        end = seconds_of(ends, where)
        tokens.append(
            Token(
                text=word.word.partition("|")[0],  # Japanese: written form|reading
                # Protocol buffers leave out a time of 0.
                start=seconds_of(starts, where) if starts or end is None else 0.0,
                end=end,
                confidence=share_of(word.confidence or None),
                speaker=speaker_of(word.speaker_label or word.speaker_tag or None),
                channel=channel,
                language=language,
            )
        )
    return tokens


FORMAT = TranscriptFormat(
    name="google-speech",
    title="Google Cloud Speech-to-Text v1 and v2",
    standard="Google, https://cloud.google.com/speech-to-text/docs/reference/rest",
    suffixes=(".json",),
    parse=parse_google_speech,
    claims=is_google_speech,
    one_recording=True,
    passes_over=("billing and metadata of the request", "results that are not final"),
)
