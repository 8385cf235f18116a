"""Whether the files of a release agree with each other: ids, order, times, people, counts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from speechkit.core.digest import recording_id, segment_id
from speechkit.core.types import Recording
from speechkit.manifest.counts import Tally
from speechkit.manifest.lines import encode_line
from speechkit.manifest.schema import (
    CUSTODY,
    RECORDINGS,
    REDACTIONS,
    RELEASE_JSON,
    SEGMENTS,
    SPLITS,
    SUMS,
    Counts,
    Custody,
    Release,
    ReleasedRedaction,
    ReleasedSegment,
    Split,
)
from speechkit.manifest.splits import groups

_LAST_LAYER = "redacted"  # with it every chain of custody ends
_SLACK = 0.02  # seconds a segment may reach beyond the audio: transcribers round to 20 ms


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is wrong; `line` counts from 1, 0 where it is about the whole file."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}{f', line {self.line}' if self.line else ''}: {self.reason}"


class TextDigest:
    """The digest of what is said in a recording that has no audio: its id comes from that."""

    def __init__(self) -> None:
        self._state = hashlib.sha256()

    def add(self, segment: ReleasedSegment) -> None:
        """Take the next segment, in order."""
        bare = msgspec.structs.replace(segment, id="", recording="")
        self._state.update(encode_line(bare))

    def recording_id(self) -> str:
        """Return the recording's id."""
        return recording_id(self._state.hexdigest())


def text_id(segments: Iterable[ReleasedSegment]) -> str:
    """Return the id of a recording without audio, made from its segments in order."""
    digest = TextDigest()
    for segment in segments:
        digest.add(segment)
    return digest.recording_id()


class LineChecks:
    """Checks line after line; all of `segment`, `redaction`, `custody` return a reason or nothing."""

    def __init__(self, recordings: Sequence[Recording], sums: dict[str, str]) -> None:
        self.tally = Tally()
        self._recordings = recordings
        self._sums = sums
        self._ends = {r.id: r.duration + _SLACK for r in recordings}
        self._text_only = {r.id: TextDigest() for r in recordings if not r.audio.sha256}
        self._segment: tuple[str, float, float] = ("", 0.0, 0.0)
        self._index = -1
        self._chains = 0
        self._lines: dict[str, dict[str, Any]] = {SEGMENTS: {}, REDACTIONS: {}}
        self._altered: list[Finding] = []
        self._redaction: tuple[str, float, float] = ("", 0.0, 0.0)

    def segment(self, row: ReleasedSegment, line: bytes) -> str:
        """Check the next segment."""
        self._digest(SEGMENTS, row.recording, line)
        key = (row.recording, row.start, row.end)
        before, self._segment = self._segment, key
        self._index = self._index + 1 if before[0] == row.recording else 0
        self.tally.add_segment(row)
        if row.recording in self._text_only:
            self._text_only[row.recording].add(row)
        if key < before:
            return "out of order"
        if row.id != segment_id(row.recording, self._index):
            return "its id is not the next of its recording: a line is missing or moved"
        return self._within(*key)

    def redaction(self, row: ReleasedRedaction, line: bytes) -> str:
        """Check the next redaction."""
        self._digest(REDACTIONS, row.recording, line)
        key = (row.recording, row.start, row.end)
        before, self._redaction = self._redaction, key
        self.tally.add_redaction(row)
        return "out of order" if key < before else self._within(*key)

    def custody(self, row: Custody, _line: bytes) -> str:
        """Check the next chain of custody: there is one for each recording, and it holds."""
        self._chains += 1
        here = self._recordings[self._chains - 1 : self._chains]
        if [row.recording] != [recording.id for recording in here]:
            return "not the chain of the next recording: a line is missing or moved"
        for file, digest in ((SEGMENTS, row.segments), (REDACTIONS, row.redactions)):
            if self._lines[file].pop(row.recording, hashlib.sha256()).hexdigest() != digest:
                reason = f"the lines of {row.recording} are not those that were released"
                self._altered.append(Finding(file=file, line=0, reason=reason))
        if row.released != here[0].audio.sha256:
            return "does not end with the audio of its recording"
        if row.removal is not msgspec.UNSET and row.removal.verdict != "clean":
            return "something that was removed was heard again"
        if row.discovery is not msgspec.UNSET and row.discovery.verdict != "within-limits":
            return "a person had to look for what was not found"
        return broken_link(row)

    def chains(self) -> Iterator[Finding]:
        """Say whose lines are not as released, and where chains are missing, once all have passed."""
        yield from self._altered
        if self._chains < len(self._recordings):
            yield Finding(file=CUSTODY, line=self._chains, reason="after it, chains are missing")

    def recordings(self) -> Iterator[Finding]:
        """Check the recordings, once all segments have passed."""
        before = ""
        for number, recording in enumerate(self._recordings, start=1):
            reason = self._recording(recording)
            if recording.id <= before:
                reason = "out of order, or there twice"
            if reason:
                yield Finding(file=RECORDINGS, line=number, reason=reason)
            before = recording.id

    def _digest(self, file: str, recording: str, line: bytes) -> None:
        self._lines[file].setdefault(recording, hashlib.sha256()).update(line)

    def _within(self, recording: str, start: float, end: float) -> str:
        last = self._ends.get(recording)
        if last is None:
            return f"no recording {recording}"
        if not 0 <= start <= end:
            return "ends before it starts"
        return "ends after its recording" if end > last else ""

    def _recording(self, recording: Recording) -> str:
        audio = recording.audio
        if recording.phi == "raw":
            return "is raw, not redacted"
        if not audio.sha256:
            if recording.id != self._text_only[recording.id].recording_id():
                return "its id does not come from its segments"
            return ""
        if recording.id != recording_id(audio.sha256):
            return "its id does not come from its audio's digest"
        if self._sums.get(f"../{audio.uri}") != audio.sha256:
            return f"{SUMS} does not have its audio under its digest"
        return ""


