"""Candidates: where an identifier may stand in a text, and what every detector does with them.

A detector joins the segments of a recording to one text, looks for candidates in it, merges those
that overlap and cuts them to spans of the segments again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from speechkit.core.types import Identifier, PhiSpan, Segment


class Candidate(msgspec.Struct, frozen=True, order=True):
    """An identifier at offsets (code points) of a text. Never carries the words."""

    start: int
    end: int
    identifier: Identifier
    score: float
    detector: str


def join_segments(segments: Sequence[Segment]) -> tuple[str, tuple[int, ...]]:
    """Return all texts, a line each, and where each begins."""
    starts: list[int] = []
    at = 0
    for segment in segments:
        starts.append(at)
        at += len(segment.text) + 1
    return "\n".join(segment.text for segment in segments), tuple(starts)


def split_candidates(
    segments: Sequence[Segment], starts: Sequence[int], candidates: Iterable[Candidate]
) -> Iterator[PhiSpan]:
    """Yield candidates as spans of segments; one that crosses segments becomes a span in each."""
    ordered = sorted(candidates)
    for segment, start in zip(segments, starts, strict=True):
        end = start + len(segment.text)
        for candidate in ordered:
            if candidate.start < end and candidate.end > start:
                first, after = max(candidate.start, start) - start, min(candidate.end, end) - start
                if segment.text[first:after].strip():
                    yield PhiSpan(
                        segment=segment.id,
                        start_char=first,
                        end_char=after,
                        identifier=candidate.identifier,
                        score=round(candidate.score, 4),
                        detector=candidate.detector,
                    )


_TAG = re.compile(r"\[[A-Z_]+_\d+\]")


def outside_tags(candidates: Iterable[Candidate], text: str) -> Iterator[Candidate]:
    """Yield what of candidates lies outside tags: redacted text can be read again."""
    tags = [match.span() for match in _TAG.finditer(text)] if "[" in text else []
    for candidate in candidates:
        start = candidate.start
        for first, after in tags:
            if first < candidate.end and after > start:
                if first > start:
                    yield msgspec.structs.replace(candidate, start=start, end=first)
                start = after
        if start < candidate.end:
            yield msgspec.structs.replace(candidate, start=start)


def _standing(candidate: Candidate) -> tuple[bool, float, int]:
    """Order candidates by who knows best of which kind an identifier is: rules before the tagger."""
    size = candidate.end - candidate.start
    return candidate.detector != "learned", candidate.score, size


def merge(candidates: Iterable[Candidate], text: str) -> tuple[Candidate, ...]:
    """Join candidates that overlap: the span of all, the identifier of the surest, longest one."""
    merged: list[Candidate] = []
    for candidate in sorted(candidates):
        if merged and candidate.start < merged[-1].end:
            last = merged[-1]
            best = max((last, candidate), key=_standing)
            # A town within an address is part of the address.
            address = any(
                item.detector == "addresses" and best.identifier == item.identifier
                for item in (last, candidate)
            )
            merged[-1] = Candidate(
                last.start,
                max(last.end, candidate.end),
                best.identifier,
                best.score,
                "addresses" if address else best.detector,
            )
        elif candidate.end > candidate.start:
            merged.append(candidate)
    return tuple(
        candidate
        for candidate in merged
        if any(char.isalnum() for char in text[candidate.start : candidate.end])
    )
