"""Withdrawing consent, all the way: vault, caches, releases, exports; then a look for what is left.

vault/withdrawals.jsonl       so that it does not come back
the corpus                    session, layers, cache, raw and redacted audio, review: deleted
a new version                 without the recordings, with tombstones
every old version             lines and audio taken out, named in WITHDRAWN.json
exports                       deleted where they were written; the others are listed
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from speechkit.core.errors import MissingExtraError, NothingToReleaseError, StoreError, UsageError
from speechkit.core.types import Audio, Session
from speechkit.governance.audit import LOG, read_events
from speechkit.governance.consent import ConsentRegister
from speechkit.governance.withdrawals import Withdrawal, add_withdrawal
from speechkit.manifest.disclosures import Disclosure, delete_exports
from speechkit.manifest.release import ReleaseOptions, check_version, create_release
from speechkit.manifest.withdrawal import delete_audio, released_from, take_out, versions_of
from speechkit.storage.corpus import Corpus
from speechkit.storage.lock import locked

# Where ids may stand after all is done: who withdrew, what was done, what is gone.
_LEDGERS = re.compile(
    r"journal\.jsonl|withdrawals\.jsonl|consents\.jsonl|WITHDRAWN\.json|release\.json|prov\.json"
    r"|provenance\.fhir\.json|README\.md|RECORDS|SHA256SUMS\.txt(\.minisig)?|handed-out\.jsonl|croissant\.json"
    r"|(review|desk)\.sqlite3(-wal|-shm)?"  # its audit log
)
_REVIEW = ("review.sqlite3", "desk.sqlite3", "database")  # of them, one is in vault/review
_PIECE = 1 << 20


class Withdrawn(msgspec.Struct, frozen=True, kw_only=True):
    """What a withdrawal did. `left` names files that still mention what was withdrawn."""

    recordings: tuple[str, ...]
    released: tuple[str, ...]
    files_deleted: int
    versions: tuple[str, ...]
    release: str
    exports_deleted: tuple[Disclosure, ...]
    exports_elsewhere: tuple[Disclosure, ...]
    left: tuple[str, ...]


def withdraw(
    corpus: Corpus,
    version: str,
    dest_root: Path,
    *,
    participant: str = "",
    consent: str = "",
    database: str = "",
    options: ReleaseOptions | None = None,
) -> Withdrawn:
    """Withdraw one participant or one consent and make a new version without their recordings.

    Args:
        corpus: from which everything of these recordings is deleted.
        version: of the new release.
        dest_root: where the corpus's releases lie.
        participant: a pseudonym; every recording the person is in goes, whoever else is.
        consent: the id of a consent.
        database: URL of the review database, where that is not in the corpus.
        options: of the new release.

    Raises:
        UsageError: if not exactly one of both is given, it matches no person, or there is a review
            of which the database is not known.
        StoreError: if something cannot be deleted.
    """
    check_version(version)
    if bool(participant) == bool(consent):
        raise UsageError("give a participant or a consent")
    _check_review(corpus, database)
    folder = dest_root / corpus.name
    if (folder / version).exists():
        raise StoreError(f"{folder / version} exists; choose another version")
    with locked(corpus.root, "withdraw"):
        sessions = _sessions_of(corpus, participant, consent)
        raw = tuple(session.recording.id for session in sessions)
        on = (options.on if options else "") or datetime.now(UTC).date().isoformat()
        # First what keeps it from coming back; then, whatever stops us, running again goes on.
        add_withdrawal(
            corpus.root,
            Withdrawal(on=on, recordings=raw, participant=participant, consent=consent),
        )
        _mark_consent(corpus, consent, on)
        names = _names_of(corpus, sessions)
        affected = {path: released_from(path, raw) for path in versions_of(folder)}
        affected = {path: rows for path, rows in affected.items() if rows}
        num_files = _delete_from_corpus(corpus, sessions, names, database)
    made = _new_version(corpus, version, dest_root, options)
    for path, rows in affected.items():
        take_out(path, {row.id for row in rows})
        num_files += len(delete_audio(folder, rows))
    released = {row.id for rows in affected.values() for row in rows}
    versions = tuple(path.name for path in affected)
    deleted, elsewhere = delete_exports(folder, versions)
    done = Withdrawn(
        recordings=raw,
        released=tuple(sorted(released)),
        files_deleted=num_files,
        versions=versions,
        release=str(made or ""),
        exports_deleted=deleted,
        exports_elsewhere=elsewhere,
        left=tuple(sorted(mentions((corpus.root, folder), {*raw, *released, *names}))),
    )
    corpus.note(
        "withdraw",
        recordings=raw,
        released=done.released,
        participant=participant,
        consent=consent,
        deleted=num_files,
        versions=versions,
        release=version if made else "",
        left=len(done.left),
    )
    return done


def _sessions_of(corpus: Corpus, participant: str, consent: str) -> tuple[Session, ...]:
    """Return what is withdrawn: the recordings that a person is in, or that a consent covers.

    Raises:
        UsageError: if there is none.
    """

    def is_meant(session: Session) -> bool:
        if participant:
            return participant in {person.id for person in session.recording.participants}
        return consent == session.recording.consent

    sessions = tuple(session for session in corpus.sessions() if is_meant(session))
    if not sessions:
        what = f"participant {participant}" if participant else f"consent {consent}"
        raise UsageError(f"no recording of {what} in {corpus.root}")
    return sessions


def _mark_consent(corpus: Corpus, consent: str, on: str) -> None:
    register = ConsentRegister(corpus.root)
    record = register.get(consent)
    if record is not None:
        gone = msgspec.structs.replace(record, status="withdrawn", withdrawn_on=on)
        register.put(gone)


def _new_version(
    corpus: Corpus, version: str, dest_root: Path, options: ReleaseOptions | None
) -> Path | None:
    """Make the version without the recordings; None where nothing is left to release."""
    try:
        return create_release(corpus, version, dest_root, options)
    except NothingToReleaseError:
        return None


class _Copy(msgspec.Struct):
    audio: Audio


class _Redacted(msgspec.Struct):
    items: tuple[_Copy, ...] = ()


def _names_of(corpus: Corpus, sessions: Collection[Session]) -> set[str]:
    """Return the digests under which files of these recordings lie, and of no other recording.

    Layers that later ones replaced are still in the vault; so is the audio that they name.
    """
    ids = {session.recording.id for session in sessions}
    mine = {session.recording.audio.sha256 for session in sessions}
    others = {s.recording.audio.sha256 for s in corpus.sessions() if s.recording.id not in ids}
    for path in (corpus.root / "vault" / "layers").rglob("*.json"):
        data = path.read_bytes()
        named = mine if any(f'"recording":"{name}"'.encode() in data for name in ids) else others
        named.add(path.stem)
        if b'"kind":"redacted"' in data:
            layer = msgspec.json.decode(data, type=_Redacted)
            named |= {copy.audio.sha256 for copy in layer.items}
    return mine - others


def _delete_from_corpus(
    corpus: Corpus, sessions: Collection[Session], names: Collection[str], database: str
) -> int:
    """Delete every file that is named by, or holds nothing but, one of these digests or ids."""
    _forget_review(corpus, {session.recording.id for session in sessions}, database)
    wanted = {*names, *(session.recording.id for session in sessions)}
    _forget_failures(corpus, {session.recording.id for session in sessions})
    deleted = 0
    for path in sorted(corpus.root.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        in_index = path.parent.parent == corpus.root / "vault" / "index"
        if path.name.partition(".")[0] in wanted or (in_index and path.read_text() in wanted):
            path.unlink()
            deleted += 1
    return deleted


def _forget_failures(corpus: Corpus, raw: Collection[str]) -> None:
    rows = corpus.failures()
    for run in {str(row.get("run")) for row in rows}:
        kept = [row for row in rows if row.get("run") == run and row.get("item") not in raw]
        corpus.record_failures(run, kept)


def _check_review(corpus: Corpus, database: str) -> None:
    """Refuse to go on where people reviewed the corpus in a database that was not named."""
    if database or _has_review(corpus):
        return
    log = corpus.root / LOG
    if log.is_file() and any(
        event.get("event") in ("reviewed", "review-audit") for event in read_events(log)
    ):
        raise UsageError(
            f"people reviewed {corpus.root} in a database of its own; name it: --database URL"
        )


def _has_review(corpus: Corpus) -> bool:
    folder = corpus.root / "vault" / "review"
    named = bool(os.environ.get("SPEECHKIT_REVIEW_DATABASE"))
    return named or any((folder / name).is_file() for name in _REVIEW)


def _forget_review(corpus: Corpus, raw: Collection[str], database: str) -> None:
    """Erase the recordings' tasks, lines and edits from the review database."""
    if not database and not _has_review(corpus):
        return
    try:
        from speechkit.review import forget_recordings, open_store
    except ModuleNotFoundError as error:
        raise MissingExtraError(error.name or "sqlalchemy", extra="review") from error
    with closing(open_store(corpus.root, database or None)) as store:
        forget_recordings(store, raw)


def mentions(folders: Collection[Path], names: Collection[str]) -> Iterator[str]:
    """Yield files that are named after, or mention, one of these; ledgers may."""
    wanted = [name.encode() for name in sorted(names)]
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if not path.is_file() or _LEDGERS.fullmatch(path.name):
                continue
            if path.name.partition(".")[0] in names or _holds(path, wanted):
                yield str(path)


def _holds(path: Path, wanted: Collection[bytes]) -> bool:
    longest = max(map(len, wanted), default=1)
    tail = b""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            data = tail + piece
            if any(name in data for name in wanted):
                return True
            tail = data[-longest:]
    return False
