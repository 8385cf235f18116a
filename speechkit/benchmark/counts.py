"""One recording under every system: normalize, align, count. Texts come in, only counts go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b

import msgspec

from speechkit.benchmark.alignments import alignment_of, transcript_of
from speechkit.benchmark.alternates import has_alternates, resolve
from speechkit.benchmark.attribution import role_counts, roles_of, split_by_speaker
from speechkit.benchmark.clinical import Judgement, Mention, judge, mentions
from speechkit.benchmark.cpwer import cpwer
from speechkit.benchmark.der import DiarizationErrors, diarization_errors
from speechkit.benchmark.errors import ErrorRate, align, character_distance, count
from speechkit.benchmark.hallucinations import Side, passages, short_turns
from speechkit.benchmark.meeting import MeetingErrors, meeting_errors
from speechkit.benchmark.normalize import DEFAULT_ENGLISH, Normalizer, normalizer_for
from speechkit.benchmark.regions import scored_regions, words_within
from speechkit.benchmark.results import (
    Alignment,
    ClinicalCount,
    Miss,
    Passage,
    Transcript,
)
from speechkit.benchmark.taxonomy import taxonomy
from speechkit.benchmark.tokens import (
    in_time,
    side_of,
    tokens_by_speaker,
    tokens_of,
    turns_of,
)
from speechkit.benchmark.types import Hypothesis, Reference, ScoreOptions
from speechkit.core.digest import digest_of
from speechkit.core.time import Interval
from speechkit.core.types import Segment, Turn


class RecordingCounts(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of one system on one recording; `misses`, `passages`, `alignment` and `transcript`
    are there to be read. `by_speaker` splits `words` by who said them."""

    system: str
    recording: str
    normalizer: str
    unit: str
    words: ErrorRate
    by_speaker: dict[str, ErrorRate]
    character_errors: int
    num_characters: int
    speakers: ErrorRate | None = None
    diarization: DiarizationErrors | None = None
    clinical: dict[str, ClinicalCount] = {}
    clinical_weighted: tuple[float, float] = (0.0, 0.0)
    severities: tuple[int, int] = (0, 0)
    misses: tuple[Miss, ...] = ()
    passages: tuple[Passage, ...] = ()
    taxonomy: dict[str, int] = {}
    alignment: Alignment | None = None
    transcript: Transcript | None = None
    meeting: MeetingErrors | None = None
    short_turns: tuple[int, int] = (0, 0)
    roles: tuple[int, int] = (0, 0)
    duration: float | None = None
    output: str = ""


class _Clinical(msgspec.Struct, frozen=True, kw_only=True):
    """A reference as clinical errors are read from it: always under the same normalizer, so that
    they do not depend on the one that words are counted with."""

    said: Sequence[str]
    terms: Sequence[Mention]


class _Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A reference, read once for all systems."""

    side: Side
    speakers: Sequence[str]
    roles: Mapping[str, str]
    by_speaker: Mapping[str, Sequence[str]]
    turns: tuple[Turn, ...]
    regions: tuple[Interval, ...] | None
    clinical: _Clinical | None


class RecordingCounter:
    """Counts systems' errors on one recording; the reference is read once for all of them."""

    def __init__(self, name: str, reference: Reference, options: ScoreOptions) -> None:
        self.name = name
        self.reference = reference
        self.options = options
        self.normalizer = normalizer_for(reference.language or options.language, options.normalizer)
        self.has_choices = options.alternates and has_alternates(reference.segments)
        self.prepared = None if self.has_choices else self._prepare()

    def _prepare(self) -> _Prepared:
        return _prepare(self.reference, self.normalizer, self.options)

    def count(self, system: str, hypothesis: Hypothesis) -> RecordingCounts:
        """Count the errors of one hypothesis."""
        if self.prepared is None:
            return _count_resolved(
                self.name, self.reference, system, hypothesis, self.normalizer, self.options
            )
        return _count(
            self.name,
            system,
            self.reference,
            self.prepared,
            hypothesis,
            self.normalizer,
            self.options,
        )


def _prepare(reference: Reference, normalizer: Normalizer, options: ScoreOptions) -> _Prepared:
    regions = scored_regions(reference.scored, reference.unscored)
    segments = words_within(reference.segments, regions)
    said = tokens_of(segments, normalizer)
    side = side_of(said, segments, normalizer)
    clinical = None
    if options.clinical and normalizer.name.startswith("en"):
        read = said if normalizer.name == DEFAULT_ENGLISH else tokens_of(segments, _english())
        clinical = _Clinical(said=read, terms=mentions(read))
    return _Prepared(
        side=side,
        speakers=[side.segments[i].speaker if i >= 0 else "" for i in side.owners],
        roles=roles_of(reference),
        by_speaker=tokens_by_speaker(segments, normalizer),
        turns=turns_of(reference.turns, reference.segments),
        regions=regions,
        clinical=clinical,
    )


