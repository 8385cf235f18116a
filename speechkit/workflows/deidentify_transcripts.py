"""Finished transcripts without their identifiers: tags instead of words, times and format kept.

What the reader of a format passes over (notes, comments, tiers that depend on another) is not
written either. Speakers that are called by name become `S1`, `S2`, …
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import get_args

import msgspec

from speechkit.core.engines import DetectPhi
from speechkit.core.errors import InputError, UsageError
from speechkit.core.stage import Resources
from speechkit.core.types import Role, Segment
from speechkit.deidentification.policy import Policy, apply_policy, load_policy
from speechkit.deidentification.text.detect_stage import open_detector
from speechkit.deidentification.text.tagging import Tags, redact_segments
from speechkit.formats import find_transcript_format, read_transcripts, write_transcripts
from speechkit.formats.labels import is_generic_label
from speechkit.formats.registry import format_of_file
from speechkit.storage.files import atomic_path
from speechkit.workflows.deidentify_documents import DETECTOR, POLICY
from speechkit.workflows.deidentify_word import redact_word


class DeidentifiedTranscript(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a transcript: how many segments, how many tags, what was not carried over."""

    path: Path
    segments: int
    tags: int
    notes: tuple[str, ...] = ()


def deidentify_transcript(
    source: Path,
    target: Path,
    *,
    language: str,
    policy: str = POLICY,
    engine: str = DETECTOR,
    options: Mapping[str, str] | None = None,
) -> DeidentifiedTranscript:
    """Write a transcript file in its own format, without what identifies people.

    Args:
        source: a file of any format that is read and written, or a Word document.
        target: where the new file goes; not the old one.
        language: BCP 47 tag of what is said.
        policy: a name, or the path of a `.toml` file; one that puts tags.
        engine: what finds identifiers.
        options: of the engine.

    Raises:
        UsageError: for an unknown policy, engine or language, a format that is not written, or a
            target that is the source.
        InputError: for a file that cannot be read, or a Word document with parts in which text
            would stay unseen.
    """
    if target.exists() and source.exists() and target.samefile(source):
        raise UsageError(
            f"{target}: is the source; write to another file, look at it, then replace"
        )
    rules = load_policy(policy)
    if rules.needs_key:
        raise UsageError(f"policy {policy} draws surrogates or moves dates; use one that puts tags")
    with open_detector(engine, rules, options).open(Resources()) as detect:
        if source.suffix.lower() == ".docx":
            paragraphs, tags = redact_word(
                source, target, lambda segments: tagged(segments, detect, rules, language)
            )
            return DeidentifiedTranscript(path=target, segments=paragraphs, tags=tags)
        reading = read_transcripts(source)
        name = format_of_file(source)
        if find_transcript_format(name).write is None:
            raise UsageError(f"{source}: {name} is read, not written; convert it first")
        redacted: dict[str, tuple[Segment, ...]] = {}
        tags = 0
        for recording, segments in reading.recordings.items():
            items, number = tagged(segments, detect, rules, language)
            redacted[recording] = without_names(items)
            tags += number
    with atomic_path(target) as temporary:
        temporary.write_text(write_transcripts(name, redacted), encoding="utf-8")
    return DeidentifiedTranscript(
        path=target,
        segments=sum(map(len, redacted.values())),
        tags=tags,
        notes=tuple(map(str, reading.notes)),
    )


def tagged(
    segments: Iterable[Segment], detect: DetectPhi, policy: Policy, language: str
) -> tuple[tuple[Segment, ...], int]:
    """Return the segments of one recording with tags, and how many tags there are."""
    items = tuple(segments)
    spans = apply_policy(policy, detect(items, language))
    if {span.segment for span in spans} - {segment.id for segment in items}:
        raise InputError("the detector found something outside of the transcript")
    return redact_segments(items, spans, Tags()), len(spans)


def without_names(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    roles = set(get_args(Role))
    names: dict[str, str] = {}
    renamed = []
    for segment in segments:
        speaker = segment.speaker
        if speaker and speaker.lower() not in roles and not is_generic_label(speaker):
            speaker = names.setdefault(speaker, f"S{len(names) + 1}")
        words = tuple(msgspec.structs.replace(word, speaker="") for word in segment.words)
        renamed.append(msgspec.structs.replace(segment, speaker=speaker, words=words))
    return tuple(renamed)
