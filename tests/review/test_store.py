"""Where the review database of a corpus is, and who may read its files."""

from __future__ import annotations

from pathlib import Path

import pytest

from speechkit.review.schema import User
from speechkit.review.store import VARIABLE, database_file, database_url, open_store
from speechkit.storage.corpus import Corpus
from tests.review.conftest import PASSWORD


def test_a_database_of_the_former_name_is_opened(tmp_path: Path) -> None:
    corpus = Corpus.create(tmp_path / "corpus")
    made = open_store(corpus.root)
    from speechkit.review.accounts import add_user

    with made.write() as db:
        add_user(db, "tess", PASSWORD, roles=["transcriber"])
    made.close()
    file = corpus.root / "vault" / "review" / "review.sqlite3"
    file.rename(file.with_name("desk.sqlite3"))
    assert database_file(corpus.root).name == "desk.sqlite3"
    again = open_store(corpus.root)
    with again.read() as db:
        assert db.query(User).one().name == "tess"
    again.close()
    assert not file.exists()


def test_the_files_are_nobody_elses(tmp_path: Path) -> None:
    corpus = Corpus.create(tmp_path / "corpus")
    store = open_store(corpus.root)
    with store.write() as db:
        db.query(User).all()
    files = list((corpus.root / "vault" / "review").glob("review.sqlite3*"))
    assert {path.name for path in files} >= {"review.sqlite3", "review.sqlite3-wal"}
    assert {path.stat().st_mode & 0o077 for path in files} == {0}
    store.close()


def test_a_corpus_or_the_environment_names_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = Corpus.create(tmp_path / "corpus")
    folder = corpus.root / "vault" / "review"
    folder.mkdir(parents=True)
    (folder / "database").write_text("postgresql+psycopg://review@db/here\n", "utf-8")
    assert database_url(corpus.root) == "postgresql+psycopg://review@db/here"
    monkeypatch.setenv(VARIABLE, "postgresql+psycopg://review@db/there")
    assert database_url(corpus.root) == "postgresql+psycopg://review@db/there"
    assert database_url(corpus.root, "sqlite:///x") == "sqlite:///x"
