"""Copies of the review database while people work: a plain copy of its file would lack what is in the WAL."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from speechkit.core.errors import StoreError, UsageError
from speechkit.review.audit import record
from speechkit.review.store import Store

_TABLES = {"tasks", "lines", "users", "audit", "alembic_version"}


def back_up(store: Store, target: Path) -> None:
    """Write a consistent copy of the database to a file that only its owner may read.

    Raises:
        UsageError: if the file exists, or the database is PostgreSQL's, which has tools of its own.
        StoreError: if the file cannot be written.
    """
    source = _file(store, "pg_dump")
    if target.exists():
        raise UsageError(f"{target} exists already; a backup does not replace another one")
    try:
        target.touch(mode=0o600)
    except OSError as error:
        raise StoreError(f"cannot write {target}: {error.strerror}") from error
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
    with store.write() as db:
        record(db, "command line", "backed-up")


def restore(store: Store, backup: Path) -> None:
    """Put a backup in place of all that the database holds.

    What was done since the backup is lost. The journal of the corpus remembers how far the audit log
    had got, so that `findings` says so.

    Raises:
        UsageError: if the file is no backup, or the database is PostgreSQL's.
    """
    target = _file(store, "pg_restore")
    if not backup.is_file():
        raise UsageError(f"no file {backup}")
    try:
        with closing(sqlite3.connect(f"file:{backup}?mode=ro", uri=True)) as copy:
            rows = copy.execute("select name from sqlite_master where type = 'table'")
            if not {name for (name,) in rows} >= _TABLES:
                raise UsageError(f"{backup} is not a review database")
            store.close()
            with closing(sqlite3.connect(target)) as live:
                copy.backup(live)
    except sqlite3.DatabaseError as error:
        raise UsageError(f"{backup} is not a review database") from error


def _file(store: Store, tool: str) -> Path:
    url = make_url(store.url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise UsageError(f"the review is in PostgreSQL: use {tool} on {url.host}, {url.database}")
    return Path(url.database)
