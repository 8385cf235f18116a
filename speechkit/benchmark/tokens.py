"""Segments → tokens in the order of time, and which segment each is from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from speechkit.benchmark.hallucinations import Side, owners_of
from speechkit.benchmark.normalize import Normalizer
from speechkit.core.types import Segment, Turn


def in_time(segments: Sequence[Segment]) -> list[Segment]:
    """Sort segments by start; those that start together keep their order."""
    return sorted(segments, key=lambda segment: segment.start)


def turns_of(turns: tuple[Turn, ...], segments: Sequence[Segment]) -> tuple[Turn, ...]:
    """Return turns, or else those that timed segments with speakers make."""
    return turns or tuple(
        Turn(start=s.start, end=s.end, speaker=s.speaker)
        for s in segments
        if s.speaker and s.end > s.start
    )


def tokens_of(segments: Sequence[Segment], normalizer: Normalizer) -> list[str]:
    return normalizer.tokens(" ".join(segment.text for segment in in_time(segments)))


def tokens_by_speaker(
    segments: Sequence[Segment], normalizer: Normalizer
) -> Mapping[str, list[str]]:
    """Tokens of each speaker; empty unless every segment with text names one."""
    texts: dict[str, list[str]] = {}
    for segment in in_time(segments):
        if segment.text.strip():
            texts.setdefault(segment.speaker, []).append(segment.text)
    if "" in texts:
        return {}
    return {speaker: normalizer.tokens(" ".join(parts)) for speaker, parts in texts.items()}


def side_of(tokens: Sequence[str], segments: Sequence[Segment], normalizer: Normalizer) -> Side:
    """Return tokens with the segments they are from.

    Tokens come from the text as a whole, so that figures do not depend on how it was cut.
    """
    ordered = in_time(segments)
    if len(ordered) == 1:
        owners = [0] * len(tokens)
    else:
        owners = owners_of(tokens, [normalizer.tokens(segment.text) for segment in ordered])
    return Side(tokens=tokens, segments=ordered, owners=owners)
