"""Withdrawal: of the person nothing is left, in no file and in no database, but ledgers name it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner
from sqlalchemy import MetaData, select

from benchmarks.fixtures.review_servers import RATE, bring, lay_out
from speechkit.cli.release import command
from speechkit.core.errors import UsageError
from speechkit.core.types import Context, Identifier, Participant, Recording
from speechkit.governance.audit import LOG, verify_log
from speechkit.manifest.export.exchange import export_release
from speechkit.manifest.export.registry import WRITABLE
from speechkit.manifest.lines import read_lines
from speechkit.manifest.release import create_release
from speechkit.manifest.schema import RECORDINGS
from speechkit.manifest.verify import verify_release
from speechkit.review.accounts import add_user, find_user, person_of
from speechkit.review.audit import checkpoint, findings
from speechkit.review.leases import lease
from speechkit.review.load_drafts import create_tasks
from speechkit.review.operations import apply
from speechkit.review.requests import SetText
from speechkit.review.sound import peaks, sound
from speechkit.review.store import Store, open_store
from speechkit.storage.corpus import Corpus
from speechkit.workflows.withdrawal import withdraw

GOES, STAYS = "p-aaaaaaaaaaaa", "p-bbbbbbbbbbbb"
SECRET = {GOES: "Quillfeather", STAYS: "Marrowby"}
EDIT = {GOES: "spotted", STAYS: "striped"}
# Where ids may stand: what was done and what is gone. None of them holds sound or words.
LEDGERS = {
    *("journal.jsonl", "withdrawals.jsonl", "WITHDRAWN.json", "release.json", "prov.json"),
    *("provenance.fhir.json", "README.md", "RECORDS", "SHA256SUMS.txt", "croissant.json"),
}


def person(corpus: Corpus, seed: int, who: str) -> Recording:
    """A recording of somebody who says a name of their own, with a draft and a redacted copy."""
    noise = np.random.default_rng(seed).uniform(-0.9, 0.9, RATE * 8).astype(np.float32)
    copy = np.full(RATE * 8, seed / 10, np.float32)
    texts = (("A", "good morning to you"), ("B", f"my name is {SECRET[who]} and it hurts"))
    segments = lay_out(texts, start=0.5, step=0.5, pause=0.5)
    said = ((SECRET[who], Identifier.NAME),)
    made = bring(corpus, noise, segments, said=said, redacted=copy)
    session = corpus.session(made.id)
    known = msgspec.structs.replace(
        made,
        participants=(Participant(id=who, role="patient"),),
        context=Context(languages=("en",)),
        consent=f"consent-{who}",
        synthetic=False,
    )
    corpus.put_session(msgspec.structs.replace(session, recording=known))
    return known


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    corpus = Corpus.create(tmp_path / "clinic")
    for seed, who in enumerate((GOES, STAYS), start=1):
        recording = person(corpus, seed, who)
        for redacted in (True, False):
            session = corpus.session(recording.id)
            assert sound(corpus, session, redacted=redacted) is not None
            assert peaks(corpus, session, redacted=redacted) is not None
        corpus.remember("made up", f"key-{who}", session.layers["attributed"])
    return corpus


@pytest.fixture(params=["sqlite", "postgresql"])
def review_store(request: pytest.FixtureRequest, corpus: Corpus) -> Iterator[tuple[Store, str]]:
    """A review in which somebody edited both recordings."""
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgresql")
    store = open_store(corpus.root, url or None)
    create_tasks(corpus, store)
    with store.write() as db:
        add_user(db, "tess", "correct horse battery", roles=["transcriber"], hear_raw=True)
    for session in corpus.sessions():
        edit(store, session.recording)
    with store.write() as db:
        checkpoint(db, corpus)
    yield store, url
    store.close()


def edit(store: Store, recording: Recording) -> None:
    task = f"{recording.id}-a"
    with store.write() as db:
        tess = person_of(find_user(db, "tess"))
        epoch = lease(db, tess, task).epoch
        asked = SetText(
            kind="text",
            op_id=f"op-{recording.id}-0123456789",
            lease_epoch=epoch,
            segment=f"{recording.id}-0001",
            base_rev=1,
            text=f"my {EDIT[recording.participants[0].id]} name",
        )
        apply(db, tess, task, asked)


def everything_in(store: Store) -> dict[str, str]:
    """All rows of all tables, as text."""
    tables = MetaData()
    tables.reflect(store.engine)
    with store.read() as db:
        return {
            name: "\n".join(str(tuple(row)) for row in db.execute(select(table)))
            for name, table in tables.tables.items()
        }


def test_nothing_of_the_person_is_left_anywhere(
    corpus: Corpus, review_store: tuple[Store, str], tmp_path: Path
) -> None:
    store, url = review_store
    out = tmp_path / "manifests"
    release = create_release(corpus, "1.0.0", out)
    for name in WRITABLE:
        export_release(release, name, tmp_path / "exports" / name)
    gone, stays = (
        next(s.recording for s in corpus.sessions() if s.recording.participants[0].id == who)
        for who in (GOES, STAYS)
    )
    files = [gone.audio.sha256, *corpus.session(gone.id).layers.values()]
    released = {r.derived_from: r for r in read_lines(release, RECORDINGS, Recording)}
    files += [released[gone.id].audio.sha256]
    said = (SECRET[GOES], EDIT[GOES])
    before = "".join(everything_in(store).values())
    assert all(word in before for word in said)
    done = CliRunner().invoke(
        command,
        [
            *("withdraw", str(corpus.root), "--participant", GOES, "--version", "2.0.0"),
            *("--output", str(out), "--parent", str(release), "--database", url, "--json"),
        ],
    )
    assert done.exit_code == 0, (done.output, done.exception)
    # No file: neither by its name nor by what is in it. The whole of what there is is read.
    for path in sorted(tmp_path.rglob("*")):
        if not path.is_file() or path.name in LEDGERS:
            continue
        data = path.read_bytes()
        for name in (*files, gone.id, released[gone.id].id):
            assert name not in path.name, path
            if "review.sqlite3" not in path.name:  # its audit log is a ledger
                assert name.encode() not in data, path
        for word in (*said, GOES):
            assert word.encode() not in data, path
    # No row, but those of the review's audit log, which hold no text.
    for table, text in everything_in(store).items():
        for word in said:
            assert word not in text, table
        assert table == "audit" or gone.id not in text, table
        if table in ("tasks", "lines", "operations"):
            assert stays.id in text
    with store.read() as db:
        assert findings(db) == []
    # The other person is as before, and the new version is right.
    assert verify_release(out / "clinic" / "2.0.0") == ()
    assert [str(f) for f in verify_release(release)] == [
        f"WITHDRAWN.json: {released[gone.id].id} was withdrawn and is gone from here"
    ]
    assert verify_log(corpus.root / LOG) == ()
    assert not any((tmp_path / "exports").rglob("*.*"))
    with store.read():
        assert sound(corpus, corpus.session(stays.id), redacted=True) is not None


def test_a_review_database_elsewhere_must_be_named(corpus: Corpus, tmp_path: Path) -> None:
    corpus.note("review-audit", number=1, hash="ab" * 32)
    with pytest.raises(UsageError, match="--database URL"):
        withdraw(corpus, "2.0.0", tmp_path / "manifests", participant=GOES)
    assert len(corpus.sessions()) == 2


def test_a_recording_without_a_consent_is_not_that_of_the_person(
    corpus: Corpus, tmp_path: Path
) -> None:
    """No consent on record is not the consent that is asked for, which is none."""
    (stays,) = [s for s in corpus.sessions() if s.recording.participants[0].id == STAYS]
    without = msgspec.structs.replace(stays.recording, consent="")
    corpus.put_session(msgspec.structs.replace(stays, recording=without))
    done = withdraw(corpus, "1.0.0", tmp_path / "manifests", participant=GOES)
    assert len(done.recordings) == 1
    assert [session.recording.id for session in corpus.sessions()] == [stays.recording.id]
