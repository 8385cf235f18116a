"""The audit log: who did what when, each row chained to the one before by its hash.

A chain shows that a row was changed or taken out. That its tail was cut shows only against a
checkpoint kept elsewhere: `checkpoint` writes the head into the corpus's journal.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Self

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from speechkit.core.digest import canonical_json, digest_of
from speechkit.review.schema import AuditHead, AuditRow
from speechkit.review.store import Store
from speechkit.storage.corpus import Corpus

FIRST = "0" * 64
EVERY_ROWS, EVERY_SECONDS = 200, 60.0  # a checkpoint


def record(db: Db, who: str, event: str, **facts: Any) -> None:
    """Add an event in the session's transaction. Facts are ids and counts, never text."""
    head = db.scalars(select(AuditHead).with_for_update()).one()
    row = AuditRow(
        number=head.number + 1,
        when=datetime.now(UTC).isoformat(timespec="milliseconds"),
        who=who,
        event=event,
        facts=canonical_json(facts).decode(),
        previous=head.hash,
        hash="",
    )
    row.hash = _hash(row)
    db.add(row)
    head.number, head.hash = row.number, row.hash


def findings(db: Db, checkpoints: dict[int, str] | None = None) -> list[str]:
    """Return what is wrong with the chain; nothing if it is whole."""
    return list(_findings(db, checkpoints or {}))


def _findings(db: Db, checkpoints: dict[int, str]) -> Iterator[str]:
    previous, number = FIRST, 0
    seen: dict[int, str] = {}
    for row in db.scalars(select(AuditRow).order_by(AuditRow.number)).yield_per(1000):
        number += 1
        if row.number != number:
            yield f"row {number} is missing"
            number = row.number
        if row.previous != previous:
            yield f"row {row.number} does not follow the row before it"
        if row.hash != _hash(row):
            yield f"row {row.number} was altered"
        previous = row.hash
        seen[row.number] = row.hash
    head = db.scalars(select(AuditHead)).one()
    if (head.number, head.hash) != (number, previous):
        yield f"the chain ends at row {number}, its head says {head.number}"
    for at, hash_ in checkpoints.items():
        if seen.get(at) != hash_:
            yield f"row {at} is not the one of the checkpoint in the journal"


def checkpoint(db: Db, corpus: Corpus) -> None:
    """Write the head of the chain into the corpus's journal."""
    head = db.scalars(select(AuditHead)).one()
    corpus.note("review-audit", number=head.number, hash=head.hash)


class Checkpoints:
    """Writes the head of the chain into the journal while people work: after so many rows or
    seconds, whichever comes first, if there is something new."""

    def __init__(
        self,
        store: Store,
        corpus: Corpus,
        *,
        rows: int = EVERY_ROWS,
        seconds: float = EVERY_SECONDS,
    ) -> None:
        self._store, self._corpus, self._rows, self._seconds = store, corpus, rows, seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        number, at = self._head(), time.monotonic()
        while not self._stopped.wait(min(1.0, self._seconds / 2)):
            new = self._head() - number
            if new >= self._rows or (new and time.monotonic() - at >= self._seconds):
                number, at = number + new, time.monotonic()
                self._write()
        if self._head() > number:
            self._write()

    def _head(self) -> int:
        with self._store.read() as db:
            return db.scalars(select(AuditHead.number)).one()

    def _write(self) -> None:
        with self._store.read() as db:
            checkpoint(db, self._corpus)


def checkpoints(corpus: Corpus) -> dict[int, str]:
    """Return the heads that the journal remembers."""
    path = corpus.root / "journal.jsonl"
    if not path.exists():
        return {}
    rows = [msgspec.json.decode(line) for line in path.read_bytes().splitlines() if line]
    return {row["number"]: row["hash"] for row in rows if row["event"] == "review-audit"}


def _hash(row: AuditRow) -> str:
    return digest_of([row.number, row.when, row.who, row.event, row.facts, row.previous])
