"""The engine `spoken`: recognizers for PHI as it is said, with the conversation as context.

Works on cased text and on lower-case text without punctuation alike. Finds are merged; offsets
lead back to each segment. A language without tables gets written patterns only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from speechkit.core.engines import DetectPhi, parse_options
from speechkit.core.errors import UsageError
from speechkit.core.stage import Resources
from speechkit.core.types import Identifier, PhiSpan, Segment
from speechkit.deidentification.text import lists
from speechkit.deidentification.text.cues import LANGUAGES, get_language
from speechkit.deidentification.text.recognizers import (
    addresses,
    ages,
    dates,
    email,
    fields,
    names,
    numbers_by_cue,
    orgs,
    places,
    postcodes,
    spelled,
    written,
)
from speechkit.deidentification.text.repeats import again
from speechkit.deidentification.text.scene import Find, Scene
from speechkit.deidentification.text.tokens import Conversation

VERSION = "2"
_RECOGNISERS: tuple[Callable[[Scene], Iterator[Find]], ...] = (
    email.find,
    dates.find,
    ages.find,
    numbers_by_cue.find,
    addresses.find,
    postcodes.find,
    spelled.find,
    names.find,
    orgs.find,
    places.find,
    fields.find,
)
_REGIONS = {"en": "GB", "es": "ES", "fr": "FR", "de": "DE"}


class SpokenOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`least_score`: finds below it are dropped; `patterns_only`: no words, any language."""

    least_score: float = 0.5
    patterns_only: bool = False


class Spoken:
    """A PhiDetector from rules, tables and word lists."""

    def __init__(self, options: SpokenOptions) -> None:
        self._options = options

    @property
    def spec(self) -> str:
        """The engine's name."""
        return "spoken"

    @property
    def revision(self) -> str:
        """What the word lists are."""
        return f"{VERSION}-{lists.revision()[:16]}"

    @property
    def options(self) -> Mapping[str, Any]:
        """What changes results."""
        return dict(msgspec.to_builtins(self._options))

    @contextmanager
    def open(self, resources: Resources) -> Iterator[DetectPhi]:
        """Yield the detector; lists are loaded with the first text."""
        del resources
        yield self._detect

    def _detect(self, segments: Sequence[Segment], language: str) -> tuple[PhiSpan, ...]:
        joined, starts = join_segments(segments)
        finds = find_all(joined, language, self._options)
        return tuple(split_finds(segments, starts, finds))


def make(model: str, options: dict[str, str]) -> Spoken:
    """Return the engine; it has no models.

    Raises:
        UsageError: if a model is named.
    """
    if model:
        raise UsageError(f"engine spoken has no model {model!r}; use just: spoken")
    return Spoken(parse_options(SpokenOptions, options, "engine spoken"))


def join_segments(segments: Sequence[Segment]) -> tuple[str, tuple[int, ...]]:
    """Return all texts, a line each, and where each begins."""
    starts: list[int] = []
    at = 0
    for segment in segments:
        starts.append(at)
        at += len(segment.text) + 1
    return "\n".join(segment.text for segment in segments), tuple(starts)


def split_finds(
    segments: Sequence[Segment], starts: Sequence[int], finds: Iterable[Find]
) -> Iterator[PhiSpan]:
    """Yield finds as spans of segments; one that crosses segments becomes a span in each."""
    ordered = sorted(finds)
    for segment, start in zip(segments, starts, strict=True):
        end = start + len(segment.text)
        for found in ordered:
            if found.start < end and found.end > start:
                first, after = max(found.start, start) - start, min(found.end, end) - start
                if segment.text[first:after].strip():
                    yield PhiSpan(
                        segment=segment.id,
                        start_char=first,
                        end_char=after,
                        identifier=found.identifier,
                        score=round(found.score, 4),
                        detector=found.detector,
                    )


def find_all(text: str, language: str, options: SpokenOptions) -> tuple[Find, ...]:
    """Return what identifies in a text, merged, in order.

    Raises:
        UsageError: if there are no tables for the language and `patterns_only` is not set.
    """
    code = language.replace("_", "-").split("-")[0].lower()
    if options.patterns_only and code not in LANGUAGES:
        return merge(written.find(text, "US"), text)
    tables = get_language(code)
    scene = Scene(Conversation(text, tables.cues.fillers), tables)
    finds = list(written.find(text, _REGIONS[code]))
    for recognize in _RECOGNISERS:
        finds.extend(recognize(scene))
    finds = [found for found in finds if found.score >= options.least_score]
    finds.extend(again(scene, finds))
    return merge(_outside_tags(finds, text), text)


_TAG = re.compile(r"\[[A-Z_]+_\d+\]")


def _outside_tags(finds: Iterable[Find], text: str) -> Iterator[Find]:
    """Yield what of finds lies outside tags: redacted text can be read again."""
    tags = [match.span() for match in _TAG.finditer(text)] if "[" in text else []
    for found in finds:
        start = found.start
        for first, after in tags:
            if first < found.end and after > start:
                if first > start:
                    yield msgspec.structs.replace(found, start=start, end=first)
                start = after
        if start < found.end:
            yield msgspec.structs.replace(found, start=start)


def merge(finds: Iterable[Find], text: str) -> tuple[Find, ...]:
    """Join finds that overlap: the span of all, the identifier of the surest, longest one."""
    merged: list[Find] = []
    for found in sorted(finds):
        if merged and found.start < merged[-1].end:
            last = merged[-1]
            best = max((last, found), key=lambda item: (item.score, item.end - item.start))
            # A town within an address is part of the address.
            address = any(
                item.detector == "addresses" and best.identifier == item.identifier
                for item in (last, found)
            )
            merged[-1] = Find(
                last.start,
                max(last.end, found.end),
                best.identifier,
                best.score,
                "addresses" if address else best.detector,
            )
        elif found.end > found.start:
            merged.append(found)
    return tuple(
        found for found in merged if any(char.isalnum() for char in text[found.start : found.end])
    )


__all__ = ["Identifier", "Spoken", "SpokenOptions", "find_all", "make", "merge"]
