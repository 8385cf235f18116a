"""How much is in a release: counted while it is made, and again while it is verified."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from speechkit.core.time import round_ms
from speechkit.core.types import Recording
from speechkit.manifest.schema import Counts, ReleasedRedaction, ReleasedSegment, Split


class Tally:
    """Counts that grow with each segment and redaction, so that nothing has to be kept."""

    def __init__(self) -> None:
        self.segments = 0
        self.words = 0
        self.redactions = 0
        self.removed: Counter[str] = Counter()
        self.methods: set[str] = set()

    def add_segment(self, segment: ReleasedSegment) -> None:
        """Count a segment; a tag such as `[NAME]` is a word."""
        self.segments += 1
        self.words += len(segment.text.split())

    def add_redaction(self, redaction: ReleasedRedaction) -> None:
        """Count a stretch that was removed, by its identifier."""
        self.redactions += 1
        self.removed[str(redaction.identifier)] += 1
        self.methods.add(redaction.method)

    def counts(self, recordings: Sequence[Recording], splits: Iterable[Split]) -> Counts:
        """Return all counts, once everything was added."""
        in_split = Counter(split.split for split in splits)
        return Counts(
            recordings=len(recordings),
            segments=self.segments,
            words=self.words,
            redactions=self.redactions,
            participants=len({p.id for r in recordings for p in r.participants if p.id}),
            synthetic=sum(r.synthetic for r in recordings),
            seconds=round_ms(sum(r.duration for r in recordings)),
            splits={name: in_split[name] for name in ("train", "dev", "test")},
        )
