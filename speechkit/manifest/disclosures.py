"""Disclosures: a chained list of exports beside a corpus's versions, and how to take them back.

manifests/<corpus>/handed-out.jsonl    which version went where, in which format, by whom
EXPORT/.speechkit-export          which release an export is of, and which files are its own
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import msgspec

from speechkit.core.digest import canonical_json
from speechkit.manifest.schema import Release
from speechkit.storage.files import write_bytes
from speechkit.storage.journal import append_event, stamped

DISCLOSURES = "handed-out.jsonl"
MARK = ".speechkit-export"


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """What was written where, and what that format cannot hold."""

    release: str
    digest: str
    format: str
    path: str
    recordings: int
    segments: int
    drops: tuple[str, ...]


class Mark(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an export's folder says about itself; `files` are relative to it."""

    release: str
    digest: str
    format: str
    files: tuple[str, ...]


class Disclosure(msgspec.Struct, frozen=True, kw_only=True):
    """One export: of which version, and where it was written to."""

    version: str
    format: str
    path: str
    when: str = ""
    by: str = ""


def record_disclosure(path: Path, release: Release, made: Export, purpose: str) -> None:
    """Note an export, in its folder and beside the versions."""
    folder = Path(made.path)
    files = sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())
    mark = Mark(release=made.release, digest=made.digest, format=made.format, files=tuple(files))
    write_bytes(folder / MARK, canonical_json(mark) + b"\n")
    event = stamped(
        "export",
        version=release.version,
        digest=made.digest,
        format=made.format,
        path=str(folder.resolve()),
        purpose=purpose or (release.consent.purpose if release.consent else ""),
    )
    append_event(path.parent / DISCLOSURES, event)


def read_disclosures(folder: Path) -> tuple[Disclosure, ...]:
    """Return all exports of a corpus's versions, in order."""
    log = folder / DISCLOSURES
    if not log.is_file():
        return ()
    found = []
    for line in log.read_bytes().splitlines():
        try:
            found.append(msgspec.json.decode(line, type=Disclosure))
        except msgspec.MsgspecError:
            continue  # `audit verify` names it
    return tuple(found)


def delete_exports(
    folder: Path, versions: Collection[str]
) -> tuple[tuple[Disclosure, ...], tuple[Disclosure, ...]]:
    """Delete the exports of versions where they were written; return those deleted, and the others.

    Only files that the export itself wrote are deleted, and only where its mark says that it is
    one. The others were moved or copied on: whoever has them must be told.
    """
    deleted: list[Disclosure] = []
    elsewhere: list[Disclosure] = []
    for one in read_disclosures(folder):
        if one.version not in versions:
            continue
        (deleted if _delete(Path(one.path)) else elsewhere).append(one)
    return tuple(deleted), tuple(elsewhere)


def _delete(path: Path) -> bool:
    try:
        mark = msgspec.json.decode((path / MARK).read_bytes(), type=Mark)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return False
    unpacked = [str(p.relative_to(path)) for p in (path / ".unpacked").glob("*")]
    for name in (*mark.files, *unpacked, MARK):
        file = path / name
        if path.resolve() in file.resolve().parents:
            file.unlink(missing_ok=True)
    for inner in sorted((p for p in path.rglob("*") if p.is_dir()), reverse=True):
        if not any(inner.iterdir()):
            inner.rmdir()
    if not any(path.iterdir()):
        path.rmdir()
    return True
