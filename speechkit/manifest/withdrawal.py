"""Withdrawn recordings in releases that were made before: taken out, named, and still verifiable.

<version>/WITHDRAWN.json says which recordings are gone from a version, and the digests that its line
files have without them. It is not part of SHA256SUMS.txt, which stays as it was signed; `verify`
checks against it and names what is gone.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import msgspec

from speechkit.core.digest import canonical_json, digest_file, recording_id
from speechkit.core.errors import InputError
from speechkit.core.types import Recording
from speechkit.manifest.lines import open_lines, raw_lines, read_lines, reason_of
from speechkit.manifest.schema import RECORDINGS, WITHDRAWN, Withdrawn
from speechkit.manifest.versions import line_names, read_release
from speechkit.storage.files import write_bytes


class Gone(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What WITHDRAWN.json holds: ids of recordings, and digests of line files without them."""

    recordings: tuple[str, ...]
    files: dict[str, str]


class _Place(msgspec.Struct):
    recording: str = ""
    id: str = ""


def read_gone(path: Path) -> Gone | None:
    """Return what is gone from a version; None where nothing is.

    Raises:
        InputError: if WITHDRAWN.json is malformed.
    """
    file = path / WITHDRAWN
    if not file.is_file():
        return None
    try:
        return msgspec.json.decode(file.read_bytes(), type=Gone)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: {reason_of(error)}") from error


def versions_of(folder: Path) -> tuple[Path, ...]:
    """Return the versions of a corpus that lie in a folder, sorted by name."""
    return tuple(sorted(path.parent for path in folder.glob("*/release.json")))


def released_from(path: Path, raw: Collection[str]) -> tuple[Recording, ...]:
    """Return the recordings of a release that derive from these raw ones."""
    return tuple(r for r in read_lines(path, RECORDINGS, Recording) if r.derived_from in raw)


def tombstones(folder: Path, raw: Collection[str]) -> tuple[Withdrawn, ...]:
    """Return a tombstone for each recording that any version has of these, and those before."""
    found: dict[str, Withdrawn] = {}
    for version in versions_of(folder):
        release = read_release(version)
        found |= {one.recording: one for one in release.withdrawn}
        for recording in released_from(version, raw):
            found[recording.id] = Withdrawn(recording=recording.id, version=release.version)
    return tuple(found[name] for name in sorted(found))


def take_out(path: Path, recordings: Collection[str]) -> None:
    """Remove all lines of these recordings from a version, and say so in WITHDRAWN.json."""
    before = read_gone(path) or Gone(recordings=(), files={})
    files = dict(before.files)
    for name in line_names(path):
        for file in _without(path, name, recordings):
            files[file.name] = digest_file(file)
    gone = Gone(recordings=tuple(sorted({*before.recordings, *recordings})), files=files)
    write_bytes(path / WITHDRAWN, canonical_json(gone) + b"\n")


def delete_audio(folder: Path, recordings: Collection[Recording]) -> tuple[str, ...]:
    """Delete the released audio of recordings; return the digests of what was deleted."""
    deleted = []
    for recording in recordings:
        sound = folder / recording.audio.uri
        if recording.audio.sha256 and sound.is_file():
            sound.unlink()
            deleted.append(recording.audio.sha256)
    return tuple(deleted)


def is_gone(name: str, digest: str, gone: Gone | None) -> bool:
    """Say whether a missing sound file is one that was withdrawn."""
    return gone is not None and name.startswith("../") and recording_id(digest) in gone.recordings


def _without(path: Path, name: str, recordings: Collection[str]) -> list[Path]:
    """Write the line files of `name` anew without some recordings; return those that changed."""
    decoder = msgspec.json.Decoder(_Place)
    kept: dict[Path, list[bytes]] = {}
    changed: set[Path] = set()
    for file, _, line in raw_lines(path, name):
        place = decoder.decode(line)
        kept.setdefault(file, [])
        if (place.recording or place.id) in recordings:
            changed.add(file)
        else:
            kept[file].append(line)
    for file in changed:
        temporary = file.with_name(f".writing-{file.name}")
        with open_lines(temporary, like=file) as sink:
            sink.writelines(kept[file])
        temporary.replace(file)
    return sorted(changed)
