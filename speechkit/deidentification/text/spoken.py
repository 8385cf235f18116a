"""The engine `spoken`: recognizers for PHI as it is said, with the conversation as context.

Works on cased text and on lower-case text without punctuation alike. Candidates are merged; offsets
lead back to each segment. A language without tables gets written patterns only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
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
from speechkit.deidentification.text.cues import LANGUAGES, Language, get_language
from speechkit.deidentification.text.dialogue import Label, speaker_labels
from speechkit.deidentification.text.readable import Readable, readable
from speechkit.deidentification.text.recognizers.written import find_written
from speechkit.deidentification.text.registry import Recognize, added, candidates_in
from speechkit.deidentification.text.repeats import recognize_repeats
from speechkit.deidentification.text.scene import Scene
from speechkit.deidentification.text.tokens import Conversation
from speechkit.deidentification.text.wrapped import across, soft_breaks
from speechkit.language import primary_subtag

VERSION = "3"


class SpokenOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`least_score`: candidates below it are dropped; `patterns_only`: no words, any language."""

    least_score: float = 0.5
    patterns_only: bool = False


class Spoken:
    """A PhiDetector from rules, tables and word lists."""

    info = EngineInfo(
        policy_options={"least_score": "least_score", "any_language": "patterns_only"}
    )

    _also: tuple[Recognize, ...] = ()

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
        turns = {
            start
            for start, segment, before in zip(starts[1:], segments[1:], segments, strict=False)
            if segment.speaker != before.speaker
        }
        candidates = find_candidates(joined, language, self._options, turns, self._also)
        return tuple(split_candidates(segments, starts, candidates))


def make(model: str, options: dict[str, str]) -> Spoken:
    """Return the engine; it has no models.

    Raises:
        UsageError: if a model is named.
    """
    if model:
        raise UsageError(f"engine spoken has no model {model!r}; use just: spoken")
    return Spoken(parse_options(SpokenOptions, options, "engine spoken"))


def find_candidates(
    text: str,
    language: str,
    options: SpokenOptions,
    turns: Collection[int] = (),
    also: Sequence[Recognize] = (),
) -> tuple[Candidate, ...]:
    """Return what identifies in a text, merged, in order.

    `turns` are offsets of lines with another speaker than the line before, where that is known;
    `also` are recognizers beside those that are installed.

    Raises:
        UsageError: if there are no tables for the language and `patterns_only` is not set.
    """
    seen = readable(text)
    code = primary_subtag(language)
    if options.patterns_only and code not in LANGUAGES:
        candidates = list(find_written(seen.text, "US"))
    else:
        places = [seen.seen_at(at) for at in turns]
        candidates = _by_tables(seen.text, code, options.least_score, places, also)
    return merge(outside_tags((_moved(item, seen) for item in candidates), text), text)


def _by_tables(
    text: str,
    code: str,
    least_score: float,
    turns: Collection[int],
    also: Sequence[Recognize],
) -> list[Candidate]:
    tables = get_language(code)
    labels = speaker_labels(text, tables.stopwords)
    candidates = _recognized(text, tables, labels, least_score, also)
    breaks = soft_breaks(text, labels, tables.stopwords, turns)
    if breaks:
        characters = list(text)
        for at in breaks:
            characters[at] = " "
        joined = "".join(characters)
        candidates += across(_recognized(joined, tables, labels, least_score, also), breaks)
    return candidates


def _recognized(
    text: str,
    tables: Language,
    labels: Sequence[Label],
    least_score: float,
    also: Sequence[Recognize],
) -> list[Candidate]:
    roles = [(label.start, label.end) for label in labels if label.role]
    scene = Scene(Conversation(text, tables.cues.fillers, roles), tables, labels)
    seen = (*candidates_in(scene), *(item for recognize in also for item in recognize(scene)))
    candidates = [item for item in seen if item.score >= least_score]
    candidates.extend(recognize_repeats(scene, candidates))
    return candidates


def _moved(candidate: Candidate, seen: Readable) -> Candidate:
    start, end = seen.original(candidate.start, candidate.end)
    return msgspec.structs.replace(candidate, start=start, end=end)


__all__ = ["Spoken", "SpokenOptions", "find_candidates", "make"]
