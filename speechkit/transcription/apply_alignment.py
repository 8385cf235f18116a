"""Segments in, the same segments with better word times out: what every aligner does at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from speechkit.core.engines import SAMPLE_RATE, Sound
from speechkit.core.margins import ALIGNED, DRAFT_TIMES, UNALIGNED
from speechkit.core.text import primary_subtag
from speechkit.core.time import Interval, round_ms
from speechkit.core.types import Segment, Word
from speechkit.transcription.align import Acoustics, AlignedWord, place_words
from speechkit.transcription.edges import levels, widen

_UNSURE = 0.25  # seconds added to either side of a word that could not be placed


def align_segments(
    samples: Sound,
    segments: Sequence[Segment],
    language: str,
    acoustics: Acoustics,
    *,
    name: str,
    supported: Sequence[str],
    poor: Callable[[str], float],
    widened: bool,
) -> tuple[Segment, ...]:
    """Place the words of all segments; text, confidences and order stay.

    A segment gets the label `aligned:<name>`, or `aligned:attention` where its draft times are
    kept: its language is not `supported` (empty: all are), or its text does not fit the sound.
    """
    spoken = [primary_subtag(segment.language or language) for segment in segments]
    placed: list[list[AlignedWord | None]] = [[None] * len(segment.words) for segment in segments]
    for code in sorted(set(spoken)):
        if supported and code not in supported:
            continue
        chosen = [index for index, each in enumerate(spoken) if each == code]
        words = [segments[index].words for index in chosen]
        aligned = place_words(samples, words, code, acoustics, poor=poor(code))
        for index, each in zip(chosen, aligned, strict=True):
            placed[index] = each
    return finish(samples, segments, placed, name=name, widened=widened)


def keep_draft_times(
    samples: Sound, segments: Sequence[Segment], *, widened: bool
) -> tuple[Segment, ...]:
    """Only move the edges of draft times out to quiet."""
    nowhere: list[list[AlignedWord | None]] = [[None] * len(segment.words) for segment in segments]
    return finish(samples, segments, nowhere, name=DRAFT_TIMES, widened=widened)


def finish(
    samples: Sound,
    segments: Sequence[Segment],
    placed: Sequence[Sequence[AlignedWord | None]],
    *,
    name: str,
    widened: bool,
) -> tuple[Segment, ...]:
    """Turn what was found into segments: fill in what was not, widen, label."""
    duration = len(samples) / SAMPLE_RATE
    kept = [_fill(segment.words, each) for segment, each in zip(segments, placed, strict=True)]
    flat = [(s, w) for s, words in enumerate(kept) for w in range(len(words))]
    flat.sort(key=lambda at: kept[at[0]][at[1]])
    edges = [kept[s][w] for s, w in flat]
    if widened:
        edges = widen(edges, levels(samples))
    for (s, w), (start, end) in zip(flat, edges, strict=True):
        unsure = _UNSURE if placed[s][w] is None and any(placed[s]) and widened else 0.0
        low = min(max(0.0, start - unsure), duration)
        kept[s][w] = (low, max(low, min(duration, end + unsure)))
    return tuple(
        _rebuild(segment, times, each, name)
        for segment, times, each in zip(segments, kept, placed, strict=True)
    )


def _fill(words: Sequence[Word], placed: Sequence[AlignedWord | None]) -> list[Interval]:
    """Return times for all words; what was not found is put between its neighbors."""
    times: list[Interval] = []
    for index, word in enumerate(words):
        aligned = placed[index]
        if aligned is not None:
            times.append((aligned.start, aligned.end))
            continue
        after = next((each.start for each in placed[index:] if each is not None), np.inf)
        before = times[-1][1] if times and any(placed) else -np.inf
        start = min(max(word.start, before), after)
        end = max(start, min(word.end, after))
        if any(placed) and end - start < 0.05:  # the draft has it elsewhere: take what is left
            start, end = max(before, start - 0.3), min(after, end + 0.3)
        times.append((max(0.0, start), max(0.0, start, end)))
    return times


def _rebuild(
    segment: Segment, times: Sequence[Interval], placed: Sequence[AlignedWord | None], name: str
) -> Segment:
    words = tuple(
        msgspec.structs.replace(word, start=round_ms(start), end=round_ms(end))
        for word, (start, end) in zip(segment.words, times, strict=True)
    )
    by = name if any(placed) else DRAFT_TIMES
    lost = not words or (any(placed) and None in placed)
    labels = [label for label in segment.labels if not label.startswith(ALIGNED)]
    labels = [label for label in labels if label != UNALIGNED]
    return msgspec.structs.replace(
        segment,
        words=words,
        start=min((word.start for word in words), default=segment.start),
        end=max((word.end for word in words), default=segment.end),
        labels=(*labels, f"{ALIGNED}{by}", *([UNALIGNED] if lost else [])),
    )