def _count(
    name: str,
    system: str,
    reference: Reference,
    prepared: _Prepared,
    given: Hypothesis,
    normalizer: Normalizer,
    options: ScoreOptions,
) -> RecordingCounts:
    segments = words_within(given.segments, prepared.regions) if reference.transcribed else ()
    said, wrote = prepared.side.tokens, tokens_of(segments, normalizer)
    edits = align(said, wrote)
    words = count(edits)
    written = side_of(wrote, segments, normalizer)
    judged = None
    if prepared.clinical is not None:
        own, read, aligned = prepared.clinical.said, wrote, edits
        if own is not said:
            read = tokens_of(segments, _english())
            aligned = align(own, read)
        judged = judge(own, read, aligned, prepared.clinical.terms, contexts=options.contexts)
    return RecordingCounts(
        system=system,
        recording=name,
        normalizer=normalizer.name,
        unit=normalizer.unit,
        words=words,
        by_speaker=split_by_speaker(edits, prepared.speakers, words),
        character_errors=_character_errors(said, wrote, words, normalizer),
        num_characters=words.length if normalizer.unit == "character" else len(" ".join(said)),
        speakers=_speaker_errors(prepared.by_speaker, segments, normalizer),
        diarization=_diarization(prepared, given, reference, options),
        clinical=judged.counts if judged else {},
        clinical_weighted=judged.weighted if judged else (0.0, 0.0),
        severities=judged.severities if judged else (0, 0),
        misses=_misses(system, name, judged) if judged else (),
        passages=tuple(
            passages(name, system, prepared.side, written, edits, contexts=options.contexts)
        ),
        taxonomy=taxonomy(said, wrote, edits),
        alignment=alignment_of(system, name, wrote, edits) if options.contexts else None,
        meeting=(
            meeting_errors(prepared.side.segments, written.segments, normalizer)
            if options.meeting
            else None
        ),
        short_turns=short_turns(prepared.side, edits),
        roles=role_counts(edits, prepared.speakers, written, prepared.roles),
        duration=reference.duration,
        output=blake2b(" ".join(wrote).encode(), digest_size=8).hexdigest(),
    )


def _english() -> Normalizer:
    return normalizer_for("en", DEFAULT_ENGLISH)


def _character_errors(
    said: Sequence[str], wrote: Sequence[str], words: ErrorRate, normalizer: Normalizer
) -> int:
    if normalizer.unit == "character":
        return words.errors
    # A wrong word has about three wrong letters; most systems stay under four.
    return character_distance(said, wrote, about=4 * words.errors + 8)


def _misses(system: str, recording: str, judged: Judgement) -> tuple[Miss, ...]:
    return tuple(
        Miss(
            system=system,
            recording=recording,
            category=miss.category,
            term=miss.term,
            kind=miss.kind,
            severity=miss.severity,
            reference=miss.reference,
            hypothesis=miss.hypothesis,
        )
        for miss in judged.misses
    )


def _count_resolved(
    name: str,
    reference: Reference,
    system: str,
    hypothesis: Hypothesis,
    normalizer: Normalizer,
    options: ScoreOptions,
) -> RecordingCounts:
    """Count against the reference in the wording that the hypothesis comes closest to."""
    wrote = tokens_of(hypothesis.segments, normalizer)
    segments = resolve(in_time(reference.segments), wrote, normalizer.tokens)
    resolved = msgspec.structs.replace(reference, segments=segments)
    plain = msgspec.structs.replace(options, alternates=False)
    counts = RecordingCounter(name, resolved, plain).count(system, hypothesis)
    if not options.contexts:
        return counts
    transcript = msgspec.structs.replace(transcript_of(name, resolved, plain), system=system)
    return msgspec.structs.replace(counts, transcript=transcript)


def digest_reference(name: str, reference: Reference) -> str:
    """Return the digest of what was said by whom, to be cited with a result."""
    return digest_of([name, [[s.speaker, s.text] for s in in_time(reference.segments)]])


def _speaker_errors(
    said_by: Mapping[str, Sequence[str]], segments: Sequence[Segment], normalizer: Normalizer
) -> ErrorRate | None:
    """cpWER's counts, where both sides name speakers."""
    if not said_by or not any(segment.speaker for segment in segments):
        return None
    wrote_by = tokens_by_speaker(segments, normalizer)
    if not wrote_by:
        # Words without a speaker count as a speaker of their own.
        named = [msgspec.structs.replace(s, speaker=s.speaker or "(nobody)") for s in segments]
        wrote_by = tokens_by_speaker(named, normalizer)
    return cpwer(said_by, wrote_by)


def _diarization(
    prepared: _Prepared,
    given: Hypothesis,
    reference: Reference,
    options: ScoreOptions,
) -> DiarizationErrors | None:
    found = turns_of(given.turns, given.segments)
    if not prepared.turns or not found:
        return None
    return diarization_errors(
        prepared.turns,
        found,
        duration=reference.duration,
        regions=prepared.regions,
        extent=options.der_extent,
    )
