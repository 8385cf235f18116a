"""What may not be heard or read stays so, whatever edits people without the right make."""

from __future__ import annotations

import io
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from sqlalchemy import text

from benchmarks.fixtures.review_servers import PASSWORD, Running
from speechkit.review.accounts import add_user, find_user
from speechkit.review.load_drafts import create_tasks
from speechkit.review.schema import Task
from speechkit.review.server.app import make_app
from speechkit.review.server.settings import Settings
from speechkit.review.store import Store, open_store
from tests.review.asking import Client, hand_over, op, send

CANARY = "PATIENT SHEILA KOWALSKI SECRET"


@pytest.fixture
def rob(client: Any, store: Store) -> Client:
    """A reviewer without the right to hear what is not redacted."""
    with store.write() as db:
        add_user(db, "rob", PASSWORD, roles=["reviewer"])
    found: Client = client("rob")
    return found


def loud(who: Client, task: str) -> np.ndarray:
    answer = who.get(f"/api/tasks/{task}/audio")
    assert answer.status_code == 200
    samples, _ = soundfile.read(io.BytesIO(answer.content), dtype="int16")
    return np.asarray(samples) != 0


EDITS = {
    "retime": lambda line: {"start": line["start"], "end": line["start"] + 0.5},
    "split": lambda line: {"at": line["text"].index("and"), "new": "n-1", "time": line["start"] + 0.1},
    "text": lambda line: {"text": line["text"].replace("hello my", "my my my hello")},
    "merge": lambda _: {},
    "speaker": lambda _: {"speaker": "A"},
    "labels": lambda _: {"labels": ["noise"]},
    "mark": lambda line: {
        "start": line["text"].index("hurts"), "end": len(line["text"]), "identifier": "DATE",
    },
    "accept": lambda _: {},
}  # fmt: skip


@pytest.mark.parametrize("kind", EDITS)
def test_no_sample_that_was_silent_becomes_loud(client: Any, task: str, rob: Client, kind: str):
    hand_over(client("tess"), task)
    before = loud(rob, task)
    assert not before.all()
    epoch = rob.lease(task)
    lines = rob.task(task)["lines"]
    line = lines[1]
    more = EDITS[kind](line)
    if kind == "merge":
        more = {"next": lines[2]["id"], "next_rev": lines[2]["rev"]}
    asked = op(kind, epoch, line, **more)
    answer = rob.post(f"/api/tasks/{task}/operations", json=asked)
    assert answer.status_code == (403 if kind in ("retime", "split") else 200), answer.text
    assert not (loud(rob, task) & ~before).any()
    if answer.status_code == 200:  # nor by taking it back
        undo = op("undo", epoch, line, undoes=asked["op_id"])
        send(rob, task, undo)
        assert not (loud(rob, task) & ~before).any()


def test_whoever_may_hear_it_can_move_a_mute(client: Any, task: str):
    tess = client("tess")
    before = loud(tess, task)
    epoch = tess.lease(task)
    line = tess.task(task)["lines"][1]
    send(tess, task, op("retime", epoch, line, start=line["start"], end=line["start"] + 0.5))
    assert (loud(tess, task) & ~before).any()


def test_notes_and_names_are_hidden(client: Any, task: str, rob: Client):
    tess = client("tess")
    epoch = tess.lease(task)
    line = tess.task(task)["lines"][1]
    note = "note:patient is Sheila Kowalski MRN 4711"
    send(tess, task, op("labels", epoch, line, labels=["noise", note]))
    send(tess, task, op("name", epoch, line, speaker="B", name="Sheila Kowalski", role="patient"))
    line = tess.task(task)["lines"][1]
    send(tess, task, op("speaker", epoch, line, speaker="Kowalski"))
    hand_over(tess, task)
    shown = rob.get(f"/api/tasks/{task}")
    assert "Kowalski" not in shown.text and "4711" not in shown.text
    assert shown.json()["speakers"]["B"] == {"name": "patient", "role": "patient"}
    epoch = rob.lease(task)
    line = rob.task(task)["lines"][1]
    assert line["labels"] == ["noise"] and line["speaker"].startswith("speaker-")
    # Neither labels nor a speaker's name that they cannot see are overwritten by theirs.
    answer = send(rob, task, op("labels", epoch, line, labels=["overlap"]))
    assert "Kowalski" not in str(answer)
    other = rob.task(task)["lines"][0]
    send(rob, task, op("speaker", epoch, other, speaker=line["speaker"]))
    send(rob, task, op("name", epoch, line, speaker="B", name="patient", role="nurse"))
    rita = client("rita").task(task)
    assert rita["lines"][1]["labels"] == ["overlap", note]
    assert rita["lines"][0]["speaker"] == "Kowalski"
    assert rita["speakers"]["B"] == {"name": "Sheila Kowalski", "role": "nurse"}


