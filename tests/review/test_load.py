"""Many writers, a server that is killed: nothing that was acknowledged is lost or done twice.

`SPEECHKIT_LOAD_EDITS` says how many edits; `make bench-review` takes 5,000.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from benchmarks.fixtures.review_servers import PASSWORD
from speechkit.review.accounts import add_user
from speechkit.review.audit import findings
from speechkit.review.schema import OperationRow
from speechkit.review.store import open_store
from speechkit.review.tasks import lines_of_task
from speechkit.storage.corpus import Corpus
from tests.postgres import free_port

WRITERS = 8
FULL = "SPEECHKIT_LOAD_EDITS" in os.environ
KILLS = 5
KILLS_POSTGRESQL = 5 if FULL else 1  # a restart takes seconds, and CI has few
EDITS = int(os.environ.get("SPEECHKIT_LOAD_EDITS", "240"))
LINES = 20


class Served:
    """`speechkit review serve` in a process of its own, which can be killed."""

    def __init__(self, corpus: Corpus, database: str | None) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._command = [
            sys.executable, "-c", "from speechkit.cli.main import main; main()",
            "review", "serve", str(corpus.root), "--port", str(self.port), "--requests-per-second", "100000",
        ]  # fmt: skip
        if database:
            self._command += ["--database", database]
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self._command, stderr=subprocess.DEVNULL)
        for _ in range(600):
            try:
                if httpx.get(f"{self.url}/healthz", timeout=1).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError("the server does not come up")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


class Writer(threading.Thread):
    """Adds words to lines that others write to as well; knows what was acknowledged."""

    def __init__(
        self, number: int, url: str, task: str, epoch: int, headers: dict, cookies: Any
    ) -> None:
        super().__init__()
        self.number, self.task, self.epoch = number, task, epoch
        self.client = httpx.Client(base_url=url, headers=headers, cookies=cookies, timeout=30)
        self.acknowledged: list[tuple[str, str]] = []
        self.conflicts = self.replays = 0
        self.wrong: Exception | None = None

    def run(self) -> None:
        try:
            self.write()
        except Exception as error:
            self.wrong = error

    def write(self) -> None:
        draw = random.Random(self.number)
        seen = {x["id"]: x for x in self.ask("GET", f"/api/tasks/{self.task}")[1]["lines"]}
        for edit in range(EDITS // WRITERS):
            word = f"w{self.number}x{edit}"
            line = draw.choice(sorted(seen))
            while True:
                asked = {
                    "op_id": str(uuid.uuid4()), "lease_epoch": self.epoch, "segment": line,
                    "base_rev": seen[line]["rev"], "kind": "text",
                    "text": f"{seen[line]['text']} {word}",
                }  # fmt: skip
                status, said = self.ask("POST", f"/api/tasks/{self.task}/operations", asked)
                if status == 200:
                    self.acknowledged.append((line, word))
                    self.replays += said["replayed"]
                    seen[line] = said["lines"][0]
                    break
                assert status == 409 and said["kind"] == "StaleError", said
                self.conflicts += 1
                seen[line] = said["theirs"]

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Ask until there is an answer: the same request, with the same `op_id`."""
        while True:
            try:
                answer = self.client.request(method, path, json=body)
            except httpx.TransportError:
                time.sleep(0.05)
                continue
            if answer.status_code < 500:
                return answer.status_code, answer.json()
            time.sleep(0.05)


def writing(corpus: Corpus, database: str | None, kills: int, capsys: Any) -> None:
    task = f"{corpus.sessions()[0].recording.id}-a"
    with_people(corpus, database)
    server = Served(corpus, database)
    started = time.monotonic()
    try:
        with httpx.Client(base_url=server.url, timeout=60) as tess:
            login = tess.post("/api/login", json={"name": "tess", "password": PASSWORD})
            headers = {"x-csrf-token": login.json()["csrf"]}
            epoch = tess.post(f"/api/tasks/{task}/lease", headers=headers).json()["epoch"]
            writers = [
                Writer(n, server.url, task, epoch, headers, tess.cookies) for n in range(WRITERS)
            ]
        for writer in writers:
            writer.start()
        for kill in range(1, kills + 1):
            while sum(len(w.acknowledged) for w in writers) < kill * EDITS / (kills + 1):
                assert any(w.is_alive() for w in writers), [w.wrong for w in writers]
                time.sleep(0.01)
            server.kill()
            server.start()
        for writer in writers:
            writer.join(300)
            assert writer.wrong is None
    finally:
        server.kill()
    seconds = time.monotonic() - started
    acknowledged = [one for writer in writers for one in writer.acknowledged]
    store = open_store(corpus.root, database)
    with store.read() as db:
        found = {line.id: line.text.split() for line in lines_of_task(db, task)}
        num_edits = db.scalar(select(func.count()).select_from(OperationRow))
        assert findings(db) == []
    store.close()
    lost = [one for one in acknowledged if found[one[0]].count(one[1]) != 1]
    written = [word for words in found.values() for word in words if word.startswith("w")]
    assert lost == []
    assert len(written) == len(set(written)) == len(acknowledged) == num_edits == EDITS
    with capsys.disabled():
        print(
            f"\n{'PostgreSQL' if database else 'SQLite'}: {EDITS} edits by {WRITERS} writers on "
            f"{LINES} lines in {seconds:.1f} s, killed {kills} times: 0 lost, 0 twice; "
            f"{sum(w.conflicts for w in writers)} conflicts, "
            f"{sum(w.replays for w in writers)} replays"
        )


def with_people(corpus: Corpus, database: str | None) -> None:
    store = open_store(corpus.root, database)
    with store.write() as db:
        add_user(db, "tess", PASSWORD, roles=["transcriber"], hear_raw=True)
    store.close()


@pytest.fixture
def crowded(tmp_path: Path, add: Any) -> Corpus:
    corpus = Corpus.create(tmp_path / "corpus")
    add(corpus, 3, texts=tuple(("A", f"line number {n}") for n in range(LINES)), seconds=45)
    return corpus


def test_on_sqlite(crowded: Corpus, capsys: Any) -> None:
    writing(crowded, None, KILLS, capsys)


def test_on_postgresql(crowded: Corpus, postgresql: str, capsys: Any) -> None:
    writing(crowded, postgresql, KILLS_POSTGRESQL, capsys)


def test_the_migrations_make_the_tables(tmp_path: Path, postgresql: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from speechkit.review.schema import Base

    for url in (f"sqlite:///{tmp_path}/desk.sqlite3", postgresql):
        store = open_store(tmp_path, url)
        with store.engine.connect() as connection:
            context = MigrationContext.configure(connection)
            assert compare_metadata(context, Base.metadata) == [], url
        store.close()
