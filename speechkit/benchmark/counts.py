"""One recording under every system: normalize, align, count. Texts come in, only counts go out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from speechkit.benchmark.alternates import has_alternates, resolve
from speechkit.benchmark.attribution import role_counts, roles_of, split_by_speaker
from speechkit.benchmark.clinical import judge, mentions
from speechkit.benchmark.cpwer import cpwer
from speechkit.benchmark.der import DiarizationErrors, diarization_errors
from speechkit.benchmark.errors import Edit, ErrorRate, align, character_distance, count
from speechkit.benchmark.hallucinations import Side, owners_of, passages, short_turns
from speechkit.benchmark.meeting import MeetingErrors, meeting_errors
from speechkit.benchmark.normalize import Normalizer, normalizer_for
from speechkit.benchmark.results import (
    Alignment,
    Change,
    ClinicalCount,
    Line,
    Miss,
    Passage,
    Transcript,
)
from speechkit.benchmark.taxonomy import taxonomy
from speechkit.benchmark.types import Hypothesis, Reference, ScoreOptions
from speechkit.core.digest import digest_of
from speechkit.core.types import Segment, Turn


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of one system on one recording. `by_speaker` splits `words` by who said them."""

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
    misses: tuple[Miss, ...] = ()
    passages: tuple[Passage, ...] = ()
    taxonomy: dict[str, int] = {}
    alignment: Alignment | None = None
    transcript: Transcript | None = None
    meeting: MeetingErrors | None = None
    short_kept: int = 0
    short_said: int = 0
    roles_right: int = 0
    roles_known: int = 0


def tally_recording(
    name: str,
    reference: Reference,
    hypotheses: Iterator[tuple[str, Hypothesis]],
    options: ScoreOptions,
) -> list[Tally]:
    """Count the errors of each (system, hypothesis) on one recording."""
    normalizer = normalizer_for(reference.language or options.language, options.normalizer)
    if options.alternates and has_alternates(reference.segments):
        return [
            _tally_resolved(name, reference, system, hypothesis, normalizer, options)
            for system, hypothesis in hypotheses
        ]
    said = _tokens(reference.segments, normalizer)
    side = _side(said, reference.segments, normalizer)
    speakers = [side.segments[i].speaker if i >= 0 else "" for i in side.owners]
    roles = roles_of(reference)
    said_by = _tokens_by_speaker(reference.segments, normalizer)
    turns = turns_of(reference.turns, reference.segments)
    terms = mentions(said) if options.clinical and normalizer.name.startswith("en") else None
    tallies = []
    for system, given in hypotheses:
        hypothesis = given if reference.transcribed else msgspec.structs.replace(given, segments=())
        wrote = _tokens(hypothesis.segments, normalizer)
        edits = align(said, wrote)
        words = count(edits)
        distance = (
            words.errors
            if normalizer.unit == "character"
            # A wrong word has about three wrong letters; most systems stay under four.
            else character_distance(said, wrote, about=4 * words.errors + 8)
        )
        written = _side(wrote, hypothesis.segments, normalizer)
        right, known = role_counts(edits, speakers, written, roles)
        kept, short = short_turns(side, edits)
        judged = None
        if terms is not None:
            judged = judge(said, wrote, edits, terms, contexts=options.contexts)
        tallies.append(
            Tally(
                system=system,
                recording=name,
                normalizer=normalizer.name,
                unit=normalizer.unit,
                words=words,
                by_speaker=split_by_speaker(edits, speakers, words),
                character_errors=distance,
                num_characters=(
                    words.length if normalizer.unit == "character" else len(" ".join(said))
                ),
                speakers=_speaker_errors(said_by, hypothesis.segments, normalizer),
                diarization=_diarization(turns, given, reference.duration),
                clinical=judged.counts if judged else {},
                clinical_weighted=judged.weighted if judged else (0.0, 0.0),
                misses=tuple(
                    Miss(
                        system=system,
                        recording=name,
                        category=category,
                        reference=before,
                        hypothesis=after,
                    )
                    for category, before, after in (judged.misses if judged else ())
                ),
                passages=tuple(
                    passages(name, system, side, written, edits, contexts=options.contexts)
                ),
                taxonomy=taxonomy(said, wrote, edits),
                alignment=_alignment(system, name, wrote, edits) if options.contexts else None,
                meeting=(
                    meeting_errors(side.segments, written.segments, normalizer)
                    if options.meeting
                    else None
                ),
                short_kept=kept,
                short_said=short,
                roles_right=right,
                roles_known=known,
            )
        )
    return tallies


