"""What was measured: plain structs that travel as JSON. Rates are fractions, times seconds.

`docs/benchmark.md` describes the JSON; `SCHEMA` names its version. Every printed figure can be
computed from `recordings` and `units` again: a test does.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from speechkit.benchmark.der import DiarizationErrors
from speechkit.benchmark.errors import ErrorRate
from speechkit.benchmark.types import ScoreOptions

SCHEMA = "speechkit.scores/2"

PassageKind = Literal["invented", "loop", "no speech", "omitted", "turn lost"]


class Miss(msgspec.Struct, frozen=True, kw_only=True):
    """One clinical error: which term was lost or invented, or which meaning was turned, with the
    words around it in reference and hypothesis. Severity: 1 little, 2 enough to change what is
    understood or done. `verdict` is the severity that a second judge gave it, if one was asked."""

    system: str
    recording: str
    category: str
    term: str = ""
    kind: Literal["lost", "invented"] = "lost"
    severity: int = 0
    reference: str
    hypothesis: str
    verdict: int | None = None

    def __repr__(self) -> str:
        return f"Miss({self.system!r}, {self.recording!r}, {self.category!r})"


class JudgedSystem(msgspec.Struct, frozen=True, kw_only=True):
    """What a second judge made of a system's clinical errors: how many it calls harmless (0), of
    little account (1) or serious (2), and to how many it gave no answer."""

    system: str
    flags: int
    harmless: int
    little: int
    serious: int
    unanswered: int


class JudgeSetup(msgspec.Struct, frozen=True, kw_only=True):
    """Which model judged, with which prompt, and what came of it."""

    model: str
    prompt: str
    prompt_digest: str
    systems: tuple[JudgedSystem, ...]


class SystemScore(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the leaderboard. Rates are fractions; None where they cannot be had.

    `wer` counts words, or characters where the normalizer's unit is the character. `rank` and
    `rank_interval` are among systems scored on the same recordings; systems with identical output
    share a rank. `macro` holds the mean over the values of a field (language, participant, …) of
    their WER, beside the pooled `wer`. `der_scored_seconds` says over how much DER was computed.
    `terms_error` counts medical terms lost or invented (drugs, conditions, symptoms, body),
    `meaning_error` what turns a meaning (negation, side, dose, frequency, number), each for those
    said; None from fewer than 50.
    """

    system: str
    wer: float | None
    wer_interval: tuple[float, float] | None
    rank: int
    rank_interval: tuple[int, int] | None
    mean_recording_wer: float | None
    macro: dict[str, float] = {}
    cer: float | None
    mer: float | None
    wil: float | None
    substitutions: int
    deletions: int
    insertions: int
    num_words: int
    num_recordings: int
    normalizer: str
    unit: str
    cpwer: float | None = None
    cpwer_interval: tuple[float, float] | None = None
    tcpwer: float | None = None
    orcwer: float | None = None
    der: float | None = None
    der_collar_025: float | None = None
    der_missed: float | None = None
    der_false_alarm: float | None = None
    der_confusion: float | None = None
    der_scored_seconds: float | None = None
    jer: float | None = None
    short_turn_recall: float | None = None
    terms_error: float | None = None
    terms_interval: tuple[float, float] | None = None
    meaning_error: float | None = None
    meaning_interval: tuple[float, float] | None = None
    clinical_error: float | None = None
    clinical_interval: tuple[float, float] | None = None
    clinical_weighted: float | None = None
    clinical: dict[str, ClinicalCount] = {}
    passages: dict[str, PassageCount] = {}
    taxonomy: dict[str, int] = {}
    backchannel_recall: float | None = None
    role_accuracy: float | None = None
    cost: RunCost | None = None


class RunSetup(msgspec.Struct, frozen=True, kw_only=True):
    """What an engine ran on: its full name, the digest of its weights, the kind of device and the
    name of the processor, CPU threads, and the versions of the libraries that did the work."""

    engine: str
    revision: str
    device: str
    processor: str
    threads: int
    versions: dict[str, str]


class RunCost(msgspec.Struct, frozen=True, kw_only=True):
    """What it cost to run an engine: seconds of work (loading the model left out) for seconds of
    audio, their ratio, the peak memory of its process, and the seconds that half and 95 % of the
    recordings took at most, and US dollars, where the engine has a price. They are of the
    recordings that are scored; None where nothing was run."""

    audio_seconds: float = 0.0
    seconds: float = 0.0
    real_time_factor: float | None = None
    peak_memory_mib: int | None = None
    latency_p50: float | None = None
    latency_p95: float | None = None
    dollars: float | None = None
    setup: RunSetup | None = None


class TermCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What a system made of the terms: said in the references, missed, and made up.

    `made_up_terms` are the terms that it wrote and nobody said, the most frequent first.
    """

    system: str
    said: int
    missed: int
    made_up: int
    made_up_terms: tuple[str, ...] = ()


class ClinicalCount(msgspec.Struct, frozen=True, kw_only=True):
    """How often a kind of clinical term was said, how often it was lost or changed, how often
    one was invented."""

    said: int = 0
    lost: int = 0
    invented: int = 0

    def __add__(self, other: ClinicalCount) -> ClinicalCount:
        return ClinicalCount(
            said=self.said + other.said,
            lost=self.lost + other.lost,
            invented=self.invented + other.invented,
        )


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """A hallucination or an omission.

    `kind`: `invented` (a run of words that were not said), `loop` (the same, repeating itself), `no
    speech` (words where there is no speech), `omitted` (a run of words left out), `turn lost` (not one
    word of a turn is there). Times in seconds, None where neither side has any.
    """

    system: str
    recording: str
    kind: PassageKind
    start: float | None
    end: float | None
    num_words: int
    text: str = ""

    def __repr__(self) -> str:
        return f"Passage({self.system!r}, {self.recording!r}, {self.kind!r}, {self.num_words})"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """Reference tokens of one segment. Kept with `contexts` only: it is what was said."""

    speaker: str
    start: float
    end: float
    words: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Line({self.speaker!r}, {self.start}, {self.end}, <{len(self.words)}>)"


class Transcript(msgspec.Struct, frozen=True, kw_only=True):
    """A reference as it was compared, line by line. `system` is named where the reference leaves a
    choice of wording, so that each system was compared with its own."""

    recording: str
    lines: tuple[Line, ...]
    system: str = ""


class Change(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Reference tokens [start, end) became `words`; nothing, or came from nothing."""

    start: int
    end: int
    words: str

    def __repr__(self) -> str:
        return f"Change({self.start}, {self.end}, <{len(self.words.split())}>)"


class Alignment(msgspec.Struct, frozen=True, kw_only=True):
    """Where a hypothesis differs from its reference."""

    system: str
    recording: str
    changes: tuple[Change, ...]


class PassageCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many passages of a kind, and how many words in them."""

    passages: int = 0
    words: int = 0


class SliceScore(msgspec.Struct, frozen=True, kw_only=True):
    """A system's WER on one cell: what speakers with these field values said.

    `der` is over the recordings of which these values hold as a whole, None where none of them has
    reference turns. A cell of one or two people has no interval: it would say how much two people
    differ, not how much people do.
    """

    by: str
    values: dict[str, str]
    system: str
    wer: float | None
    wer_interval: tuple[float, float] | None
    num_words: int
    num_recordings: int
    num_clusters: int
    small: bool
    num_people: int = 0
    der: float | None = None


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """How far a system's worst cell is from its best one, small cells left out."""

    by: str
    system: str
    best: str
    worst: str
    gap: float
    gap_interval: tuple[float, float] | None
    ratio: float | None


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """How many people, recordings and words have one value of a field. `share` is of the people;
    `reached` says how much of the target share is there (1: all)."""

    field: str
    value: str
    num_people: int
    num_recordings: int
    num_words: int
    share: float
    target: float | None = None
    reached: float | None = None


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two systems on the recordings both have. `p_value` is Holm's, over all pairs."""

    better: str
    worse: str
    difference: float
    interval: tuple[float, float] | None
    p_value: float | None
    num_clusters: int = 0


class RecordingScore(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of one system on one recording, from which everything can be recomputed.

    `words` are reference words (or characters), `by_speaker` splits the errors by who said them;
    `speakers` are cpWER's counts, `severities` clinical errors of
    severity 1 and 2. `output` is a digest of what the system wrote, normalized.
    """

    system: str
    recording: str
    cluster: str
    normalizer: str
    unit: str
    errors: int
    words: int
    substitutions: int
    deletions: int
    insertions: int
    character_errors: int
    num_characters: int
    by_speaker: dict[str, ErrorRate] = {}
    speakers: ErrorRate | None = None
    timed: ErrorRate | None = None
    streams: ErrorRate | None = None
    diarization: DiarizationErrors | None = None
    clinical: dict[str, ClinicalCount] = {}
    clinical_weighted: tuple[float, float] = (0.0, 0.0)
    severities: tuple[int, int] = (0, 0)
    taxonomy: dict[str, int] = {}
    passages: dict[str, PassageCount] = {}
    short_turns: tuple[int, int] = (0, 0)
    roles: tuple[int, int] = (0, 0)
    duration: float | None = None
    output: str = ""


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """Who speaks in which recording, and the fields one may slice by; no speaker: all of it."""

    recording: str
    speaker: str
    fields: dict[str, str]


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """A recording that could not be scored for a system (or for none, `system` empty), and why."""

    system: str
    recording: str
    reason: str


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """Something a reader must know before believing a figure, and what to do about it."""

    kind: str
    system: str
    text: str
    recording: str = ""


class Absent(msgspec.Struct, frozen=True, kw_only=True):
    """A recording that one side lacks."""

    system: str
    recording: str


class Scores(msgspec.Struct, frozen=True, kw_only=True):
    """All that was measured, and under which options."""

    schema: str = SCHEMA
    systems: tuple[SystemScore, ...]
    slices: tuple[SliceScore, ...]
    gaps: tuple[Gap, ...]
    pairs: tuple[Pair, ...]
    missing: tuple[Absent, ...]
    extra: tuple[Absent, ...]
    recordings: tuple[RecordingScore, ...]
    units: tuple[Unit, ...] = ()
    failures: tuple[Failure, ...] = ()
    remarks: tuple[Remark, ...] = ()
    groups: dict[str, str] = {}
    num_recordings: int
    num_clusters: int
    clustered_by: str
    options: ScoreOptions
    reference: str = ""
    reference_digest: str = ""
    version: str = ""
    vocabulary: tuple[TermCounts, ...] = ()
    misses: tuple[Miss, ...] = ()
    judge: JudgeSetup | None = None
    passages: tuple[Passage, ...] = ()
    transcripts: tuple[Transcript, ...] = ()
    alignments: tuple[Alignment, ...] = ()
    coverage: tuple[Coverage, ...] = ()
