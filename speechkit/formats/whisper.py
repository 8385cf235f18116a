"""JSON of whisper and of tools around it: a text, or segments, of one recording.

openai-whisper and faster-whisper write `segments` with `words`, whisperX adds `speaker`,
whisper.cpp (`-oj`) writes `transcription` with `offsets` in milliseconds.
https://github.com/openai/whisper/blob/main/whisper/utils.py,
https://github.com/ggml-org/whisper.cpp/tree/master/examples/cli
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.errors import InputError
from speechkit.core.time import round_ms
from speechkit.core.types import Segment, Word
from speechkit.formats.fields import in_order
from speechkit.formats.transcript import Notes, Reading, TranscriptFormat


def parse_whisper(text: str, where: Path) -> Reading[Segment]:
    """Read one recording, which the file names.

    Raises:
        InputError: with file, segment and reason.
    """
    try:
        document = msgspec.json.decode(text.encode(), type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeEncodeError) as error:
        raise InputError(f"{where}: not a JSON object") from error
    notes = Notes()
    result = document.get("result")
    language = document.get("language") or (
        result.get("language") if isinstance(result, dict) else ""
    )
    rows = document.get("transcription", document.get("segments"))
    if rows is None:
        rows = [{"text": document.get("text")}]
    if not isinstance(rows, list):
        raise InputError(f"{where}: its segments are not a list")
    pairs = [
        (
            where.stem,
            _segment(
                row, language if isinstance(language, str) else "", f"{where}, segment {n}", notes
            ),
        )
        for n, row in enumerate(rows, start=1)
    ]
    return Reading(recordings=in_order(pairs) if pairs else {where.stem: ()}, notes=notes.all())


def is_whisper(text: str) -> bool:
    """Say whether a JSON text is one object with what whisper's writers put there."""
    try:
        document = msgspec.json.decode(text.encode(), type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeEncodeError):
        return False
    return "recording" not in document and bool(
        document.keys() & {"transcription", "segments", "text"}
    )


def _segment(row: Any, language: str, where: str, notes: Notes) -> Segment:
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise InputError(f"{where}: no text in it")
    offsets = row.get("offsets")
    if isinstance(offsets, dict):
        start, end = (_time(offsets, key, where) / 1000 for key in ("from", "to"))
    else:
        start, end = (_time(row, key, where) for key in ("start", "end"))
    if end < start:
        raise InputError(f"{where}: ends before it starts")
    words = [w for w in row.get("words") or [] if isinstance(w, dict)]
    timed = [
        _word(w, where) for w in words if w.get("start") is not None and w.get("end") is not None
    ]
    if len(timed) < len(words):
        # whisperX leaves out the times of numbers; half of a segment's words would be a lie.
        notes.add(0, "a segment whose words do not all have times, kept without them")
        timed = []
    text = " ".join(row["text"].split())
    return Segment(
        id="",
        start=round_ms(start),
        end=round_ms(end),
        text=text,
        words=tuple(timed),
        speaker=str(row.get("speaker") or ""),
        language=language,
    )


def _word(word: Mapping[str, Any], where: str) -> Word:
    text = word.get("word", word.get("text"))
    if not isinstance(text, str):
        raise InputError(f"{where}: a word without text")
    score = word.get("probability", word.get("score"))
    known = isinstance(score, int | float) and math.isfinite(score)
    return Word(
        text=text.strip(),
        start=round_ms(_time(word, "start", where)),
        end=round_ms(_time(word, "end", where)),
        confidence=float(score) if known and score is not None else None,
    )


def _time(row: Mapping[str, Any], key: str, where: str) -> float:
    value = row.get(key, 0.0)
    if value is None:
        return 0.0
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise InputError(f"{where}: {key!r} is not a time")
    return float(value)


FORMAT = TranscriptFormat(
    name="whisper",
    title="JSON of whisper, faster-whisper, whisperX and whisper.cpp",
    standard="openai-whisper, https://github.com/openai/whisper",
    suffixes=(".json",),
    parse=parse_whisper,
    one_recording=True,
    claims=is_whisper,
    passes_over=("tokens, temperatures and other figures of decoding",),
)
