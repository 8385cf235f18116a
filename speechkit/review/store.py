"""The desk's database: SQLite (WAL) in the corpus's vault, or PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import Session

from speechkit.core.errors import MissingExtraError, StoreError, UsageError
from speechkit.review.migrate import upgrade
from speechkit.review.schema import AuditHead

_BUSY = 15.0  # seconds a writer waits for another one


class Store:
    """Transactions on the desk's database; safe to share between threads."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self._writing = self.engine.execution_options(writes=True)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a transaction that sees one state and changes nothing."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a transaction that is committed if the block succeeds, and undone otherwise."""
        with Session(self._writing, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def database_url(corpus_root: Path, url: str | None) -> str:
    """Return the URL given, or that of the corpus's own SQLite file."""
    return url or f"sqlite:///{(corpus_root / 'vault' / 'review' / 'desk.sqlite3').resolve()}"


def open_store(corpus_root: Path, url: str | None = None) -> Store:
    """Open the desk of a corpus; make or migrate its tables.

    Raises:
        UsageError: if the URL is none.
        StoreError: if the database cannot be reached.
        MissingExtraError: if PostgreSQL's driver is not installed.
    """
    if url is None:
        folder = corpus_root / "vault" / "review"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = Store(database_url(corpus_root, url))
    try:
        upgrade(store.engine)
        with store.write() as session:
            if session.scalar(select(AuditHead)) is None:
                session.add(AuditHead(id=1, number=0, hash="0" * 64))
    except OperationalError as error:
        where = store.engine.url.render_as_string(hide_password=True)
        raise StoreError(
            f"cannot open the database {where}: {str(error.orig).strip().splitlines()[0]}"
        ) from error
    return store


def _engine(url: str) -> Engine:
    try:
        engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"), pool_size=20)
    except ModuleNotFoundError as error:
        raise MissingExtraError(error.name or "psycopg", extra="postgres") from error
    except (ArgumentError, NoSuchModuleError) as error:
        raise UsageError(
            "--database takes sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME"
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver would begin transactions late, and not before reads: a lost update.
    connection.isolation_level = None
    for setting in (
        "journal_mode=WAL",
        "synchronous=FULL",  # what was acknowledged survives a power cut
        "foreign_keys=ON",
        "secure_delete=ON",  # erased text is overwritten
        f"busy_timeout={int(_BUSY * 1000)}",
    ):
        connection.execute(f"PRAGMA {setting}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
