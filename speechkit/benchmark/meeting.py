"""tcpWER and ORC-WER by meeteval, if they are asked for and it is installed.

tcpWER is cpWER in which a word may only stand for one said within five seconds of it; ORC-WER
lets each utterance of the reference go to whichever stream of the hypothesis fits. Source: von
Neumann et al., MeetEval, CHiME-7 (2023).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from speechkit.benchmark.errors import ErrorRate
from speechkit.benchmark.normalize import Normalizer
from speechkit.core.errors import MissingExtraError
from speechkit.core.types import Segment

COLLAR = 5.0  # s
MOST_SPEAKERS = 20  # meeteval refuses more: the assignment would take too long


class MeetingErrors(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of both; None where one side has no times (tcpWER) or no speakers, or where there are
    more speakers than meeteval compares: `note` says so then."""

    timed: ErrorRate | None = None
    streams: ErrorRate | None = None
    note: str = ""


def meeting_errors(
    said: Sequence[Segment], wrote: Sequence[Segment], normalizer: Normalizer
) -> MeetingErrors:
    """Compare who said what when.

    Raises:
        MissingExtraError: if meeteval is not installed.
    """
    try:
        from meeteval.io.seglst import SegLST
        from meeteval.wer import orc_word_error_rate
        from meeteval.wer import time_constrained_minimum_permutation_word_error_rate as tcp
    except ModuleNotFoundError as error:
        raise MissingExtraError("meeteval", extra="meeting") from error
    sides = [_rows(segments, normalizer) for segments in (said, wrote)]
    if not all(side and all(row["speaker"] for row in side) for side in sides):
        return MeetingErrors()
    a, b = (SegLST(side) for side in sides)
    most = max(len({row["speaker"] for row in side}) for side in sides)
    if most > MOST_SPEAKERS:
        return MeetingErrors(
            note=f"{most} speakers: tcpWER and ORC-WER are counted up to {MOST_SPEAKERS}"
        )
    timed = None
    if all(row["end_time"] > row["start_time"] for side in sides for row in side):
        timed = _counts(tcp(a, b, collar=COLLAR))
    return MeetingErrors(timed=timed, streams=_counts(orc_word_error_rate(a, b)))


def _rows(segments: Sequence[Segment], normalizer: Normalizer) -> list[dict[str, Any]]:
    made = [(segment, " ".join(normalizer.tokens(segment.text))) for segment in segments]
    return [
        {
            "session_id": "r",
            "speaker": segment.speaker,
            "words": words,
            "start_time": segment.start,
            "end_time": segment.end,
        }
        for segment, words in made
        if words
    ]


def _counts(found: Any) -> ErrorRate:
    return ErrorRate(
        substitutions=found.substitutions,
        deletions=found.deletions,
        insertions=found.insertions,
        hits=found.length - found.substitutions - found.deletions,
    )
