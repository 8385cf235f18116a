"""What a release's files hold, and how they are read: a struct a line, in canonical JSON.

<corpus>/<version>/release.json      Release
                   recordings.jsonl  core Recording, by id
                   segments.jsonl    ReleasedSegment, by recording and time
                   redactions.jsonl  ReleasedRedaction, by recording and time
                   splits.jsonl      Split, by recording
                   README.md  LICENSE.txt  DUA.txt  SHA256SUMS.txt
<corpus>/audio/sha256/ab/abcd….flac  shared between versions
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from speechkit.core.digest import digest_file
from speechkit.core.errors import InputError, StoreError
from speechkit.core.types import Identifier, Recording, Word

RELEASE_SCHEMA_VERSION = 1
RELEASE_JSON = "release.json"
RECORDINGS = "recordings.jsonl"
SEGMENTS = "segments.jsonl"
REDACTIONS = "redactions.jsonl"
SPLITS = "splits.jsonl"
SUMS = "SHA256SUMS.txt"
FILES = (
    RELEASE_JSON,
    RECORDINGS,
    SEGMENTS,
    REDACTIONS,
    SPLITS,
    "README.md",
    "LICENSE.txt",
    "DUA.txt",
)

SplitName = Literal["train", "dev", "test"]
Line = TypeVar("Line")


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
    review: Literal["draft", "corrected", "adjudicated"] = "draft"

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
    """By which rules recordings and metadata got in."""

    licence: str
    split_shares: tuple[float, float, float]
    synthetic_in_test: bool
    tags: tuple[str, ...]


class Statement(_Line, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was done about identifiers, and by whom it was checked."""

    standard: str
    method: str
    check: str
    checked_by: tuple[str, ...]
    caveat: str
    removed: dict[str, int]


class Release(_Line, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What release.json holds. No time and no name of a person: same inputs, same bytes."""

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


LINE_TYPES: dict[str, type[Any]] = {
    RECORDINGS: Recording,
    SEGMENTS: ReleasedSegment,
    REDACTIONS: ReleasedRedaction,
    SPLITS: Split,
}


def read_release(path: Path) -> Release:
    """Read release.json of a release's folder.

    Raises:
        StoreError: if the folder is no release.
        InputError: if the file does not have the form of this schema version.
    """
    file = path / RELEASE_JSON
    if not file.is_file():
        raise StoreError(
            f"{path} is not a release (no {RELEASE_JSON}); make one with: "
            "speechkit release create CORPUS --version X.Y.Z"
        )
    try:
        return msgspec.json.decode(file.read_bytes(), type=Release)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: {reason_of(error)}") from error


def read_lines(path: Path, name: str, type_: type[Line]) -> Iterator[Line]:
    """Read one of a release's line files, line by line.

    Raises:
        InputError: with file, line and reason.
    """
    decoder = msgspec.json.Decoder(type_)
    file = path / name
    try:
        with file.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                try:
                    yield decoder.decode(line)
                except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                    raise InputError(f"{file}, line {number}: {reason_of(error)}") from error
    except OSError as error:
        raise InputError(f"{file}: {error.strerror or error}") from error


def release_digest(path: Path) -> str:
    """Return a release's digest: that of its SHA256SUMS.txt, which holds all others.

    Raises:
        InputError: if it has none.
    """
    try:
        return digest_file(path / SUMS)
    except OSError as error:
        raise InputError(f"{path / SUMS}: {error.strerror or error}") from error


def reason_of(error: Exception) -> str:
    """Say what does not fit, without quoting what stands there: it may be speech.

    >>> reason_of(msgspec.ValidationError("Invalid enum value 'Diane' - at `$.role`"))
    'Invalid enum value … - at `$.role`'
    """
    import re

    if not isinstance(error, msgspec.ValidationError):
        if isinstance(error, (msgspec.DecodeError, UnicodeDecodeError)):
            return "not JSON"
        return getattr(error, "strerror", None) or type(error).__name__
    return re.sub(r"'[^']*'", "…", str(error))
