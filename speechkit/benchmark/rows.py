"""The counts of a recording as the row that travels as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from speechkit.benchmark.counts import RecordingCounts
from speechkit.benchmark.results import Passage, PassageCount, RecordingScore


def row_of(counts: RecordingCounts, cluster: str) -> RecordingScore:
    """Return all counts of one system on one recording."""
    meeting = counts.meeting
    return RecordingScore(
        system=counts.system,
        recording=counts.recording,
        cluster=cluster,
        normalizer=counts.normalizer,
        unit=counts.unit,
        errors=counts.words.errors,
        words=counts.words.length,
        substitutions=counts.words.substitutions,
        deletions=counts.words.deletions,
        insertions=counts.words.insertions,
        character_errors=counts.character_errors,
        num_characters=counts.num_characters,
        by_speaker=counts.by_speaker,
        speakers=counts.speakers,
        timed=meeting.timed if meeting else None,
        streams=meeting.streams if meeting else None,
        diarization=counts.diarization,
        clinical=counts.clinical,
        clinical_weighted=counts.clinical_weighted,
        severities=counts.severities,
        taxonomy=counts.taxonomy,
        passages=passage_counts(counts.passages),
        short_turns=counts.short_turns,
        roles=counts.roles,
        duration=counts.duration,
        output=counts.output,
    )


def passage_counts(passages: Iterable[Passage]) -> dict[str, PassageCount]:
    """Count passages and their words by kind."""
    number: Counter[str] = Counter()
    words: Counter[str] = Counter()
    for passage in passages:
        number[passage.kind] += 1
        words[passage.kind] += passage.num_words
    return {kind: PassageCount(passages=number[kind], words=words[kind]) for kind in sorted(number)}
