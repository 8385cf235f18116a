"""What everything is made of: recordings, who speaks when, what was said, what must not leave.

All types are frozen and keyword-only; unknown fields are refused. Times are seconds, rounded once,
to a millisecond; `start` is inside, `end` is outside. Text is left out of `repr`, so that no log or
traceback prints what a patient said.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

import msgspec

from speechkit.core.annotations import Annotations

SCHEMA_VERSION = 1


class _Struct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class _Spoken(_Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A struct with words in it: `repr` shows their number, not what they are."""

    def __repr__(self) -> str:
        shown = []
        for field in self.__struct_fields__:
            value = getattr(self, field)
            if field in ("text", "words"):
                value = f"<{len(value)}>"
                shown.append(f"{field}={value}")
            else:
                shown.append(f"{field}={value!r}")
        return f"{type(self).__name__}({', '.join(shown)})"

    def __rich_repr__(self) -> Any:
        yield repr(self)


# ---- recordings


class Audio(_Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The bytes of a recording: what they hash to, where they lie, what they decode to.

    `uri` is relative to the corpus (`vault/audio/sha256/ab/abcd….wav`). `num_samples` is counted
    by decoding, a channel at a time; headers lie.
    """

    sha256: str
    uri: str
    sample_rate: int
    num_samples: int
    num_channels: int
    codec: str

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.num_samples / self.sample_rate


class Code(_Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A coded value as FHIR and OMOP have it: `code` within `system`, and words for people."""

    code: str
    system: str = ""
    display: str = ""


class Context(_Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Under which circumstances a recording was made. Codes are kept as given.

    `reason` is why the patient came. It came later than the others: where it is not known, it is
    not in a recording's JSON, so that older lines are still the same bytes.
    """

    languages: tuple[str, ...] = ()
    encounter_class: Code | None = None
    encounter_type: Code | None = None
    specialty: Code | None = None
    modality: Literal["in-person", "phone", "video", ""] = ""
    collection_intent: str = ""
    interpreter: bool | None = None
    site: str = ""
    device: str = ""
    period: str = ""
    tags: dict[str, str] = {}
    reason: Code | msgspec.UnsetType = msgspec.UNSET


Role = Literal["doctor", "patient", "nurse", "interpreter", "companion", "other"]


class Participant(_Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person in a recording, under a pseudonym. `channel` where each has one of their own."""

    id: str
    role: Role = "other"
    language: str = ""
    accent: str = ""
    sex: str = ""
    age_band: str = ""
    channel: int | None = None


class Quality(_Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was measured on the samples. `flags` names what is unusual; it drops nothing.

    `snr` is an estimate in dB, `bandwidth` the highest frequency in Hz that carries sound,
    `clipping` and `silence` are shares of the samples and of the time (0–1), `loudness` is in LUFS
    (None: too short or too quiet to say).
    """

    snr: float
    bandwidth: int
    clipping: float
    silence: float
    peak: float
    loudness: float | None = None
    flags: tuple[str, ...] = ()


class Recording(_Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One recorded conversation. Its id comes from its bytes, never from its file name.

    `phi`: `raw` may hold anything, `redacted` went through de-identification, `none` never had any.
    """

    id: str
    audio: Audio
    context: Context = Context()
    participants: tuple[Participant, ...] = ()
    consent: str = ""
    quality: Quality | None = None
    phi: Literal["raw", "redacted", "none"] = "raw"
    derived_from: str | None = None
    synthetic: bool = False

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.audio.duration


# ---- who spoke when, what was said


class Turn(_Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A speaker talks. `exclusive` turns never overlap: words are attributed by them.

    A `turns` layer holds both views; `channel` is None where one channel holds everybody.
    """

    start: float
    end: float
    speaker: str
    channel: int | None = None
    exclusive: bool = False


class Word(_Spoken, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A word as written, with its time. `confidence` is 0–1, None where nothing is known."""

    text: str
    start: float
    end: float
    confidence: float | None = None
    speaker: str = ""


ALSO_ON = "also-on:"  # + a channel's number: a label of segments that are heard on that one too
FAINT = "faint"  # a label of segments that were understood only after turning the volume up


class Segment(_Spoken, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stretch of speech: one speaker once attributed, one language.

    `text` is the words joined by their own spacing; `confidence` is the calibrated chance that a
    word of it is right. `labels`: `overlap`, `loop`, `no-speech`, `inaudible`, `faint`, …
    """

    id: str
    start: float
    end: float
    text: str
    language: str = ""
    speaker: str = ""
    channel: int | None = None
    words: tuple[Word, ...] = ()
    confidence: float | None = None
    labels: tuple[str, ...] = ()


class SpeakerRole(_Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which part a speaker plays; role `unknown` where the evidence does not carry a guess."""

    speaker: str
    role: Literal["doctor", "patient", "nurse", "interpreter", "companion", "other", "unknown"]
    confidence: float


# ---- what must not leave


class Identifier(StrEnum):
    """Kinds of identifier: HIPAA Safe Harbor, 45 CFR 164.514(b)(2)(i), and what GDPR adds.

    The letter is that of the paragraph. Biometrics (P) and photographs (Q) have no text form.
    """

    NAME = "NAME"  # A
    LOCATION = "LOCATION"  # B
    DATE = "DATE"  # C
    AGE = "AGE"  # C, above 89
    PHONE = "PHONE"  # D
    FAX = "FAX"  # E
    EMAIL = "EMAIL"  # F
    SSN = "SSN"  # G, and other national numbers of a person
    MRN = "MRN"  # H
    HEALTHPLAN = "HEALTHPLAN"  # I
    ACCOUNT = "ACCOUNT"  # J
    LICENSE = "LICENSE"  # K
    VEHICLE = "VEHICLE"  # L
    DEVICE = "DEVICE"  # M
    URL = "URL"  # N
    IP = "IP"  # O
    OTHER_ID = "OTHER_ID"  # R
    ORG = "ORG"  # R: care sites and employers
    UNCERTAIN = "UNCERTAIN"  # muted because it is unknown what was said


class PhiSpan(_Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where in a segment's text an identifier stands: code-point offsets only, never the words."""

    segment: str
    start_char: int
    end_char: int
    identifier: Identifier
    score: float = 1.0
    detector: str = ""


class Redaction(_Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stretch of audio that was masked, why, how, and what listening again found.

    `margin` is how far the mask reaches beyond the estimated edges, in seconds;
    `channel` is None where all channels are masked.
    """

    start: float
    end: float
    identifier: Identifier
    method: Literal["silence", "tone", "noise"] = "silence"
    margin: float = 0.0
    channel: int | None = None
    verdict: Literal["clean", "failed", "unchecked"] = "unchecked"


class Removal(_Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was proved: whether anything that was removed can still be heard in the released sound.

    `listeners` are the engines, with their options, that listened to every channel of the stored
    file; `channels` counts those that were listened to by themselves (channels of the same sound
    once). `heard` counts removed words that they recognized again, `keys` telephone keys that still
    sound, `rounds` how often masks were widened and listened to.
    """

    verdict: Literal["clean", "failed"]
    listeners: tuple[str, ...] = ()
    channels: int = 1
    rounds: int = 1
    heard: int = 0
    keys: int = 0


class Discovery(_Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is estimated: how sure it is that everything that had to go was found.

    `doubt` is the share of words that are probably wrong (0–1). Seconds: `faint`, speech that was
    understood only after noise was taken away and the volume turned up; `unwritten`, speech for
    which nobody wrote words (muted); `speech`, all speech. `added` counts stretches that only a
    listener's transcript showed to hold an identifier (muted); `keyed` numbers keyed on a telephone
    (muted). `languages` are those that words were written in. `left` estimates the identifiers that
    are left, None where no estimate was made; `spread` is how far authors differ from it, the shape
    of a gamma distribution with mean 1. `reasons` say why a person has to look.
    """

    verdict: Literal["within-limits", "doubtful"]
    doubt: float = 0.0
    speech: float = 0.0
    faint: float = 0.0
    unwritten: float = 0.0
    added: int = 0
    keyed: int = 0
    languages: tuple[str, ...] = ()
    left: float | None = None
    spread: float | None = None
    reasons: tuple[str, ...] = ()


Verdict = Literal["clean", "doubtful", "failed"]


class RedactedCopy(_Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that may leave of one recording: masked audio, tagged text, and the proof.

    `verdict` sums up the two findings: `failed` where the removal failed, `doubtful` where the
    discovery is, else `clean`; only a clean copy is released. The findings came later than the
    verdict; copies made before have none. `rounds`, `heard`, `doubt` and `checked_by` are theirs.
    """

    audio: Audio
    segments: tuple[Segment, ...]
    redactions: tuple[Redaction, ...]
    verdict: Verdict
    rounds: int = 1
    heard: int = 0
    doubt: float = 0.0
    checked_by: tuple[str, ...] = ()
    removal: Removal | msgspec.UnsetType = msgspec.UNSET
    discovery: Discovery | msgspec.UnsetType = msgspec.UNSET


# ---- layers


class Provenance(_Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a layer came about. When and by whom stands in the corpus journal, not here:
    the same inputs must give the same bytes."""

    stage: str
    version: str
    engine: str = ""
    revision: str = ""
    options: dict[str, Any] = {}
    inputs: dict[str, str] = {}


Item = Turn | Segment | SpeakerRole | PhiSpan | RedactedCopy | Annotations
Kind = Literal["turns", "segments", "roles", "phi", "redacted", "annotations"]

ITEM_TYPES: dict[str, type[Item]] = {
    "turns": Turn,
    "segments": Segment,
    "roles": SpeakerRole,
    "phi": PhiSpan,
    "redacted": RedactedCopy,
    "annotations": Annotations,
}


class Layer(_Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one stage, or one person, says about one recording. Never edited in place."""

    name: str
    kind: Kind
    recording: str
    items: tuple[Any, ...]
    provenance: Provenance

    def __repr__(self) -> str:
        return f"Layer({self.name!r}, {self.kind!r}, {self.recording!r}, <{len(self.items)} items>)"


class Session(_Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A recording and its layers: name → digest."""

    recording: Recording
    layers: dict[str, str] = {}
    schema_version: int = SCHEMA_VERSION
