"""Words and marks as services list them, one after another → segments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from speechkit.core.errors import InputError
from speechkit.core.text import join_words, word_offsets
from speechkit.core.types import Segment, Word
from speechkit.formats.transcript import Notes

PAUSE = 1.0  # seconds without words after which a segment ends, as in CTM


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A word, a part of one or a mark. `joins`: no blank stands before it.

    Times are in seconds, None where the service gives none.
    """

    text: str
    start: float | None = None
    end: float | None = None
    confidence: float | None = None
    speaker: str = ""
    channel: int | None = None
    language: str = ""
    joins: bool = False

    def __repr__(self) -> str:
        return f"Token(<{len(self.text)} characters>, start={self.start}, end={self.end})"


def segments_of(tokens: Iterable[Token]) -> list[Segment]:
    """Return a segment for each stretch of one speaker, channel and language without a pause."""
    return [_segment(group) for group in _groups(merge_parts(tokens))]


def segment_of(whole: Token, words: Iterable[Token], notes: Notes) -> Segment | None:
    """Return one segment as the service gives it; None without text.

    Args:
        whole: its text, times, confidence, speaker, channel and language; what is not known of
            these is taken from the words.
        words: in order; kept if all of them have times and they make the text.
        notes: are told where the words are left out.
    """
    merged = merge_parts(words)
    text = " ".join(whole.text.split())
    if not merged and not text:
        return None
    if not merged:
        merged = [msgspec.structs.replace(whole, start=None, end=None, confidence=None)]
    first = msgspec.structs.replace(
        merged[0],
        speaker=whole.speaker or merged[0].speaker,
        channel=merged[0].channel if whole.channel is None else whole.channel,
        language=whole.language or merged[0].language,
    )
    made = _segment([first, *merged[1:]])
    start = made.start if whole.start is None else whole.start
    segment = msgspec.structs.replace(
        made,
        start=start,
        end=max(start, made.end if whole.end is None else whole.end),
        text=text or made.text,
        confidence=made.confidence if whole.confidence is None else whole.confidence,
    )
    try:
        word_offsets(segment)
    except InputError:
        notes.add(0, "times of words that are not the words of their text")
        return msgspec.structs.replace(segment, words=())
    return segment


def merge_parts(tokens: Iterable[Token]) -> list[Token]:
    """Join marks and parts of words to the words before them.

    A word is no surer than its least sure part; marks have no say in it.

    >>> parts = [Token(text="Wh", start=1, end=2), Token(text="at", start=2, end=3, joins=True)]
    >>> merge_parts([*parts, Token(text="?", joins=True)])[0].text
    'What?'
    """
    merged: list[Token] = []
    for token in tokens:
        text = token.text.strip()
        if not text:
            continue
        if not (token.joins and merged):
            merged.append(msgspec.structs.replace(token, text=text))
            continue
        before = merged[-1]
        is_mark = not any(char.isalnum() for char in text)
        ends = [end for end in (before.end, None if is_mark else token.end) if end is not None]
        known = [before.confidence] if is_mark else [before.confidence, token.confidence]
        sure = [each for each in known if each is not None]
        merged[-1] = msgspec.structs.replace(
            before,
            text=before.text + text,
            end=max(ends, default=None),
            confidence=min(sure, default=None),
        )
    return merged


def _groups(tokens: Sequence[Token]) -> list[list[Token]]:
    groups: list[list[Token]] = [[token] for token in tokens[:1]]
    for before, token in pairwise(tokens):
        same = (before.speaker, before.channel, before.language) == (
            token.speaker,
            token.channel,
            token.language,
        )
        gap = 0.0 if token.start is None or before.end is None else token.start - before.end
        if same and gap < PAUSE:
            groups[-1].append(token)
        else:
            groups.append([token])
    return groups


def _segment(tokens: Sequence[Token]) -> Segment:
    first = tokens[0]
    starts = [token.start for token in tokens if token.start is not None]
    ends = [token.end for token in tokens if token.end is not None]
    start, end = min(starts, default=0.0), max(ends, default=0.0)
    words = tuple(
        Word(
            text=token.text,
            start=token.start,
            end=max(token.start, token.end),
            confidence=token.confidence,
            speaker=token.speaker if token.speaker != first.speaker else "",
        )
        for token in tokens
        if token.start is not None and token.end is not None
    )
    return Segment(
        id="",
        start=start,
        end=max(start, end),
        text=join_words((token.text for token in tokens), first.language),
        # Half of a segment's words would be a lie.
        words=words if len(words) == len(tokens) else (),
        speaker=first.speaker,
        channel=first.channel,
        language=first.language,
        confidence=mean_confidence(token.confidence for token in tokens),
    )


def mean_confidence(values: Iterable[float | None]) -> float | None:
    """Return the mean of the confidences, None unless all are known."""
    known = list(values)
    sure = [value for value in known if value is not None]
    if not known or len(sure) < len(known):
        return None
    return round(sum(sure) / len(sure), 4)
