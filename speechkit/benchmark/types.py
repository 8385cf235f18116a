"""What is scored, and how: references, hypotheses, options.

A **reference** says what was said in one recording, a **hypothesis** what one system wrote of it.
Both are segments, with speakers and times where there are any, and turns where diarization is to
be scored. Fields (`accent`, `device`, …) hang on the recording or on one of its speakers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

import msgspec

from speechkit.core.time import Interval
from speechkit.core.types import Role, Segment, Turn

ROLES = frozenset(get_args(Role))


class Hypothesis(msgspec.Struct, frozen=True, kw_only=True):
    """What one system wrote of one recording."""

    segments: tuple[Segment, ...] = ()
    turns: tuple[Turn, ...] = ()


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """What was said in one recording, and about whom and where.

    `fields` holds for the whole recording, `speakers[label]` for what that speaker says; the
    latter wins. `duration` (s) is how long the recording is. `transcribed` is False if nobody
    wrote down the words: only who speaks when is scored then. `scored` are the parts that count
    (None: all), `unscored` parts that do not; both in seconds.
    """

    segments: tuple[Segment, ...] = ()
    turns: tuple[Turn, ...] = ()
    transcribed: bool = True
    language: str = ""
    duration: float | None = None
    scored: tuple[Interval, ...] | None = None
    unscored: tuple[Interval, ...] = ()
    fields: Mapping[str, str] = {}
    speakers: Mapping[str, Mapping[str, str]] = {}


class System(msgspec.Struct, frozen=True, kw_only=True):
    """A system to score: its name and its hypotheses by recording.

    `hypotheses` may be lazy: each one is looked up once, scored and let go.
    """

    name: str
    hypotheses: Mapping[str, Hypothesis]


class ScoreOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What decides the figures.

    Attributes:
        language: ISO 639 code for references that name none.
        normalizer: name of a normalizer (`en@1`); empty for the one of the language.
        by: fields to slice by; `accent*role` crosses two.
        min_cell: cells with fewer reference words are shown, but kept out of gaps.
        draws: bootstrap draws; 0 for no intervals.
        seed: of the bootstrap.
        cluster: field whose values are drawn together; empty for the speaker where every
            recording has one with an id, else the recording.
        allow_missing: score what is there, and list what is not.
        clinical: count clinical errors (English).
        contexts: keep what was said: around each clinical error, in passages, in alignments.
        alternates: of {a / b}, (a), <UNSURE>a</UNSURE> and <UNIN/> in a reference, take what fits
            the hypothesis best; else the normalizer sees them as they are.
        meeting: count tcpWER and ORC-WER, too (meeteval).
        der_extent: where diarization is scored if nothing else says so: `both` from the first start
            to the last end on either side, as pyannote.metrics has it, so that false alarms outside
            the reference count; `reference`: of the reference alone, as NIST's md-eval.
        all_pairs: compare every two systems however many there are; else, of more than 20, each
            with its neighbors in rank and with the best.
    """

    language: str = ""
    normalizer: str = ""
    by: tuple[str, ...] = ()
    min_cell: int = 50
    draws: int = 1000
    seed: int = 0
    cluster: str = ""
    allow_missing: bool = False
    clinical: bool = True
    contexts: bool = False
    alternates: bool = True
    meeting: bool = False
    der_extent: Literal["both", "reference"] = "both"
    all_pairs: bool = False
