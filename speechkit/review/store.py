"""The review database: SQLite (WAL) in the corpus's vault, or PostgreSQL."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, select
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import Session

from speechkit.core.errors import MissingExtraError, StoreError, UsageError
from speechkit.review.migrate import upgrade
from speechkit.review.schema import AuditHead

FILE, FORMER_FILE = "review.sqlite3", "desk.sqlite3"
NAMED = "database"  # a file in vault/review that holds the URL of another database
VARIABLE = "SPEECHKIT_REVIEW_DATABASE"
_BUSY = 15.0  # seconds a writer waits for another one


class Store:
    """Transactions on the review database; safe to share between threads."""

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


def database_file(corpus_root: Path) -> Path:
    """Return the SQLite file of a corpus; one that version 0.1 made keeps its name.

    It is not renamed: another process may have it open.
    """
    folder = corpus_root / "vault" / "review"
    former = folder / FORMER_FILE
    return former if former.exists() and not (folder / FILE).exists() else folder / FILE


def database_url(corpus_root: Path, url: str | None = None) -> str:
    """Return the URL given, or that of the environment, or that of the corpus.

    A corpus names its database in `vault/review/database`; without that file it is SQLite's.
    """
    if url := url or os.environ.get(VARIABLE):
        return url
    named = corpus_root / "vault" / "review" / NAMED
    if named.exists():
        return named.read_text("utf-8").strip()
    return f"sqlite:///{database_file(corpus_root).resolve()}"


def open_store(corpus_root: Path, url: str | None = None) -> Store:
    """Open the review database of a corpus; make or migrate its tables.

    Raises:
        UsageError: if the URL is none.
        StoreError: if the database cannot be reached.
        MissingExtraError: if PostgreSQL's driver is not installed.
    """
    url = database_url(corpus_root, url)
    if url.startswith("sqlite"):
        folder = corpus_root / "vault" / "review"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _own(url)
    store = Store(url)
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


def _own(url: str) -> None:
    """Keep the file and what SQLite puts beside it from other accounts of the machine."""
    path = Path(make_url(url).database or "")
    if url.startswith("sqlite:///") and not path.exists() and path.parent.is_dir():
        path.touch(mode=0o600)
    for suffix in ("", "-wal", "-shm"):
        beside = path.with_name(path.name + suffix)
        if beside.is_file():
            beside.chmod(0o600)


def _engine(url: str) -> Engine:
    try:
        # Parameters are what patients said: they must not stand in the text of an error.
        engine = create_engine(
            url, hide_parameters=True, pool_pre_ping=not url.startswith("sqlite"), pool_size=20
        )
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
