"""How much is in a release: counted when it is made, and again when it is verified."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from speechkit.core.time import round_ms
from speechkit.core.types import Recording
from speechkit.manifest.schema import Counts, ReleasedRedaction, ReleasedSegment, Split


def count(
    recordings: Sequence[Recording],
    segments: Sequence[ReleasedSegment],
    redactions: Sequence[ReleasedRedaction],
    splits: Sequence[Split],
) -> Counts:
    """Count recordings, words, people and the rest; a tag such as `[NAME]` is a word."""
    in_split = Counter(split.split for split in splits)
    return Counts(
        recordings=len(recordings),
        segments=len(segments),
        words=sum(len(segment.text.split()) for segment in segments),
        redactions=len(redactions),
        participants=len({p.id for r in recordings for p in r.participants if p.id}),
        synthetic=sum(r.synthetic for r in recordings),
        seconds=round_ms(sum(r.duration for r in recordings)),
        splits={name: in_split[name] for name in ("train", "dev", "test")},
    )