def faulty_line(
    recording: Recording,
    segments: Sequence[ReleasedSegment],
    redactions: Sequence[ReleasedRedaction],
) -> str:
    """Return what `verify` would say of a recording's lines, before they are written; else nothing.

    It names a line by its number and its time, never by its words.
    """
    checks = LineChecks([recording], {})
    for number, segment in enumerate(segments, start=1):
        if reason := checks.segment(segment, b""):
            return f"segment {number}, at {segment.start:.3f} s: {reason}"
    for number, redaction in enumerate(redactions, start=1):
        if reason := checks.redaction(redaction, b""):
            return f"redaction {number}, at {redaction.start:.3f} s: {reason}"
    return ""


def broken_link(custody: Custody) -> str:
    """Say where a chain is broken; nothing if each stage got what the one before handed over."""
    handed = {"audio": custody.vault}
    for link in custody.hand_overs:
        for name, digest in link.inputs.items():
            if handed.get(name, digest) != digest:
                return f"stage {link.stage} got another {name!r} than was handed over"
        handed[link.layer] = link.digest
    if custody.hand_overs and custody.hand_overs[-1].layer != _LAST_LAYER:
        return "its chain of custody does not end with a redacted copy"
    return ""


def check_splits(recordings: Sequence[Recording], splits: Sequence[Split]) -> Iterator[Finding]:
    """Check that every recording has one split, and no person is in two."""
    known = {recording.id for recording in recordings}
    before = ""
    for number, split in enumerate(splits, start=1):
        if split.recording <= before:
            yield Finding(file=SPLITS, line=number, reason="out of order, or there twice")
        if split.recording not in known:
            reason = f"no recording {split.recording}"
            yield Finding(file=SPLITS, line=number, reason=reason)
        before = split.recording
    split_of = {split.recording: split.split for split in splits}
    for recording in recordings:
        if recording.id not in split_of:
            yield Finding(file=SPLITS, line=0, reason=f"no split for {recording.id}")
    for group in groups(recordings):
        if len({split_of[r.id] for r in group if r.id in split_of}) > 1:
            names = ", ".join(r.id for r in group)
            yield Finding(file=SPLITS, line=0, reason=f"people are in two splits: {names}")


def check_release(
    release: Release, tally: Tally, recordings: Sequence[Recording], splits: Sequence[Split]
) -> Iterator[Finding]:
    """Check what release.json says against what is there."""
    counted = tally.counts(recordings, splits)
    for field in Counts.__struct_fields__:
        said, found = getattr(release.counts, field), getattr(counted, field)
        if said != found:
            reason = f"says {said} {field}, there are {found}"
            yield Finding(file=RELEASE_JSON, line=1, reason=reason)
    made_up = {r.id for r in recordings if r.synthetic}
    if not release.policy.synthetic_in_test:
        for number, split in enumerate(splits, start=1):
            if split.split == "test" and split.recording in made_up:
                yield Finding(file=SPLITS, line=number, reason="a synthetic recording is in test")