def transcript_of(name: str, reference: Reference, options: ScoreOptions) -> Transcript:
    """Return the reference's tokens line by line, as the alignments of its tallies count them."""
    normalizer = normalizer_for(reference.language or options.language, options.normalizer)
    side = _side(_tokens(reference.segments, normalizer), reference.segments, normalizer)
    lines: list[list[str]] = []
    owners: list[int] = []
    for token, owner in zip(side.tokens, side.owners, strict=True):
        if not owners or owner != owners[-1]:
            owners.append(owner)
            lines.append([])
        lines[-1].append(token)
    empty = Segment(id="", start=0.0, end=0.0, text="")
    found = [side.segments[owner] if owner >= 0 else empty for owner in owners]
    return Transcript(
        recording=name,
        lines=tuple(
            Line(speaker=s.speaker, start=s.start, end=s.end, words=tuple(words))
            for s, words in zip(found, lines, strict=True)
        ),
    )


def _alignment(
    system: str, recording: str, wrote: Sequence[str], edits: Sequence[Edit]
) -> Alignment:
    changes = tuple(
        Change(
            e.reference_start,
            e.reference_end,
            " ".join(wrote[e.hypothesis_start : e.hypothesis_end]),
        )
        for e in edits
        if e.kind != "equal"
    )
    return Alignment(system=system, recording=recording, changes=changes)


def _tally_resolved(
    name: str,
    reference: Reference,
    system: str,
    hypothesis: Hypothesis,
    normalizer: Normalizer,
    options: ScoreOptions,
) -> Tally:
    """Count against the reference in the wording that the hypothesis comes closest to."""
    wrote = _tokens(hypothesis.segments, normalizer)
    segments = resolve(in_time(reference.segments), wrote, normalizer.tokens)
    resolved = msgspec.structs.replace(reference, segments=segments)
    plain = msgspec.structs.replace(options, alternates=False)
    (tally,) = tally_recording(name, resolved, iter([(system, hypothesis)]), plain)
    if not options.contexts:
        return tally
    transcript = msgspec.structs.replace(transcript_of(name, resolved, plain), system=system)
    return msgspec.structs.replace(tally, transcript=transcript)


def digest_reference(name: str, reference: Reference) -> str:
    """Return the digest of what was said by whom, to be cited with a result."""
    return digest_of([name, [[s.speaker, s.text] for s in in_time(reference.segments)]])


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


def _tokens(segments: Sequence[Segment], normalizer: Normalizer) -> list[str]:
    return normalizer.tokens(" ".join(segment.text for segment in in_time(segments)))


def _tokens_by_speaker(
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


def _side(tokens: Sequence[str], segments: Sequence[Segment], normalizer: Normalizer) -> Side:
    """Return tokens with the segments they are from.

    Tokens come from the text as a whole, so that figures do not depend on how it was cut.
    """
    ordered = in_time(segments)
    if len(ordered) == 1:
        owners = [0] * len(tokens)
    else:
        owners = owners_of(tokens, [normalizer.tokens(segment.text) for segment in ordered])
    return Side(tokens=tokens, segments=ordered, owners=owners)


def _speaker_errors(
    said_by: Mapping[str, Sequence[str]], segments: Sequence[Segment], normalizer: Normalizer
) -> ErrorRate | None:
    """cpWER's counts, where both sides name speakers."""
    if not said_by or not any(segment.speaker for segment in segments):
        return None
    wrote_by = _tokens_by_speaker(segments, normalizer)
    if not wrote_by:
        # Words that nobody could be given are a speaker of their own: they still count.
        named = [msgspec.structs.replace(s, speaker=s.speaker or "(nobody)") for s in segments]
        wrote_by = _tokens_by_speaker(named, normalizer)
    return cpwer(said_by, wrote_by)


def _diarization(
    said: tuple[Turn, ...], hypothesis: Hypothesis, duration: float | None
) -> DiarizationErrors | None:
    found = turns_of(hypothesis.turns, hypothesis.segments)
    return diarization_errors(said, found, duration=duration) if said and found else None
