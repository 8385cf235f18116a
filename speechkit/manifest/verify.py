"""Proving a release: every digest, every line, and that the files agree with each other.

A finding names file, line where there is one, and reason; it never quotes a line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.digest import canonical_json, digest_file, recording_id, segment_id
from speechkit.core.errors import InputError, StoreError
from speechkit.core.types import Recording
from speechkit.manifest.counts import count
from speechkit.manifest.schema import (
    FILES,
    LINE_TYPES,
    RECORDINGS,
    REDACTIONS,
    RELEASE_JSON,
    RELEASE_SCHEMA_VERSION,
    SEGMENTS,
    SPLITS,
    SUMS,
    Counts,
    Release,
    ReleasedRedaction,
    ReleasedSegment,
    Split,
    read_release,
    reason_of,
)
from speechkit.manifest.splits import people_groups

_SUM_LINE = re.compile(r"([0-9a-f]{64})  ([^\\]+)")
_SLACK = 0.02  # seconds a segment may reach beyond the audio: transcribers round to 20 ms
# What stands in the folder but not in SHA256SUMS.txt: itself and what signs it.
_UNSUMMED = {SUMS, f"{SUMS}.minisig"}


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is wrong; `line` counts from 1, 0 where it is about the whole file."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}{f', line {self.line}' if self.line else ''}: {self.reason}"


def verify_release(path: Path) -> tuple[Finding, ...]:
    """Return all that is wrong with a release, none if it is as it was made.

    Raises:
        StoreError: if the folder is no release.
    """
    if not (path / RELEASE_JSON).is_file() and not (path / SUMS).is_file():
        raise StoreError(f"{path} is not a release (neither {RELEASE_JSON} nor {SUMS})")
    sums, findings = _read_sums(path)
    findings += _check_digests(path, sums)
    lines: dict[str, list[Any]] = {}
    for name, type_ in LINE_TYPES.items():
        lines[name], found = _read_lines(path, name, type_)
        findings += found
    release, found = _read_release(path)
    findings += found
    if not any(f.file in (RELEASE_JSON, *LINE_TYPES) and f.line for f in findings):
        findings += _check_lines(lines, sums)
        if release is not None:
            findings += _check_release(release, lines)
    return tuple(findings)


def _read_sums(path: Path) -> tuple[dict[str, str], list[Finding]]:
    sums: dict[str, str] = {}
    findings = []
    try:
        text = (path / SUMS).read_bytes().decode("utf-8", "replace")
    except OSError as error:
        return {}, [Finding(file=SUMS, line=0, reason=error.strerror or "cannot be read")]
    if text and not text.endswith("\n"):
        findings.append(Finding(file=SUMS, line=0, reason="its end is cut off"))
    for number, line in enumerate(text.removesuffix("\n").split("\n"), start=1):
        match = _SUM_LINE.fullmatch(line)
        if match is None:
            findings.append(Finding(file=SUMS, line=number, reason="not 'digest  file'"))
            continue
        if match[2] in sums:
            findings.append(Finding(file=SUMS, line=number, reason="names a file twice"))
        sums[match[2]] = match[1]
    findings += [
        Finding(file=SUMS, line=0, reason=f"does not name {name}")
        for name in FILES
        if name not in sums
    ]
    return sums, findings


def _check_digests(path: Path, sums: dict[str, str]) -> list[Finding]:
    findings = []
    for number, (name, digest) in enumerate(sums.items(), start=1):
        try:
            if digest_file(path / name) != digest:
                findings.append(
                    Finding(file=name, line=0, reason=f"not what {SUMS}, line {number} says")
                )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "cannot be read"
            findings.append(Finding(file=name, line=0, reason=str(reason)))
    return findings + [
        Finding(file=extra, line=0, reason=f"{SUMS} does not name it")
        for extra in sorted(p.name for p in path.iterdir())
        if extra not in sums and extra not in _UNSUMMED
    ]


def _read_lines(path: Path, name: str, type_: type[Any]) -> tuple[list[Any], list[Finding]]:
    decoder = msgspec.json.Decoder(type_)
    rows: list[Any] = []
    findings = []
    try:
        with (path / name).open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                try:
                    row = decoder.decode(line)
                except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                    findings.append(Finding(file=name, line=number, reason=reason_of(error)))
                    continue
                if canonical_json(row) + b"\n" != line:
                    findings.append(Finding(file=name, line=number, reason="not canonical JSON"))
                rows.append(row)
    except OSError:
        return rows, findings  # the digests have told
    return rows, findings


def _read_release(path: Path) -> tuple[Release | None, list[Finding]]:
    try:
        release = read_release(path)
    except (InputError, StoreError) as error:
        reason = str(error).removeprefix(f"{path / RELEASE_JSON}: ")
        return None, [Finding(file=RELEASE_JSON, line=1, reason=reason)]
    findings = []
    if canonical_json(release) + b"\n" != (path / RELEASE_JSON).read_bytes():
        findings.append(Finding(file=RELEASE_JSON, line=1, reason="not canonical JSON"))
    if release.schema_version != RELEASE_SCHEMA_VERSION:
        reason = f"schema version {release.schema_version}, this speechkit reads "
        findings.append(
            Finding(file=RELEASE_JSON, line=1, reason=f"{reason}{RELEASE_SCHEMA_VERSION}")
        )
    return release, findings


def _check_lines(lines: dict[str, list[Any]], sums: dict[str, str]) -> Iterator[Finding]:
    recordings: list[Recording] = lines[RECORDINGS]
    by_id = {recording.id: recording for recording in recordings}
    yield from _each(RECORDINGS, recordings, lambda r: r.id, lambda r: _recording(r, sums))
    yield from _check_segments(lines[SEGMENTS], by_id)
    yield from _each(
        REDACTIONS,
        lines[REDACTIONS],
        lambda r: (r.recording, r.start, r.end),
        lambda r: _within(r, by_id),
        twice=True,
    )
    splits: list[Split] = lines[SPLITS]
    yield from _each(
        SPLITS,
        splits,
        lambda s: s.recording,
        lambda s: "" if s.recording in by_id else f"no recording {s.recording}",
    )
    yield from _check_people(recordings, splits)


def _each(
    file: str,
    rows: list[Any],
    key: Callable[[Any], Any],
    check: Callable[[Any], str],
    *,
    twice: bool = False,
) -> Iterator[Finding]:
    """Check the order of rows and each row by itself; `check` returns a reason or nothing."""
    before = None
    for number, row in enumerate(rows, start=1):
        now = key(row)
        if before is not None and (now < before or (now == before and not twice)):
            yield Finding(file=file, line=number, reason="out of order, or there twice")
        before = now
        if reason := check(row):
            yield Finding(file=file, line=number, reason=reason)


def _recording(recording: Recording, sums: dict[str, str]) -> str:
    audio = recording.audio
    if recording.phi != "redacted":
        return f"is {recording.phi}, not redacted"
    if recording.id != recording_id(audio.sha256):
        return "its id does not come from its audio's digest"
    if sums.get(f"../{audio.uri}") != audio.sha256:
        return f"{SUMS} does not have its audio under its digest"
    return ""


def _within(row: ReleasedSegment | ReleasedRedaction, by_id: dict[str, Recording]) -> str:
    recording = by_id.get(row.recording)
    if recording is None:
        return f"no recording {row.recording}"
    if not 0 <= row.start <= row.end:
        return "ends before it starts"
    if row.end > recording.duration + _SLACK:
        return "ends after its recording"
    return ""


def _check_segments(
    segments: list[ReleasedSegment], by_id: dict[str, Recording]
) -> Iterator[Finding]:
    seen: Counter[str] = Counter()

    def check(segment: ReleasedSegment) -> str:
        if segment.id != segment_id(segment.recording, seen[segment.recording]):
            return "its id is not the next of its recording: a line is missing or moved"
        seen[segment.recording] += 1
        return _within(segment, by_id)

    yield from _each(SEGMENTS, segments, lambda s: (s.recording, s.start, s.end), check, twice=True)


def _check_people(recordings: list[Recording], splits: list[Split]) -> Iterator[Finding]:
    split_of = {split.recording: split.split for split in splits}
    for recording in recordings:
        if recording.id not in split_of:
            yield Finding(file=SPLITS, line=0, reason=f"no split for {recording.id}")
    for group in people_groups(recordings):
        if len({split_of[r.id] for r in group if r.id in split_of}) > 1:
            names = ", ".join(r.id for r in group)
            yield Finding(file=SPLITS, line=0, reason=f"people are in two splits: {names}")


def _check_release(release: Release, lines: dict[str, list[Any]]) -> Iterator[Finding]:
    recordings: list[Recording] = lines[RECORDINGS]
    segments: list[ReleasedSegment] = lines[SEGMENTS]
    splits: list[Split] = lines[SPLITS]
    counted = count(recordings, segments, lines[REDACTIONS], splits)
    for field in Counts.__struct_fields__:
        said, found = getattr(release.counts, field), getattr(counted, field)
        if said != found:
            reason = f"says {said} {field}, there are {found}"
            yield Finding(file=RELEASE_JSON, line=1, reason=reason)
    made_up = {r.id for r in recordings if r.synthetic}
    if not release.policy.synthetic_in_test:
        for number, split in enumerate(splits, start=1):
            if split.split == "test" and split.recording in made_up:
                yield Finding(file=SPLITS, line=number, reason="a made-up recording is in test")
