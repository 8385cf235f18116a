"""Word times for a transcript that a person or another tool wrote; its words and speakers stay."""

from __future__ import annotations

import tempfile
from pathlib import Path, PurePosixPath

import msgspec

from speechkit.audio.decode import probe
from speechkit.core.engines import make_engine
from speechkit.core.errors import InputError, UsageError
from speechkit.core.margins import ALIGNED, DRAFT_TIMES, UNALIGNED
from speechkit.core.stage import Resources
from speechkit.core.types import Segment
from speechkit.formats import read_transcripts, refuse_notes
from speechkit.ingestion.references import about
from speechkit.transcription.align_stage import align_file

_LATER = 1.0  # seconds that a transcript may last beyond its recording
_SHORT = 20.0  # seconds of recording in which words are found without any time to begin with


class AlignTranscriptOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a transcript is read and aligned.

    `language` is that of segments for which the transcript names none; `input_format` the
    transcript's format (empty: by its name and content); `engine` the aligner, `engine_options` its
    own; `strict` refuses a transcript of which anything is passed over.
    """

    language: str = ""
    input_format: str = ""
    engine: str = "ctc"
    engine_options: dict[str, str] = {}
    strict: bool = False


class AlignedTranscript(msgspec.Struct, frozen=True, kw_only=True):
    """Segments with word times, and what of the transcript was not read.

    `unplaced` counts the segments with words that were not found, labeled `unaligned`: where some
    were found, the others stand between them; where none was, the segment is as the transcript
    has it.
    """

    segments: tuple[Segment, ...]
    unplaced: int
    notes: tuple[str, ...]


def align_transcript(
    audio: Path,
    transcript: Path,
    options: AlignTranscriptOptions = AlignTranscriptOptions(),  # noqa: B008
    resources: Resources = Resources(),  # noqa: B008
) -> AlignedTranscript:
    """Find each word of a transcript in its recording.

    The transcript's own times say where to look: a segment is looked for near where it stands.
    Without times, only a short recording can be aligned. Of several recordings in the transcript,
    the one counts that is called as the sound file is.

    Raises:
        UsageError: for an unknown engine, or if no language is known.
        InputError: if the transcript cannot be read, or does not fit the recording.
        AudioError: if the recording cannot be read.
    """
    aligner = make_engine("aligner", options.engine, options.engine_options)
    reading = read_transcripts(transcript, options.input_format)
    if options.strict:
        refuse_notes(transcript, reading.notes)
    said = about(PurePosixPath(audio.as_posix()), reading.recordings, transcript)
    info = probe(audio)
    segments = _timed(said, info.num_samples / info.sample_rate, transcript)
    if not options.language and any(not segment.language for segment in segments):
        raise UsageError(f"{transcript} does not say which language it is in: --language")
    segments = tuple(
        msgspec.structs.replace(segment, language=segment.language or options.language)
        for segment in segments
    )
    with (
        tempfile.TemporaryDirectory(prefix="speechkit-") as scratch,
        aligner.open(resources) as align,
    ):
        aligned = align_file(audio, segments, align, Path(scratch))
    aligned = tuple(map(_without_drafts, segments, aligned))
    return AlignedTranscript(
        segments=aligned,
        unplaced=sum(UNALIGNED in segment.labels for segment in aligned),
        notes=tuple(map(str, reading.notes)),
    )


def _without_drafts(before: Segment, aligned: Segment) -> Segment:
    """Return the segment as it was where no word was found: shared-out times are no word times."""
    if f"{ALIGNED}{DRAFT_TIMES}" not in aligned.labels:
        return aligned
    return msgspec.structs.replace(before, labels=(*before.labels, UNALIGNED))


def _timed(said: tuple[Segment, ...], duration: float, transcript: Path) -> tuple[Segment, ...]:
    """Return segments that have times; those of a short recording get their share of it."""
    segments = tuple(segment for segment in said if segment.text.split())
    if not segments:
        raise InputError(f"{transcript}: holds no words to align")
    end = max(segment.end for segment in segments)
    if end > duration + _LATER:
        raise InputError(
            f"{transcript}: ends at {end:.1f} s, the recording at {duration:.1f} s; "
            "is it of another recording?"
        )
    if all(segment.end > segment.start for segment in segments):
        return segments
    if end > 0:
        raise InputError(f"{transcript}: some of its segments have times, others have none")
    if duration > _SHORT:
        raise InputError(
            f"{transcript}: has no times, and the recording is longer than {_SHORT:.0f} s; "
            "give a transcript with times of its segments, such as subtitles"
        )
    total = sum(len(segment.text) for segment in segments)
    timed, at = [], 0.0
    for segment in segments:
        share = duration * len(segment.text) / total
        timed.append(msgspec.structs.replace(segment, start=round(at, 3), end=round(at + share, 3)))
        at += share
    return tuple(timed)
