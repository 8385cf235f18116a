"""JSON of whisper and of tools around it: a text, or segments, of one recording.

openai-whisper and faster-whisper write `segments` with `words`, whisperX adds `speaker` to both.
OpenAI's `verbose_json` puts `words` beside the segments and calls the language by its name; its
`diarized_json` has segments with speakers. whisper.cpp (`-oj`) writes `transcription` with `offsets`
in milliseconds, with `-ojf` also `tokens`, parts of words with a probability.
https://github.com/openai/whisper/blob/main/whisper/utils.py,
https://platform.openai.com/docs/api-reference/audio/verbose-json-object,
https://platform.openai.com/docs/api-reference/audio/diarized-json-object,
https://github.com/m-bain/whisperX,
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
from speechkit.formats.services.document import language_of, speaker_of
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
    rows = _with_words(rows, document.get("words"))
    spoken = language_of(language) if isinstance(language, str) else ""
    pairs = [
        (where.stem, _segment(row, spoken, f"{where}, segment {n}", notes))
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
    speaker = speaker_of(row.get("speaker"))
    words = [w for w in row.get("words") or [] if isinstance(w, dict)] or _spoken(row.get("tokens"))
    timed = [
        _word(w, speaker, where)
        for w in words
        if w.get("start") is not None and w.get("end") is not None
    ]
    if len(timed) < len(words):
        # whisperX leaves out the times of numbers; half of a segment's words would be a lie.
        notes.add(0, "a segment whose words do not all have times, kept without them")
        timed = []
    text = " ".join(row["text"].split())
    if (
        timed and end == 0
    ):  # a text with words beside it, as OpenAI writes where only they are asked for
        start, end = timed[0].start, max(word.end for word in timed)
    return Segment(
        id="",
        start=round_ms(start),
        end=round_ms(end),
        text=text,
        words=tuple(timed),
        speaker=speaker,
        language=language,
    )


def _with_words(rows: list[Any], words: Any) -> list[Any]:
    """Put words that stand beside segments into them, by the middle of their times."""
    if not isinstance(words, list):
        return rows
    timed = [each for each in words if isinstance(each, dict) and _middle(each) is not None]
    if len(rows) == 1:
        return [{"words": timed, **rows[0]} if isinstance(rows[0], dict) else rows[0]]
    return [
        {**row, "words": row.get("words") or [w for w in timed if _within(w, row)]}
        if isinstance(row, dict)
        else row
        for row in rows
    ]


def _middle(word: Mapping[str, Any]) -> float | None:
    start, end = word.get("start"), word.get("end")
    if not isinstance(start, int | float) or not isinstance(end, int | float):
        return None
    return (start + end) / 2


def _within(word: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    middle, start, end = _middle(word), row.get("start"), row.get("end")
    if middle is None or not isinstance(start, int | float) or not isinstance(end, int | float):
        return False
    return start <= middle < end


def _spoken(tokens: Any) -> list[dict[str, Any]]:
    """Join whisper.cpp's tokens to words: a word begins with a blank, `[_BEG_]` is none."""
    words: list[dict[str, Any]] = []
    for token in tokens if isinstance(tokens, list) else ():
        if not isinstance(token, dict) or not isinstance(token.get("text"), str):
            continue
        text, offsets = token["text"], token.get("offsets")
        if text.startswith("[_") or not isinstance(offsets, dict) or not text.strip():
            continue
        first, last = offsets.get("from"), offsets.get("to")
        if not isinstance(first, int | float) or not isinstance(last, int | float):
            return []
        start, end = first / 1000, last / 1000
        sure = token.get("p")
        if words and not text[0].isspace():
            before = words[-1]
            before.update(word=before["word"] + text, end=max(before["end"], end))
            if any(map(str.isalnum, text)) and isinstance(sure, int | float):
                before["probability"] = min(before.get("probability") or sure, sure)
        else:
            words.append({"word": text, "start": start, "end": end, "probability": sure})
    return words


def _word(word: Mapping[str, Any], speaker: str, where: str) -> Word:
    text = word.get("word", word.get("text"))
    if not isinstance(text, str):
        raise InputError(f"{where}: a word without text")
    score = word.get("probability", word.get("score"))
    known = isinstance(score, int | float) and math.isfinite(score)
    own = speaker_of(word.get("speaker"))
    return Word(
        text=text.strip(),
        start=round_ms(_time(word, "start", where)),
        end=round_ms(_time(word, "end", where)),
        confidence=float(score) if known and score is not None else None,
        speaker=own if own != speaker else "",
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
    title="JSON of whisper, faster-whisper, whisperX, whisper.cpp and OpenAI",
    standard="openai-whisper, https://github.com/openai/whisper",
    suffixes=(".json",),
    parse=parse_whisper,
    one_recording=True,
    claims=is_whisper,
    passes_over=("tokens, temperatures and other figures of decoding",),
    refuses=(
        "JSON without a text",
        "words without text",
        "times that are no numbers",
    ),
)
