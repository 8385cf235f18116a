"""One recording under every system: normalise, align, count. Texts come in, only counts go out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from speechkit.benchmark.clinical import judge, mentions
from speechkit.benchmark.cpwer import cpwer
from speechkit.benchmark.der import DiarizationErrors, diarization_errors
from speechkit.benchmark.errors import (
    Edit,
    ErrorRate,
    align,
    character_distance,
    count,
)
from speechkit.benchmark.normalise import Normaliser, normaliser_for
from speechkit.benchmark.types import ClinicalCount, Hypothesis, Miss, Reference, ScoreOptions
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


def tally_recording(
    name: str,
    reference: Reference,
    hypotheses: Iterator[tuple[str, Hypothesis]],
    options: ScoreOptions,
) -> list[Tally]:
    """Count the errors of each (system, hypothesis) on one recording."""
    normaliser = normaliser_for(reference.language or options.language, options.normalizer)
    said = _tokens(reference.segments, normaliser)
    speakers = _speakers_of(said, reference.segments, normaliser)
    said_by = _tokens_by_speaker(reference.segments, normaliser)
    turns = turns_of(reference.turns, reference.segments)
    terms = mentions(said) if options.clinical and normaliser.name.startswith("en") else None
    tallies = []
    for system, hypothesis in hypotheses:
        wrote = _tokens(hypothesis.segments, normaliser)
        edits = align(said, wrote)
        words = count(edits)
        distance = (
            words.errors
            if normaliser.unit == "character"
            # A wrong word has about three wrong letters; most systems stay under four.
            else character_distance(said, wrote, about=4 * words.errors + 8)
        )
        judged = None
        if terms is not None:
            judged = judge(said, wrote, edits, terms, contexts=options.contexts)
        tallies.append(
            Tally(
                system=system,
                recording=name,
                normalizer=normaliser.name,
                unit=normaliser.unit,
                words=words,
                by_speaker=_split(edits, speakers, words),
                character_errors=distance,
                num_characters=(
                    words.length if normaliser.unit == "character" else len(" ".join(said))
                ),
                speakers=_speaker_errors(said_by, hypothesis.segments, normaliser),
                diarization=_diarization(turns, hypothesis, reference.duration),
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
            )
        )
    return tallies


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


def _tokens(segments: Sequence[Segment], normaliser: Normaliser) -> list[str]:
    return normaliser.tokens(" ".join(segment.text for segment in in_time(segments)))


def _tokens_by_speaker(
    segments: Sequence[Segment], normaliser: Normaliser
) -> Mapping[str, list[str]]:
    """Tokens of each speaker; empty unless every segment with text names one."""
    texts: dict[str, list[str]] = {}
    for segment in in_time(segments):
        if segment.text.strip():
            texts.setdefault(segment.speaker, []).append(segment.text)
    if "" in texts:
        return {}
    return {speaker: normaliser.tokens(" ".join(parts)) for speaker, parts in texts.items()}


def _speakers_of(
    tokens: Sequence[str], segments: Sequence[Segment], normaliser: Normaliser
) -> list[str]:
    """Say who said each token.

    Tokens come from the text as a whole, so that figures do not depend on how it was cut; numbers
    may join across a cut. Where they do, the segments' own tokens are aligned to the whole.
    """
    ordered = in_time(segments)
    names = {segment.speaker for segment in ordered}
    if len(names) == 1:
        return [ordered[0].speaker] * len(tokens)
    pieces: list[str] = []
    owners: list[str] = []
    for segment in ordered:
        part = normaliser.tokens(segment.text)
        pieces += part
        owners += [segment.speaker] * len(part)
    if pieces == list(tokens):
        return owners
    found = [""] * len(tokens)
    for edit in align(tokens, pieces):
        width = edit.hypothesis_end - edit.hypothesis_start
        for offset in range(edit.reference_end - edit.reference_start):
            at = edit.hypothesis_start + min(offset, max(width - 1, 0))
            found[edit.reference_start + offset] = owners[min(at, len(owners) - 1)]
    return found


def _split(
    edits: Sequence[Edit], speakers: Sequence[str], words: ErrorRate
) -> dict[str, ErrorRate]:
    """Give each error to who spoke; insertions to who spoke last before them."""
    names = sorted(set(speakers))
    if len(names) <= 1:
        return {names[0] if names else "": words}
    field = {"equal": "hits", "substitute": "substitutions", "delete": "deletions"}
    counts = {name: dict.fromkeys(ErrorRate.__struct_fields__, 0) for name in names}
    for edit in edits:
        if edit.kind == "insert":
            owner = speakers[max(edit.reference_start - 1, 0)]
            counts[owner]["insertions"] += edit.hypothesis_end - edit.hypothesis_start
            continue
        for index in range(edit.reference_start, edit.reference_end):
            counts[speakers[index]][field[edit.kind]] += 1
    return {name: ErrorRate(**numbers) for name, numbers in counts.items()}


def _speaker_errors(
    said_by: Mapping[str, Sequence[str]], segments: Sequence[Segment], normaliser: Normaliser
) -> ErrorRate | None:
    """cpWER's counts, where both sides name speakers."""
    if not said_by or not any(segment.speaker for segment in segments):
        return None
    wrote_by = _tokens_by_speaker(segments, normaliser)
    if not wrote_by:
        # Words that nobody could be given are a speaker of their own: they still count.
        named = [msgspec.structs.replace(s, speaker=s.speaker or "(nobody)") for s in segments]
        wrote_by = _tokens_by_speaker(named, normaliser)
    return cpwer(said_by, wrote_by)


def _diarization(
    said: tuple[Turn, ...], hypothesis: Hypothesis, duration: float | None
) -> DiarizationErrors | None:
    found = turns_of(hypothesis.turns, hypothesis.segments)
    return diarization_errors(said, found, duration=duration) if said and found else None