@pytest.fixture
def failing(postgresql: str, corpus: Any) -> Iterator[tuple[str, Store]]:
    """A server whose database refuses every change of a line."""
    store = open_store(corpus.root, postgresql)
    with store.write() as db:
        add_user(db, "tess", PASSWORD, roles=["transcriber"], hear_raw=True)
    create_tasks(corpus, store)
    with store.write() as db:
        db.execute(
            text(
                "create function boom() returns trigger language plpgsql as $$ begin "
                "raise exception 'disk full for %', new.content using errcode = '53100'; end $$"
            )
        )
        db.execute(
            text("create trigger t before update on lines for each row execute function boom()")
        )
    server = Running(make_app(corpus, store, Settings()))
    yield server.url, store
    server.stop()
    store.close()


def test_no_log_holds_what_patients_said(
    failing: tuple[str, Store],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
):
    url, store = failing
    caplog.set_level(logging.DEBUG)
    tess = Client(base_url=url).log_in("tess")
    with store.read() as db:
        task = db.query(Task).one().id
    epoch = tess.lease(task)
    line = tess.task(task)["lines"][0]
    answer = tess.post(f"/api/tasks/{task}/operations", json=op("text", epoch, line, text=CANARY))
    assert answer.status_code == 503 and answer.json()["kind"] == "DatabaseError"
    tess.close()
    said = capfd.readouterr()
    assert CANARY not in answer.text + caplog.text + said.out + said.err


def test_an_error_of_ours_is_logged_by_its_place_alone(
    client: Any, task: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    tess = client("tess")
    epoch = tess.lease(task)
    line = tess.task(task)["lines"][0]

    def fail(*_: Any, **__: Any) -> None:
        raise ValueError(CANARY)

    monkeypatch.setattr("speechkit.review.edit.set_text", fail)
    # A server that ran in this process before has taken its log away from everybody else's.
    monkeypatch.setattr(logging.getLogger("uvicorn"), "propagate", True)
    answer = tess.post(f"/api/tasks/{task}/operations", json=op("text", epoch, line, text="x"))
    assert answer.status_code == 500
    until = time.monotonic() + 10  # the answer leaves before the line is logged
    while "ValueError at" not in caplog.text and time.monotonic() < until:
        time.sleep(0.01)
    assert "ValueError at" in caplog.text and Path(__file__).name in caplog.text
    assert CANARY not in answer.text + caplog.text


def test_passes_are_blind_to_reviewers_and_reviewers_are_held_to_language(
    client: Any, task: str, store: Store
):
    hand_over(client("tess"), task)
    with store.write() as db:
        add_user(db, "tam", PASSWORD, roles=["transcriber", "reviewer"])
        add_user(db, "fleur", PASSWORD, roles=["reviewer"], languages=["fr"])
        first = db.get_one(Task, task)
        db.add(
            Task(
                id=f"{task[:-2]}-b", recording=first.recording, track="b", duration=20,
                assignee=find_user(db, "tam").id,
            )
        )  # fmt: skip
    for name in ("tam", "fleur"):
        who = client(name)
        assert who.get(f"/api/tasks/{task}").status_code == 404
        assert who.post(f"/api/tasks/{task}/lease").status_code == 404
    assert client("rita").get(f"/api/tasks/{task}").status_code == 200
