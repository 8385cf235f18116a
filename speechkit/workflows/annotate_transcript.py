"""What a transcript says about health: entities beside its text, for each recording in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import msgspec
from msgspec.structs import replace

from speechkit.core.annotations import Annotations
from speechkit.core.engines import make_engine
from speechkit.core.errors import UsageError
from speechkit.core.stage import Resources
from speechkit.core.types import Role
from speechkit.formats import read_transcripts, refuse_notes
from speechkit.language import main_language

_ROLES = frozenset(get_args(Role))


class AnnotateTranscriptOptions(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """How a transcript is read and annotated.

    `language` is that of segments for which the transcript names none; `input_format` the
    transcript's format (empty: by its name and content); `engine` the annotator, `engine_options`
    its own; `strict` refuses a transcript of which anything is passed over.
    """

    language: str = ""
    input_format: str = ""
    engine: str = "rules"
    engine_options: dict[str, str] = {}
    strict: bool = False


class AnnotatedTranscript(msgspec.Struct, frozen=True, kw_only=True):
    """Recording → what was marked in it, and what of the transcript was not read."""

    recordings: Mapping[str, Annotations]
    notes: tuple[str, ...]


def annotate_transcript(
    transcript: Path,
    options: AnnotateTranscriptOptions = AnnotateTranscriptOptions(),  # noqa: B008
    resources: Resources = Resources(),  # noqa: B008
) -> AnnotatedTranscript:
    """Mark what a transcript says about health.

    Segments have the ids that `convert` gives them. A speaker who is called as a role is (`doctor`,
    `patient`) plays it.

    Raises:
        UsageError: for an unknown engine, or if no language is known.
        InputError: if the transcript cannot be read.
    """
    annotator = make_engine("annotator", options.engine, options.engine_options)
    reading = read_transcripts(transcript, options.input_format)
    if options.strict:
        refuse_notes(transcript, reading.notes)
    found: dict[str, Annotations] = {}
    with annotator.open(resources) as annotate:
        for recording, read in reading.recordings.items():
            segments = [replace(one, language=one.language or options.language) for one in read]
            language = main_language(segments)
            if not language and segments:
                raise UsageError(f"{transcript} does not say which language it is in: --language")
            roles = {one.speaker: one.speaker.lower() for one in segments}
            played = {name: role for name, role in roles.items() if role in _ROLES}
            found[recording] = annotate(segments, played, language)
    return AnnotatedTranscript(recordings=found, notes=tuple(map(str, reading.notes)))
