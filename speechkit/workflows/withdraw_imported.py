"""Withdrawing a person from imported releases: there is no corpus, the releases are all there is.

The same as `withdraw` does: a new version without the person's recordings, which are taken out of all
old ones and of exports; then a look for what is left. It stands in `handed-out.jsonl`.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import msgspec

from speechkit.core.errors import StoreError, UsageError
from speechkit.core.types import Recording
from speechkit.core.version import VERSION
from speechkit.manifest.disclosures import DISCLOSURES, delete_exports
from speechkit.manifest.export.exchange import load_bundle
from speechkit.manifest.lines import read_lines
from speechkit.manifest.release import check_version
from speechkit.manifest.schema import RECORDINGS, RELEASE_SCHEMA_VERSION, SPLITS, Parent, Split
from speechkit.manifest.schema import Withdrawn as Tombstone
from speechkit.manifest.versions import read_release, release_digest
from speechkit.manifest.withdrawal import delete_audio, take_out, versions_of
from speechkit.manifest.write import ReleaseWriter
from speechkit.storage.journal import append_event, stamped
from speechkit.workflows.withdrawal import Withdrawn, mentions


def withdraw_imported(path: Path, version: str, participant: str) -> Withdrawn:
    """Withdraw a participant (a pseudonym) from an imported release and all versions beside it.

    Raises:
        UsageError: if the release was made of a corpus, or the person is not in it.
        StoreError: if the version exists, or something cannot be written.
    """
    check_version(version)
    folder = path.parent
    if read_release(path).origin != "imported":
        raise UsageError(
            f"{path} was made of a corpus; withdraw from that: release withdraw CORPUS"
        )
    if (folder / version).exists():
        raise StoreError(f"{folder / version} exists; choose another version")
    affected = {
        old: rows
        for old in versions_of(folder)
        if (
            rows := tuple(r for r in read_lines(old, RECORDINGS, Recording) if _has(r, participant))
        )
    }
    gone = {recording.id for rows in affected.values() for recording in rows}
    if not participant or path not in affected:
        raise UsageError(f"no recording of participant {participant} in {path}")
    made = _without(path, version, gone)
    num_files = 0
    for old, rows in affected.items():
        take_out(old, {row.id for row in rows})
        num_files += len(delete_audio(folder, rows))
    versions = tuple(old.name for old in affected)
    deleted, elsewhere = delete_exports(folder, versions)
    left = tuple(sorted(mentions((folder,), gone)))
    facts = {"participant": participant, "released": sorted(gone), "versions": versions}
    append_event(folder / DISCLOSURES, stamped("withdraw", **facts, left=len(left)))
    return Withdrawn(
        recordings=tuple(sorted(gone)),
        released=tuple(sorted(gone)),
        files_deleted=num_files,
        versions=versions,
        release=str(made or ""),
        exports_deleted=deleted,
        exports_elsewhere=elsewhere,
        left=left,
    )


def _has(recording: Recording, participant: str) -> bool:
    return participant in {person.id for person in recording.participants}


def _without(path: Path, version: str, gone: Collection[str]) -> Path | None:
    """Make a version of all other recordings; None where there are none. Splits stay as they were."""
    release, bundle = read_release(path), load_bundle(path)
    splits = tuple(row for row in read_lines(path, SPLITS, Split) if row.recording not in gone)
    if not splits:
        return None
    tombstones = {one.recording: one for one in release.withdrawn}
    tombstones |= {name: Tombstone(recording=name, version=release.version) for name in gone}
    with ReleaseWriter(path.parent, version) as writer:
        for recording, segments in bundle.by_recording():
            if recording.id not in gone:
                redactions = bundle.redactions.get(recording.id, ())
                writer.add(recording, segments, redactions, bundle.sounds.get(recording.id))
        removed = dict(sorted(writer.tally.removed.items()))
        new = msgspec.structs.replace(
            release,
            schema_version=RELEASE_SCHEMA_VERSION,
            speechkit=VERSION,
            version=version,
            parent=Parent(version=release.version, digest=release_digest(path)),
            counts=writer.tally.counts(writer.recordings, splits),
            statement=msgspec.structs.replace(release.statement, removed=removed),
            withdrawn=tuple(tombstones[name] for name in sorted(tombstones)),
        )
        return writer.publish(new, splits)
