"""Text and audio agree: what cannot be heard any more is not read either."""

from __future__ import annotations

from collections.abc import Sequence

from speechkit.core.errors import InputError
from speechkit.core.text import word_offsets
from speechkit.core.time import Interval, union
from speechkit.core.types import Identifier, PhiSpan, Redaction, Segment, Word


def kept_words(segments: Sequence[Segment], spans: Sequence[PhiSpan]) -> tuple[Word, ...]:
    """Return the words that no span touches, with their times: what may be heard."""
    taken = _by_segment(spans)
    kept: list[Word] = []
    for segment in segments:
        try:
            offsets = word_offsets(segment)
        except InputError:
            continue
        kept += [
            word
            for word, (start, end) in zip(segment.words, offsets, strict=True)
            if not _touched(taken.get(segment.id, []), start, end)
        ]
    return tuple(kept)


def covered_words(
    segments: Sequence[Segment], spans: Sequence[PhiSpan], masks: Sequence[Redaction]
) -> tuple[PhiSpan, ...]:
    """Return spans (UNCERTAIN) over the words that lie under masks but under none of `spans`.

    A word is gone when a mask of its channel covers more than half of it. Text and audio agree
    afterwards: what cannot be heard is not read. Neighboring words make one span.
    """
    taken = _by_segment(spans)
    found: list[PhiSpan] = []
    for segment in segments:
        silent = union(
            (m.start, m.end) for m in masks if m.channel is None or m.channel == segment.channel
        )
        if not silent:
            continue
        for start, end in _gone(segment, silent, taken.get(segment.id, [])):
            found.append(
                PhiSpan(
                    segment=segment.id,
                    start_char=start,
                    end_char=end,
                    identifier=Identifier.UNCERTAIN,
                    detector="masked",
                )
            )
    return tuple(found)


def _gone(
    segment: Segment, silent: Sequence[Interval], taken: Sequence[PhiSpan]
) -> list[tuple[int, int]]:
    """Character ranges of words under `silent` and outside `taken`, neighbors joined."""
    try:
        offsets = word_offsets(segment)
    except InputError:
        offsets = ()
    if not offsets:
        gone = _under((segment.start, segment.end), silent)
        return _free(segment.text, taken) if gone else []
    ranges: list[tuple[int, int]] = []
    last = -2
    for index, (word, (start, end)) in enumerate(zip(segment.words, offsets, strict=True)):
        if _touched(taken, start, end):
            continue
        if not _under((word.start, word.end), silent):
            continue
        if last == index - 1:
            ranges[-1] = (ranges[-1][0], end)
        else:
            ranges.append((start, end))
        last = index
    return ranges


def _free(text: str, taken: Sequence[PhiSpan]) -> list[tuple[int, int]]:
    """What of a text no span covers, where there is a letter or digit in it."""
    ranges, at = [], 0
    for span in sorted(taken, key=lambda span: span.start_char):
        ranges.append((at, span.start_char))
        at = max(at, span.end_char)
    ranges.append((at, len(text)))
    return [(s, e) for s, e in ranges if any(char.isalnum() for char in text[s:e])]


def _under(interval: Interval, silent: Sequence[Interval]) -> bool:
    """Say whether more than half of an interval is silent; of an empty one, whether it lies in."""
    start, end = interval
    if end <= start:
        return any(s <= start < e for s, e in silent)
    return sum(max(0.0, min(end, e) - max(start, s)) for s, e in silent) > (end - start) / 2


def _by_segment(spans: Sequence[PhiSpan]) -> dict[str, list[PhiSpan]]:
    found: dict[str, list[PhiSpan]] = {}
    for span in spans:
        found.setdefault(span.segment, []).append(span)
    return found


def _touched(spans: Sequence[PhiSpan], start: int, end: int) -> bool:
    return any(span.start_char < end and start < span.end_char for span in spans)
