"""The engine `spoken`: recognizers for PHI as it is said, with the conversation as context.

Works on cased text and on lower-case text without punctuation alike. Candidates are merged; offsets
lead back to each segment. A language without tables gets written patterns only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from speechkit.core.digest import digest_of
from speechkit.core.engines import DetectPhi, EngineInfo, parse_options
from speechkit.core.errors import UsageError
from speechkit.core.stage import Resources
from speechkit.core.types import PhiSpan, Segment
from speechkit.deidentification.text import lists
from speechkit.deidentification.text.candidate import (
    Candidate,
    join_segments,
    merge,
    outside_tags,
    split_candidates,
)
from speechkit.deidentification.text.cues import LANGUAGES, get_language
from speechkit.deidentification.text.recognizers.written import find_written
from speechkit.deidentification.text.registry import added, candidates_in
from speechkit.deidentification.text.repeats import recognize_repeats
from speechkit.deidentification.text.scene import Scene
from speechkit.deidentification.text.tokens import Conversation
from speechkit.language import primary_subtag

VERSION = "2"


class SpokenOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`least_score`: candidates below it are dropped; `patterns_only`: no words, any language."""

    least_score: float = 0.5
    patterns_only: bool = False


class Spoken:
    """A PhiDetector from rules, tables and word lists."""

    info = EngineInfo(
        policy_options={"least_score": "least_score", "any_language": "patterns_only"}
    )

    def __init__(self, options: SpokenOptions) -> None:
        self._options = options

    @property
    def spec(self) -> str:
        """The engine's name."""
        return "spoken"

    @property
    def revision(self) -> str:
        """Digest of the word lists and of recognizers that other packages add."""
        return f"{VERSION}-{digest_of([lists.revision(), added()])[:16]}"

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
        candidates = find_candidates(joined, language, self._options)
        return tuple(split_candidates(segments, starts, candidates))


def make(model: str, options: dict[str, str]) -> Spoken:
    """Return the engine; it has no models.

    Raises:
        UsageError: if a model is named.
    """
    if model:
        raise UsageError(f"engine spoken has no model {model!r}; use just: spoken")
    return Spoken(parse_options(SpokenOptions, options, "engine spoken"))


def find_candidates(text: str, language: str, options: SpokenOptions) -> tuple[Candidate, ...]:
    """Return what identifies in a text, merged, in order.

    Raises:
        UsageError: if there are no tables for the language and `patterns_only` is not set.
    """
    code = primary_subtag(language)
    if options.patterns_only and code not in LANGUAGES:
        return merge(find_written(text, "US"), text)
    tables = get_language(code)
    scene = Scene(Conversation(text, tables.cues.fillers), tables)
    candidates = [item for item in candidates_in(scene) if item.score >= options.least_score]
    candidates.extend(recognize_repeats(scene, candidates))
    return merge(outside_tags(candidates, text), text)


__all__ = ["Spoken", "SpokenOptions", "find_candidates", "make"]
