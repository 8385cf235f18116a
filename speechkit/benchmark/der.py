"""Diarization errors by pyannote.metrics, overlapping speech included, as seconds that add up.

A collar of 0.25 s leaves out a quarter second on either side of each reference boundary, as NIST's
md-eval does (pyannote.metrics calls that `collar=0.5`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from speechkit.benchmark.errors import rate
from speechkit.core.errors import MissingExtraError
from speechkit.core.time import Interval, overlap
from speechkit.core.time import duration as length_of
from speechkit.core.types import Turn

SHORT_TURN = 1.0  # s: backchannels, "mm", "yes"


class DiarizationErrors(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds of each error and of reference speech; Jaccard error summed over speakers;
    how many of the short turns were noticed; over how many seconds of the recordings."""

    missed: float = 0.0
    false_alarm: float = 0.0
    confusion: float = 0.0
    total: float = 0.0
    collar_errors: float = 0.0
    collar_total: float = 0.0
    jaccard: float = 0.0
    num_speakers: float = 0.0
    short_heard: int = 0
    short_total: int = 0
    scored_seconds: float = 0.0

    def __add__(self, other: DiarizationErrors) -> DiarizationErrors:
        return DiarizationErrors(
            **{f: getattr(self, f) + getattr(other, f) for f in self.__struct_fields__}
        )

    @property
    def rate(self) -> float | None:
        """DER without a collar; may exceed 1."""
        return rate(self.missed + self.false_alarm + self.confusion, self.total)

    @property
    def collar_rate(self) -> float | None:
        """DER with 0.25 s left out around each boundary."""
        return rate(self.collar_errors, self.collar_total)

    @property
    def jaccard_rate(self) -> float | None:
        """JER, the mean over reference speakers."""
        return rate(self.jaccard, self.num_speakers)

    @property
    def short_turn_recall(self) -> float | None:
        """Share of turns under 1 s of which at least half was found to be speech of anybody."""
        return self.short_heard / self.short_total if self.short_total else None


def diarization_errors(
    reference: Iterable[Turn],
    hypothesis: Iterable[Turn],
    *,
    duration: float | None = None,
    regions: Sequence[Interval] | None = None,
    extent: Literal["both", "reference"] = "both",
) -> DiarizationErrors:
    """Compare who spoke when.

    Exclusive turns are left out on either side where there are overlapping ones too; turns of one
    speaker that overlap are one turn.

    Args:
        reference: turns of the reference.
        hypothesis: turns of the system.
        duration: of the recording in seconds; scored is all of it.
        regions: what is scored, in seconds; wins.
        extent: what is scored if neither is given, see `ScoreOptions.der_extent`.
    """
    try:
        from pyannote.core import Annotation, Segment, Timeline
        from pyannote.metrics.diarization import DiarizationErrorRate, JaccardErrorRate
    except ModuleNotFoundError as error:
        raise MissingExtraError("pyannote.metrics", extra="benchmark") from error

    def annotation(turns: Sequence[Turn]) -> Annotation:
        made = Annotation()
        for track, turn in enumerate(turns):
            made[Segment(turn.start, turn.end), track] = turn.speaker
        return made

    said, found = _full(reference), _full(hypothesis)
    if regions is None:
        bounding = [*said, *found] if extent == "both" else said
        if duration is not None:
            regions = [(0.0, duration)]
        elif bounding:
            regions = [(min(t.start for t in bounding), max(t.end for t in bounding))]
        else:
            return DiarizationErrors()
    else:
        # A region may go on for ever; nothing is scored behind the last turn.
        last = max((t.end for t in [*said, *found]), default=0.0)
        regions = [(start, min(end, max(last, start))) for start, end in regions]
    uem = Timeline([Segment(start, end) for start, end in regions if end > start])
    a, b = annotation(said), annotation(found)
    strict = DiarizationErrorRate()(a, b, uem=uem, detailed=True)
    lenient = DiarizationErrorRate(collar=0.5)(a, b, uem=uem, detailed=True)
    jaccard = JaccardErrorRate()(  # type: ignore[no-untyped-call]
        a, b, uem=uem, detailed=True
    )
    short = [turn for turn in said if turn.end - turn.start < SHORT_TURN]
    return DiarizationErrors(
        missed=strict["missed detection"],
        false_alarm=strict["false alarm"],
        confusion=strict["confusion"],
        total=strict["total"],
        collar_errors=sum(lenient[k] for k in ("missed detection", "false alarm", "confusion")),
        collar_total=lenient["total"],
        jaccard=jaccard["speaker error"],
        num_speakers=jaccard["speaker count"],
        short_heard=sum(_is_heard(turn, found) for turn in short),
        short_total=len(short),
        scored_seconds=round(length_of(regions), 3),
    )


def _full(turns: Iterable[Turn]) -> list[Turn]:
    """Keep the view that shows overlap, if there is one; of each speaker join what overlaps."""
    kept = [turn for turn in turns if turn.end > turn.start]
    overlapping = [turn for turn in kept if not turn.exclusive] or kept
    by_speaker: dict[str, list[Turn]] = {}
    for turn in sorted(overlapping, key=lambda turn: (turn.start, turn.end)):
        own = by_speaker.setdefault(turn.speaker, [])
        if own and turn.start < own[-1].end:
            own[-1] = msgspec.structs.replace(own[-1], end=max(own[-1].end, turn.end))
        else:
            own.append(turn)
    joined = [turn for own in by_speaker.values() for turn in own]
    return sorted(joined, key=lambda turn: (turn.start, turn.end, turn.speaker))


def _is_heard(turn: Turn, found: Sequence[Turn]) -> bool:
    span = (turn.start, turn.end)
    inside = [
        (max(turn.start, other.start), min(turn.end, other.end))
        for other in found
        if overlap(span, (other.start, other.end)) > 0
    ]
    return length_of(inside) >= 0.5 * (turn.end - turn.start)
