"""Proving a release: every digest, every line, and that the files agree with each other.

A finding names file, line where there is one, and reason; it never quotes a line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from speechkit.core.digest import canonical_json, digest_file
from speechkit.core.errors import InputError, StoreError
from speechkit.core.types import Recording
from speechkit.manifest.consistency import Finding, LineChecks, check_release, check_splits
from speechkit.manifest.lines import encode_line, line_files, raw_lines, reason_of
from speechkit.manifest.schema import (
    CHECKPOINT,
    CUSTODY,
    RECORDINGS,
    REDACTIONS,
    RELEASE_JSON,
    RELEASE_SCHEMA_VERSION,
    SEGMENTS,
    SPLITS,
    SUMS,
    WITHDRAWN,
    Custody,
    Release,
    ReleasedRedaction,
    ReleasedSegment,
    Split,
)
from speechkit.manifest.versions import WHOLE_FILES, line_names, read_release, written_version
from speechkit.manifest.withdrawal import Gone, is_gone, read_gone

Row = TypeVar("Row", bound=msgspec.Struct)
_SUM_LINE = re.compile(r"([0-9a-f]{64})  ([^\\]+)")
# What stands in the folder but not in SHA256SUMS.txt: itself and what signs it.
_UNSUMMED = {SUMS, f"{SUMS}.minisig", WITHDRAWN, CHECKPOINT}


def verify_release(path: Path) -> tuple[Finding, ...]:
    """Return all that is wrong with a release, none if it is as it was made.

    Segments and redactions are streamed: memory does not grow with them.

    Raises:
        StoreError: if the folder is not a release.
    """
    if not (path / RELEASE_JSON).is_file() and not (path / SUMS).is_file():
        raise StoreError(f"{path} is not a release (neither {RELEASE_JSON} nor {SUMS})")
    sums, findings = read_sums(path)
    try:
        gone = read_gone(path)
    except InputError as error:
        gone = None
        findings.append(Finding(file=WITHDRAWN, line=0, reason=str(error).rpartition(": ")[2]))
    findings += _check_digests(path, sums, gone)
    if gone is not None:
        findings += [
            Finding(file=WITHDRAWN, line=0, reason=f"{name} was withdrawn and is gone from here")
            for name in gone.recordings
        ]
    # With all digests right, lines are what they were; what is left is whether they fit.
    release, found = _read_release(path)
    findings += found
    recordings, found = _read_all(path, RECORDINGS, Recording)
    findings += found
    splits, found = _read_all(path, SPLITS, Split)
    findings += found
    checks = LineChecks(recordings, sums)
    findings += _stream(path, SEGMENTS, ReleasedSegment, checks.segment)
    findings += _stream(path, REDACTIONS, ReleasedRedaction, checks.redaction)
    if CUSTODY in line_names(path):
        findings += _stream(path, CUSTODY, Custody, checks.custody)
        findings += checks.chains()
    findings += checks.recordings()
    if release is not None and gone is None and len(recordings) != release.counts.recordings:
        reason = f"holds {len(recordings)} recordings, {RELEASE_JSON} says "
        reason += str(release.counts.recordings)
        findings.append(Finding(file=RECORDINGS, line=len(recordings), reason=reason))
    if not any(f.line for f in findings if f.file != SUMS):
        findings += check_splits(recordings, splits)
        if release is not None and gone is None:
            findings += check_release(release, checks.tally, recordings, splits)
    return tuple(findings)


def read_sums(path: Path) -> tuple[dict[str, str], list[Finding]]:
    """Return a release's digests by file name, and what is wrong with the file that holds them."""
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
        for name in _expected(path)
        if name not in sums
    ]
    return sums, findings


def _check_digests(path: Path, sums: dict[str, str], gone: Gone | None) -> list[Finding]:
    findings = []
    without = {} if gone is None else gone.files
    for number, (name, digest) in enumerate(sums.items(), start=1):
        if is_gone(name, digest, gone) and not (path / name).exists():
            continue
        try:
            if digest_file(path / name) not in (digest, without.get(name)):
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


def _expected(path: Path) -> list[str]:
    """Return the files that a release of its schema version has."""
    expected = list(WHOLE_FILES.get(written_version(path), WHOLE_FILES[RELEASE_SCHEMA_VERSION]))
    for name in line_names(path):
        try:
            expected += [file.name for file in line_files(path, name)]
        except InputError:
            expected.append(name)
    return expected


def _read_all(path: Path, name: str, type_: type[Row]) -> tuple[list[Row], list[Finding]]:
    rows: list[Row] = []
    findings = list(_stream(path, name, type_, lambda row, _: rows.append(row)))
    return rows, findings


def _stream(
    path: Path, name: str, type_: type[Row], take: Callable[[Row, bytes], str | None]
) -> Iterator[Finding]:
    """Decode each line of a file, check that it is canonical, and what `take` says about it."""
    decoder, decode = msgspec.json.Decoder(type_), msgspec.json.decode
    try:
        for file, number, line in raw_lines(path, name):
            try:
                row = decoder.decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                yield Finding(file=file.name, line=number, reason=reason_of(error))
                continue
            # A line from before a field came is another one when it is written again.
            if encode_line(row) != line and canonical_json(decode(line)) + b"\n" != line:
                yield Finding(file=file.name, line=number, reason="not canonical JSON")
            if reason := take(row, line):
                yield Finding(file=file.name, line=number, reason=reason)
    except InputError as error:
        reason = str(error)
        if "no such file" not in reason:  # that, the digests have told
            yield Finding(file=name, line=0, reason=reason.rpartition(": ")[2])


def _read_release(path: Path) -> tuple[Release | None, list[Finding]]:
    try:
        release = read_release(path)
    except (InputError, StoreError) as error:
        reason = str(error).removeprefix(f"{path / RELEASE_JSON}: ")
        return None, [Finding(file=RELEASE_JSON, line=1, reason=reason)]
    findings = []
    data = (path / RELEASE_JSON).read_bytes()
    if canonical_json(msgspec.json.decode(data)) + b"\n" != data:
        findings.append(Finding(file=RELEASE_JSON, line=1, reason="not canonical JSON"))
    if release.schema_version != RELEASE_SCHEMA_VERSION:
        reason = f"schema version {release.schema_version}, this speechkit reads "
        findings.append(
            Finding(file=RELEASE_JSON, line=1, reason=f"{reason}{RELEASE_SCHEMA_VERSION}")
        )
    return release, findings
