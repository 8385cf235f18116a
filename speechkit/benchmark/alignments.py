"""What is kept to be read: the reference line by line, and where a hypothesis differs."""

from __future__ import annotations

from collections.abc import Sequence

from speechkit.benchmark.errors import Edit
from speechkit.benchmark.normalize import normalizer_for
from speechkit.benchmark.regions import scored_regions, words_within
from speechkit.benchmark.results import Alignment, Change, Line, Transcript
from speechkit.benchmark.tokens import side_of, tokens_of
from speechkit.benchmark.types import Reference, ScoreOptions
from speechkit.core.types import Segment


def transcript_of(name: str, reference: Reference, options: ScoreOptions) -> Transcript:
    """Return the reference's tokens line by line, as the alignments of its tallies count them."""
    normalizer = normalizer_for(reference.language or options.language, options.normalizer)
    regions = scored_regions(reference.scored, reference.unscored)
    segments = words_within(reference.segments, regions)
    side = side_of(tokens_of(segments, normalizer), segments, normalizer)
    lines: list[list[str]] = []
    owners: list[int] = []
    for token, owner in zip(side.tokens, side.owners, strict=True):
        if not owners or owner != owners[-1]:
            owners.append(owner)
            lines.append([])
        lines[-1].append(token)
    empty = Segment(id="", start=0.0, end=0.0, text="")
    own = [side.segments[owner] if owner >= 0 else empty for owner in owners]
    return Transcript(
        recording=name,
        lines=tuple(
            Line(speaker=s.speaker, start=s.start, end=s.end, words=tuple(words))
            for s, words in zip(own, lines, strict=True)
        ),
    )


def alignment_of(
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
