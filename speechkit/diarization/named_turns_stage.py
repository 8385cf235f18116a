"""The stage `diarize` where the transcriber says who speaks: its words → turns, and no second model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby

from speechkit.core.engine_base import NoOptions
from speechkit.core.stage import Resources, Task, Work, Writes
from speechkit.core.text import evenly_timed_words
from speechkit.core.types import Item, Segment, Turn
from speechkit.diarization.turns import SpeakerInterval, exclusive, sort_key

_PAUSE = 1.0  # seconds without a word that end a turn, as in `attribute`


class NamedTurnsStage:
    """Reads `aligned`, whose words or segments have speakers; writes `turns` under the same names."""

    name = "diarize"
    version = "1"
    reads: tuple[str, ...] = ("aligned",)
    writes = Writes(name="turns", kind="turns")
    engine = "transcript"
    revision = ""
    options = NoOptions()

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Work]:  # noqa: ARG002
        """Yield tasks → turns; nothing is loaded."""

        def work(tasks: Sequence[Task]) -> Sequence[tuple[Item, ...]]:
            return [named_turns(task.layers["aligned"].items) for task in tasks]

        yield work


def named_turns(segments: Sequence[Segment]) -> tuple[Turn, ...]:
    """Return the turns of both views of segments whose speakers are named, sorted by view and time.

    A turn is a run of words of one speaker in a segment, without a pause of a second.
    """
    channels = {segment.speaker: segment.channel for segment in segments}
    spans = [span for segment in segments for span in _spans(segment)]
    return tuple(
        sorted(
            (
                Turn(start=start, end=end, speaker=who, channel=channels.get(who), exclusive=alone)
                for alone, view in ((False, spans), (True, exclusive(spans)))
                for start, end, who in view
                if end > start
            ),
            key=sort_key,
        )
    )


def _spans(segment: Segment) -> list[SpeakerInterval]:
    words = segment.words or evenly_timed_words(segment)
    found: list[SpeakerInterval] = []
    for speaker, run in groupby(words, key=lambda word: word.speaker or segment.speaker):
        for word in run if speaker else ():
            if found and found[-1][2] == speaker and word.start - found[-1][1] <= _PAUSE:
                found[-1] = (found[-1][0], max(found[-1][1], word.end), speaker)
            else:
                found.append((word.start, word.end, speaker))
    return found
