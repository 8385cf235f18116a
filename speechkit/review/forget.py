"""Erasing recordings from review: their tasks, lines and edits, and what disks keep of those."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing

from sqlalchemy import delete, select

from speechkit.review.audit import record
from speechkit.review.schema import LineRow, OperationRow, RemarkRow, Task
from speechkit.review.store import Store

# Deleted rows lie in files until these are written anew.
_SHRED = {
    "sqlite": ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"),
    "postgresql": (
        "VACUUM FULL lines",
        "VACUUM FULL operations",
        "VACUUM FULL remarks",
        "VACUUM FULL tasks",
    ),
}


def forget_recordings(store: Store, recordings: Collection[str]) -> int:
    """Erase all that the review database holds of recordings but its audit log; return how many tasks.

    PostgreSQL's write-ahead log and backups are its administrator's: they are not reached.
    """
    with store.write() as db:
        tasks = db.scalars(select(Task.id).where(Task.recording.in_(recordings))).all()
        db.execute(delete(LineRow).where(LineRow.task.in_(tasks)))
        db.execute(delete(OperationRow).where(OperationRow.task.in_(tasks)))
        db.execute(delete(RemarkRow).where(RemarkRow.task.in_(tasks)))
        db.execute(delete(Task).where(Task.id.in_(tasks)))
        record(db, "speechkit", "withdrawn", recordings=sorted(recordings), num_tasks=len(tasks))
    with closing(store.engine.raw_connection()) as connection:
        if store.engine.dialect.name == "postgresql":
            connection.driver_connection.autocommit = True  # type: ignore[union-attr]
        connection.detach()  # it ends here: its settings must not come back to others
        cursor = connection.cursor()
        for statement in _SHRED[store.engine.dialect.name]:
            cursor.execute(statement)
    return len(tasks)
