"""Speechmatics json-v2: words, marks and entities with speakers, channels and alternatives.

https://docs.speechmatics.com/speech-to-text/batch/output
"""

from __future__ import annotations

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


class _Guess(msgspec.Struct, frozen=True):
    content: str
    confidence: float | None = None
    speaker: str | None = None
    language: str | None = None
    display: Any = None  # direction of the script
    tags: Any = None


class _Result(msgspec.Struct, frozen=True):
    type: str
    start_time: float | None = None
    end_time: float | None = None
    channel: str | None = None
    alternatives: list[_Guess] = []
    attaches_to: str | None = None
    is_eos: bool | None = None
    volume: float | None = None
    spoken_form: Any = None  # the same words, as spoken and as written
    written_form: Any = None
    entity_class: str | None = None
    score: float | None = None


class _Document(msgspec.Struct, frozen=True):
    results: list[_Result]
    format: str = ""
    metadata: Any = None
    job: Any = None


_SPOKEN = ("word", "entity", "punctuation")


def is_speechmatics(text: str) -> bool:
    """Say whether a JSON text has the shape of Speechmatics' transcripts."""
    found = read_object(text)
    results = found.get("results")
    if not isinstance(results, list) or "format" not in found:
        return False
    return not results or (isinstance(results[0], dict) and "type" in results[0])


def parse_speechmatics(text: str, where: Path) -> Reading[Segment]:
    """Read one recording, which the file names.

    Raises:
        InputError: with file, place and reason.
    """
    notes = Notes()
    found = read_object(text)
    document = shape_of(found, _Document, where)
    note_unused(found, _Document, notes)
    names = sorted({each.channel for each in document.results if each.channel})
    numbers = {name: number for number, name in enumerate(names)} if len(names) > 1 else {}
    spoken: dict[str, list[Token]] = {}
    others: list[Segment | None] = []
    for result in document.results:
        if result.type not in _SPOKEN or not result.alternatives:
            if result.type != "speaker_change":
                notes.add(0, "a result that is no word or mark")
            continue
        best, *rest = [
            _token(result, guess, numbers.get(result.channel or ""), where)
            for guess in result.alternatives
        ]
        line = spoken.setdefault(result.channel or "", [])
        if best.joins and line:
            best = msgspec.structs.replace(best, speaker=line[-1].speaker)
        line.append(best)
        others += [segment_of(each, (), notes) for each in rest]
    segments = [each for line in spoken.values() for each in segments_of(line)]
    return reading_of(where, segments, notes, others)


def _token(result: _Result, guess: _Guess, channel: int | None, where: Path) -> Token:
    return Token(
        text=guess.content,
        start=seconds_of(result.start_time, where),
        end=seconds_of(result.end_time, where),
        confidence=share_of(guess.confidence),
        speaker=speaker_of(guess.speaker),
        channel=channel,
        language=language_of(guess.language),
        joins=result.type == "punctuation" and result.attaches_to in ("previous", "both", None),
    )


FORMAT = TranscriptFormat(
    name="speechmatics",
    title="Speechmatics json-v2",
    standard="Speechmatics, https://docs.speechmatics.com/speech-to-text/batch/output",
    suffixes=(".json",),
    parse=parse_speechmatics,
    one_recording=True,
    claims=is_speechmatics,
    passes_over=("job and settings", "audio events, translations, summaries, chapters, sentiments"),
)
