"""Releases to other tools' files: `formats/` holds one file a tool.

An export is a copy for use, not a release: it carries no proof of its own.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from speechkit.core.errors import InputError, UsageError
from speechkit.core.types import Recording
from speechkit.governance.gate import Asking, Gate
from speechkit.manifest.bagit import write_bag
from speechkit.manifest.disclosures import Export, record_disclosure
from speechkit.manifest.export.bundle import Bundle, write_bundle
from speechkit.manifest.export.registry import find_format
from speechkit.manifest.lines import read_lines
from speechkit.manifest.schema import (
    RECORDINGS,
    REDACTIONS,
    SEGMENTS,
    SPLITS,
    ReleasedRedaction,
    ReleasedSegment,
    Split,
)
from speechkit.manifest.versions import read_release, release_digest


def load_bundle(path: Path) -> Bundle:
    """Read a whole release as a bundle; its sound files stay where they are."""
    release = read_release(path)
    recordings = tuple(read_lines(path, RECORDINGS, Recording))
    redactions: dict[str, tuple[ReleasedRedaction, ...]] = {}
    for row in read_lines(path, REDACTIONS, ReleasedRedaction):
        redactions[row.recording] = (*redactions.get(row.recording, ()), row)
    return Bundle(
        name=release.corpus,
        version=release.version,
        digest=release_digest(path),
        recordings=recordings,
        segments=tuple(read_lines(path, SEGMENTS, ReleasedSegment)),
        splits={row.recording: row.split for row in read_lines(path, SPLITS, Split)},
        sounds={r.id: path.parent / r.audio.uri for r in recordings if r.audio.sha256},
        redactions=redactions,
    )


def export_release(
    path: Path, format_: str, folder: Path, *, purpose: str = "", corpus: Path | None = None
) -> Export:
    """Write a release into a new folder in a format by name; say what that cannot hold.

    With `corpus`, whose release it is, consents are asked as they are now: one that ran out or was
    withdrawn since the release was made stops the export.

    What was handed out stands in `handed-out.jsonl` beside the release's versions, and in
    the folder itself, so that a withdrawal finds it again.

    Raises:
        UsageError: for an unknown format, one that cannot hold this release, a folder in use, or a
            purpose for which the release's consents were not asked, or do not permit now.
        InputError: if a line or sound file of the release is gone or malformed.
    """
    chosen = None if format_ == "bagit" else find_format(format_)
    release = read_release(path)
    if release.consent is not None and purpose not in ("", release.consent.purpose):
        raise UsageError(
            f"{path} was released for {release.consent.purpose!r}, not for {purpose!r}; "
            "create a version for that purpose"
        )
    if corpus is not None:
        _ask_again(path, corpus, purpose or (release.consent.purpose if release.consent else ""))
    if folder.exists() and any(folder.iterdir() if folder.is_dir() else [folder]):
        raise UsageError(f"{folder} is not empty; choose another folder")
    if chosen is None:
        write_bag(path, folder)
    else:
        bundle = load_bundle(path)
        for name, sound in bundle.sounds.items():
            if not sound.is_file():
                raise InputError(f"{path}: the audio of {name} is gone")
        write_bundle(chosen, bundle, folder)
    made = Export(
        release=f"{release.corpus} {release.version}",
        digest=release_digest(path),
        format=format_,
        path=str(folder),
        recordings=release.counts.recordings,
        segments=release.counts.segments,
        drops=() if chosen is None else chosen.drops,
    )
    record_disclosure(path, release, made, purpose)
    return made


def _ask_again(path: Path, corpus: Path, purpose: str) -> None:
    gate = Gate(corpus, Asking(purpose=purpose))
    refused = [
        (recording.id, reason)
        for recording in read_lines(path, RECORDINGS, Recording)
        if (reason := gate.refuse(_raw(recording), "export", "redacted"))
    ]
    if refused:
        name, reason = refused[0]
        raise UsageError(
            f"{path} is not exported, {len(refused)} of its recordings may not leave; {name}: "
            f"{reason}. Create a version without them"
        )


def _raw(recording: Recording) -> Recording:
    """Return a released recording under the id that withdrawals know it by."""
    return msgspec.structs.replace(recording, id=recording.derived_from or recording.id)
