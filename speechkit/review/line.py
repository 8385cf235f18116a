"""A line of the review editor: one segment as people edit it, with its identifiers and its state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from speechkit.core.types import Identifier, PhiSpan, Segment, Word

# What a person may say about a segment beside its text; `intent:`, `symptom:` and `note:` are free.
LABELS = ("inaudible", "overlap", "noise", "crosstalk", "uncertain")
FREE_LABELS = ("intent:", "symptom:", "note:")

LineState = Literal["draft", "auto", "accepted"]


class Mark(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An identifier in a line's text. `rejected`: a person said that it is none."""

    start: int
    end: int
    identifier: Identifier
    score: float = 1.0
    detector: str = ""
    rejected: bool = False


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One segment as it is edited. `expected_error` is the share of its words expected to be wrong."""

    id: str
    start: float
    end: float
    text: str
    speaker: str = ""
    channel: int | None = None
    language: str = ""
    words: tuple[Word, ...] = ()
    marks: tuple[Mark, ...] = ()
    labels: tuple[str, ...] = ()
    confidence: float | None = None
    expected_error: float | None = None
    state: LineState = "draft"

    def __repr__(self) -> str:
        return f"Line({self.id!r}, {self.start}–{self.end}, <{len(self.text)}>)"

    @property
    def identifiers(self) -> tuple[Mark, ...]:
        """The marks that are not rejected."""
        return tuple(mark for mark in self.marks if not mark.rejected)


def lines_of(
    segments: Sequence[Segment],
    phi: Sequence[PhiSpan] = (),
    expected: Mapping[str, float] | None = None,
) -> tuple[Line, ...]:
    """Return the lines of a draft, in order of time."""
    marks: dict[str, list[Mark]] = {}
    for span in phi:
        marks.setdefault(span.segment, []).append(
            Mark(
                start=span.start_char,
                end=span.end_char,
                identifier=span.identifier,
                score=span.score,
                detector=span.detector,
            )
        )
    return tuple(
        Line(
            id=segment.id,
            start=segment.start,
            end=segment.end,
            text=segment.text,
            speaker=segment.speaker,
            channel=segment.channel,
            language=segment.language,
            words=segment.words,
            marks=tuple(sorted(marks.get(segment.id, ()), key=lambda m: (m.start, m.end))),
            labels=segment.labels,
            confidence=segment.confidence,
            expected_error=(expected or {}).get(segment.id),
        )
        for segment in sorted(segments, key=lambda s: (s.start, s.end, s.id))
    )


def encode(line: Line) -> str:
    """Return a line as it is stored."""
    return msgspec.json.encode(line).decode()


def decode(content: str) -> Line:
    """Read a stored line."""
    return msgspec.json.decode(content, type=Line)


def plain(line: Line) -> dict[str, Any]:
    """Return a line as JSON's own types."""
    found: dict[str, Any] = msgspec.to_builtins(line)
    return found
