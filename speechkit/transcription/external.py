"""What other programs write down → a transcript that keeps the contract of transcribers."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from speechkit.core.engines import Transcript
from speechkit.core.errors import InputError
from speechkit.core.text import join_words, primary_subtag, word_offsets
from speechkit.core.time import round_ms
from speechkit.core.types import Segment, Word
from speechkit.formats import read_transcripts

CLIPPED = "times-clipped"  # label: times lay beyond the sound
_CLOSE = 1.0  # seconds beyond the end of the sound that are only rounding


def parse_output(text: str, source: str) -> tuple[Segment, ...]:
    """Return the segments of what a program printed: Whisper's JSON, SegLST, or plain text.

    Raises:
        InputError: if it is JSON of another shape, or of more than one recording.
    """
    suffix = ".json" if text.lstrip()[:1] in ("{", "[") else ".txt"
    with tempfile.TemporaryDirectory() as folder:  # private to this user
        path = Path(folder) / f"output{suffix}"
        path.write_text(text, encoding="utf-8")
        try:
            recordings = read_transcripts(path).recordings
        except InputError as error:
            reason = str(error).replace(str(path), "its output")
            raise InputError(f"{source}: {reason}") from error
    if len(recordings) > 1:
        raise InputError(f"{source}: its output holds {len(recordings)} recordings, not one")
    return next(iter(recordings.values()), ())


def make_transcript(
    segments: Sequence[Segment], *, duration: float, language: str | None
) -> Transcript:
    """Return what another program wrote as a transcript: in order, within the sound, without ids.

    A segment without times spans the whole sound. Words that do not fit their text are left out.

    Args:
        segments: as they were read.
        duration: of the sound, in seconds.
        language: that was asked for; None: that of the segments, if they name one.
    """
    code = primary_subtag(language or next((s.language for s in segments if s.language), ""))
    fitted = [_fitted(each, duration, code) for each in segments if each.text.strip()]
    ordered = sorted(fitted, key=lambda each: (each.start, each.end))
    return Transcript(
        segments=tuple(ordered), language=code, language_probability=1.0 if language else 0.0
    )


def _fitted(segment: Segment, duration: float, language: str) -> Segment:
    limit = int(duration * 1000) / 1000
    start, end = (segment.start, segment.end) if segment.end > 0 else (0.0, limit)
    clipped = end > limit + _CLOSE
    words = () if clipped else _fitted_words(segment, limit)
    start = round_ms(min(start, limit, *(word.start for word in words)))
    end = round_ms(min(max(start, end, *(word.end for word in words)), limit))
    spoken = primary_subtag(segment.language) or language
    return msgspec.structs.replace(
        segment,
        id="",
        start=start,
        end=end,
        text=join_words([w.text for w in words], spoken) if words else segment.text.strip(),
        language=language or spoken,
        words=words,
        labels=(*segment.labels, CLIPPED) if clipped else segment.labels,
    )


def _fitted_words(segment: Segment, limit: float) -> tuple[Word, ...]:
    """Return the words with times in order and within the sound; none if they are not the text."""
    try:
        word_offsets(segment)
    except InputError:
        return ()
    words: list[Word] = []
    before = 0.0
    for word in segment.words:
        start = round_ms(min(max(word.start, before), limit))
        end = round_ms(min(max(word.end, start), limit))
        words.append(msgspec.structs.replace(word, start=start, end=end))
        before = start
    return tuple(words)


def shifted(segments: Sequence[Segment], offset: float) -> tuple[Segment, ...]:
    """Return segments of a part of a sound with their times in the whole of it."""
    return tuple(
        msgspec.structs.replace(
            segment,
            start=round_ms(segment.start + offset),
            end=round_ms(segment.end + offset),
            words=tuple(
                msgspec.structs.replace(
                    word, start=round_ms(word.start + offset), end=round_ms(word.end + offset)
                )
                for word in segment.words
            ),
        )
        for segment in segments
    )
