"""What a release's files hold: a struct a line, in canonical JSON. `versions` reads older ones.

<corpus>/<version>/release.json      Release
                   recordings.jsonl  core Recording, by id
                   segments.jsonl    ReleasedSegment, by recording and time
                   redactions.jsonl  ReleasedRedaction, by recording and time
                   splits.jsonl      Split, by recording
                   custody.jsonl     Custody, by recording
                   README.md, DATASHEET.md, …, croissant.json, prov.json: the documents
                   SHA256SUMS.txt    and its signature, SHA256SUMS.txt.minisig
<corpus>/audio/sha256/ab/abcd….flac  shared between versions
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from speechkit.core.types import Discovery, Identifier, Recording, Removal, Word

RELEASE_SCHEMA_VERSION = 3
RELEASE_JSON = "release.json"
RECORDINGS = "recordings.jsonl"
SEGMENTS = "segments.jsonl"
REDACTIONS = "redactions.jsonl"
SPLITS = "splits.jsonl"
CUSTODY = "custody.jsonl"
SUMS = "SHA256SUMS.txt"
WITHDRAWN = "WITHDRAWN.json"
CHECKPOINT = "audit-checkpoint.json"
DOCUMENTS = (
    "README.md",
    "DATASHEET.md",
    "DE-IDENTIFICATION.md",
    "DATA-GOVERNANCE.md",
    "EVIDENCE.md",
    "LICENSE.txt",
    "DUA.txt",
    "RECORDS",
    "croissant.json",
    "prov.json",
    "provenance.fhir.json",
)

SplitName = Literal["train", "dev", "test"]
Review = Literal["draft", "corrected", "adjudicated"]


class _Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class ReleasedSegment(_Line, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A segment as released: what was removed stands as a tag, the speaker is a pseudonym.

    `role` is a participant's role or `unknown`; `review` says who has seen the text.
    """

    id: str
    recording: str
    start: float
    end: float
    speaker: str
    role: str
    text: str
    channel: int | None = None
    language: str = ""
    words: tuple[Word, ...] = ()
    confidence: float | None = None
    labels: tuple[str, ...] = ()
    review: Review = "draft"

    def __repr__(self) -> str:
        return f"ReleasedSegment({self.id!r}, {self.start}–{self.end})"


class ReleasedRedaction(_Line, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When something was removed from a recording and which identifier it was; never what."""

    recording: str
    start: float
    end: float
    identifier: Identifier
    method: str
    margin: float
    verdict: Literal["clean"]
    channel: int | None = None


class Split(_Line, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which split a recording is in. Recordings that share a person share their `group`."""

    recording: str
    split: SplitName
    group: str


class HandOver(_Line, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a stage made of what: the layer it wrote, and those it read. Digests are keyed."""

    stage: str
    version: str
    layer: str
    digest: str
    engine: str = ""
    inputs: dict[str, str] = {}


class Custody(_Line, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a recording came here: from a device into the vault, through stages, into the release.

    `vault` is the keyed digest of the raw recording; `released`, `segments` and `redactions` are
    digests of what is here: the audio and the recording's lines. What was imported has no
    hand-overs: where it was before is not known here. `removal` and `discovery` are the two findings
    about the copy; releases made before there were any have none.
    """

    recording: str
    device: str = ""
    vault: str = ""
    hand_overs: tuple[HandOver, ...] = ()
    released: str = ""
    segments: str = ""
    redactions: str = ""
    removal: Removal | msgspec.UnsetType = msgspec.UNSET
    discovery: Discovery | msgspec.UnsetType = msgspec.UNSET


class Tool(_Line, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stage that worked on the release."""

    stage: str
    version: str
    engine: str = ""
    revision: str = ""
    options: dict[str, Any] = {}


class Withheld(_Line, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A recording of the corpus that is not in the release."""

    recording: str
    reason: str


class Parent(_Line, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The version before: `digest` is the SHA-256 of its SHA256SUMS.txt."""

    version: str
    digest: str


class Counts(_Line, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much there is. `seconds` of audio, rounded to a millisecond."""

    recordings: int
    segments: int
    words: int
    redactions: int
    participants: int
    synthetic: int
    seconds: float
    splits: dict[str, int]


class Policy(_Line, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By which rules recordings and metadata got in.

    `split_by`: what recordings of one group share; `stratify`: what the splits are balanced by.
    """

    licence: str
    split_shares: tuple[float, float, float]
    synthetic_in_test: bool
    tags: tuple[str, ...]
    split_by: tuple[str, ...] = ("participant",)
    stratify: tuple[str, ...] = ()


class ConsentCheck(_Line, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That each recording's consent was asked for, for which purpose, under which policy.

    `register` and `policy` are digests; `permitted` counts recordings, `not_needed` synthetic ones.
    """

    purpose: str
    policy: str
    register: str
    permitted: int
    not_needed: int


class Withdrawn(_Line, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tombstone: a recording of an earlier version that is in no later one, and why."""

    recording: str
    version: str
    reason: Literal["consent withdrawn"] = "consent withdrawn"


class ReleaseRemoval(_Line, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was proved of all recordings: nothing that was removed was heard again by any listener.

    `recordings` were checked so, on `channels` channels in all.
    """

    recordings: int
    channels: int
    listeners: tuple[str, ...]


class ReleaseDiscovery(_Line, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is estimated over all recordings: how sure it is that everything was found.

    The fields are sums of those of `core.types.Discovery`, `doubt` the mean by seconds of speech and
    `highest_doubt` that of the most doubtful recording; `left` is None where one recording has no
    estimate. With 90 % what is left lies from `left_low` to `left_high`.
    """

    recordings: int
    doubt: float
    highest_doubt: float
    speech: float
    faint: float
    unwritten: float
    added: int
    keyed: int
    languages: tuple[str, ...]
    left: float | None = None
    left_low: int | None = None
    left_high: int | None = None


class Statement(_Line, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was done about identifiers, and by whom it was checked.

    `removal` says what was proved, `discovery` what is estimated; both are missing where recordings
    were imported, or were de-identified before there were findings.
    """

    standard: str
    method: str
    check: str
    checked_by: tuple[str, ...]
    caveat: str
    removed: dict[str, int]
    removal: ReleaseRemoval | msgspec.UnsetType = msgspec.UNSET
    discovery: ReleaseDiscovery | msgspec.UnsetType = msgspec.UNSET


class Release(_Line, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What release.json holds. No time and no name of a person: same inputs, same bytes.

    `origin` says where recordings came from: speechkit's own pipeline, or other tools' files, of
    which `deidentified_by` says who vouches that they hold no identifiers.
    """

    schema_version: int
    corpus: str
    version: str
    parent: Parent | None
    speechkit: str
    counts: Counts
    policy: Policy
    statement: Statement
    tools: tuple[Tool, ...]
    withheld: tuple[Withheld, ...]
    origin: Literal["pipeline", "imported"] = "pipeline"
    consent: ConsentCheck | None = None
    withdrawn: tuple[Withdrawn, ...] = ()
    deidentified_by: str = ""


LINE_TYPES: dict[str, type[Any]] = {
    RECORDINGS: Recording,
    SEGMENTS: ReleasedSegment,
    REDACTIONS: ReleasedRedaction,
    SPLITS: Split,
    CUSTODY: Custody,
}
