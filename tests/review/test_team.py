"""Working together: questions, reasons, what changed; who leads; a project from its start to its end."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from speechkit.cli.review import command
from speechkit.core.errors import UsageError
from speechkit.core.types import Layer, Provenance, Recording
from speechkit.review.agreement import agreements
from speechkit.review.audit import checkpoint, checkpoints, findings
from speechkit.review.load_drafts import create_tasks, draft_of
from speechkit.review.report import as_csv, left_to_do, stuck_tasks, work_report
from speechkit.review.schema import LineRow, OperationRow, RemarkRow, Task, User
from speechkit.review.store import Store, open_store
from speechkit.storage.corpus import Corpus
from tests.review.asking import Client, hand_over, one, op, send


def ask(who: Client, task: str, line: str, text: str) -> str:
    answer = who.post(f"/api/tasks/{task}/remarks", json={"line": line, "text": text})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def remarks(who: Client, task: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = who.get(f"/api/tasks/{task}/remarks").json()["remarks"]
    return found


def listed(who: Client, task: str) -> dict[str, Any]:
    return next(row for row in who.get("/api/tasks").json()["tasks"] if row["id"] == task)


# ---- questions and reasons


def test_a_question_is_asked_answered_and_erased_at_approval(client: Any, task: str, store: Store):
    tess, rita = client("tess"), client("rita")
    line = tess.task(task)["lines"][1]["id"]
    tess.lease(task)
    asked = ask(tess, task, line, "Is this the dose?")
    assert tess.post(
        f"/api/tasks/{task}/remarks", json={"line": "no-line", "text": "?"}
    ).status_code == 404  # fmt: skip
    assert listed(tess, task)["num_questions"] == 1
    hand_over(tess, task)
    (seen,) = remarks(rita, task)
    assert (seen["by"], seen["line"], seen["done"], seen["mine"]) == ("tess", line, False, False)
    body = {"remark": asked, "text": "yes, twice a day"}
    assert rita.post(f"/api/tasks/{task}/remarks/answer", json=body).status_code == 200
    assert [row["kind"] for row in remarks(tess, task)] == ["question", "answer"]
    assert all(row["done"] for row in remarks(tess, task))
    hand_over(rita, task, "approve")
    with store.read() as db:
        assert db.query(RemarkRow).count() == 0


def test_remarks_hide_what_the_text_hides(client: Any, task: str):
    tess = client("tess")
    line = tess.task(task)["lines"][1]["id"]
    ask(tess, task, line, "Is Marrow spelt so?")
    tess.lease(task)
    hand_over(tess, task)
    body = {"name": "rob", "roles": ["reviewer"]}
    password = client("root").post("/api/users", json=body).json()["password"]
    rob = client("tess")
    rob.cookies.clear()
    answer = rob.post("/api/login", json={"name": "rob", "password": password})
    assert answer.status_code == 200
    (seen,) = remarks(rob, task)
    assert "Marrow" not in seen["text"] and "⟦NAME⟧" in seen["text"]


def test_remarks_are_for_those_who_may_open_the_recording(client: Any, task: str):
    client("tess").lease(task)
    assert client("tom").get(f"/api/tasks/{task}/remarks").status_code == 404
    assert client("tom").get(f"/api/tasks/{task}/history").status_code == 404
    assert client("tom").get(f"/api/tasks/{task}/changes").status_code == 404
    assert client("tom").get(f"/api/tasks/{task}/mutes").status_code == 404


def test_what_is_given_back_says_why_until_it_is_handed_over_again(client: Any, task: str):
    tess, rita = client("tess"), client("rita")
    hand_over(tess, task)
    assert not listed(tess, task)["given_back"]
    step = {"epoch": rita.lease(task), "reason": "numbers as digits, please"}
    assert rita.post(f"/api/tasks/{task}/return", json=step).status_code == 200
    assert listed(tess, task)["given_back"]
    (reason,) = remarks(tess, task)
    assert (reason["by"], reason["kind"]) == ("rita", "reason")
    assert reason["text"] == "numbers as digits, please"
    hand_over(tess, task)
    assert not listed(rita, task)["given_back"]
    assert remarks(tess, task)[0]["done"]


# ---- what is worth a look, and what can be undone


def test_a_reviewer_finds_what_was_changed(client: Any, task: str):
    tess, rita = client("tess"), client("rita")
    lines = tess.task(task)["lines"]
    epoch = tess.lease(task)
    assert tess.get(f"/api/tasks/{task}/changes").json() == {"lines": []}
    send(tess, task, op("text", epoch, lines[3], text="since the fourth of May I think"))
    send(tess, task, op("speaker", epoch, lines[2], speaker="B"))
    hand_over(tess, task)
    changed = rita.get(f"/api/tasks/{task}/changes").json()["lines"]
    assert changed == [lines[2]["id"], lines[3]["id"]]


def test_undo_goes_on_where_it_was_before_the_page_was_left(client: Any, task: str, store: Store):
    tess = client("tess")
    first, second = tess.task(task)["lines"][:2]
    epoch = tess.lease(task)
    kept = op("text", epoch, first, text="one")
    send(tess, task, kept)
    undone = op("text", epoch, second, text="two")
    changed = one(send(tess, task, undone))
    back = op("undo", epoch, changed, undoes=undone["op_id"])
    send(tess, task, back)
    history = tess.get(f"/api/tasks/{task}/history").json()
    assert [step["op_id"] for step in history["undoable"]] == [kept["op_id"]]
    assert history["undoable"][0]["before"][first["id"]]["text"] == first["text"]
    assert [step["op_id"] for step in history["redoable"]] == [back["op_id"]]
    assert history["redoable"][0]["before"][second["id"]]["text"] == "two"
    # Another person's edits are not one's own to undo, and hidden words stay hidden.
    assert client("root").get(f"/api/tasks/{task}/history").json()["undoable"] == []
    hand_over(tess, task)
    assert tess.get(f"/api/tasks/{task}/history").json() == {"undoable": [], "redoable": []}


# ---- known answers


def test_known_answers_cannot_be_told_from_other_work(
    corpus: Corpus, store: Store, task: str, client: Any
):
    session = corpus.sessions()[0]
    draft = draft_of(corpus, session)
    assert draft is not None
    said = Layer(
        name="reference", kind="segments", recording=session.recording.id, items=draft.items,
        provenance=Provenance(stage="test", version="1"),
    )  # fmt: skip
    corpus.add_layer(session.recording.id, said)
    run("plant", corpus, "--user", "tess")
    tess, root = client("tess"), client("root")
    with store.read() as db:
        (planted,) = (row.id for row in db.query(Task) if row.known)
    mine, other = listed(tess, planted), listed(client("tom"), task)
    differs = {key for key in mine if mine[key] != other[key]}
    assert differs <= {"id", "audit_share"}, differs
    hand_over(tess, planted)
    assert listed(tess, planted)["state"] == "submitted"  # as if a reviewer were to see it
    assert listed(root, planted)["state"] == "approved"


# ---- leading


def test_who_leads_cares_for_accounts_in_the_browser(client: Any, url: str):
    root, tess = client("root"), client("tess")
    for method, path in (("GET", "/api/users"), ("GET", "/api/lead"), ("GET", "/api/lead/pay.csv")):
        assert tess.request(method, path).status_code == 403
    assert tess.post("/api/users", json={"name": "x", "roles": ["admin"]}).status_code == 403
    assert tess.put("/api/users", json={"name": "tess", "hear_raw": True}).status_code == 403
    assert tess.post("/api/users/password", json={"name": "root"}).status_code == 403
    made = root.post("/api/users", json={"name": "nina", "roles": ["transcriber"]}).json()
    nina = Client(base_url=url)
    wanted = {"name": "nina", "password": made["password"]}
    assert nina.post("/api/login", json=wanted).status_code == 200
    changed = root.put("/api/users", json={"name": "nina", "languages": ["es"], "hear_raw": True})
    assert changed.json()["user"]["languages"] == ["es"]
    assert nina.get("/api/me").status_code == 401  # her sessions ended
    fresh = root.post("/api/users/password", json={"name": "nina"}).json()["password"]
    assert nina.post("/api/login", json=wanted).status_code == 401
    assert nina.post("/api/login", json=wanted | {"password": fresh}).status_code == 200
    assert nina.get("/api/me").json()["hear_raw"] is True
    root.put("/api/users", json={"name": "nina", "disabled": True})
    assert nina.get("/api/me").status_code == 401
    for lost in ({"disabled": True}, {"roles": ["auditor"]}):
        assert root.put("/api/users", json={"name": "root", **lost}).status_code == 403
    nina.close()


def test_what_the_team_shares(client: Any):
    root, tess = client("root"), client("tess")
    shared = {
        "guidelines": "Write numbers as digits.",
        "expansions": {"htn": "hypertension"},
        "words": ["ramipril"],
    }
    assert tess.put("/api/project", json=shared).status_code == 403
    assert root.put("/api/project", json=shared).status_code == 200
    assert tess.get("/api/project").json() == shared | {"closed": False}


def test_work_is_shared_out_with_a_date_and_reopened(client: Any, task: str):
    root, tess, rita = client("root"), client("tess"), client("rita")
    body = {"tasks": [task], "people": ["tess"], "due": "2026-12-01"}
    assert tess.post("/api/lead/assign", json=body).status_code == 403
    assert root.post("/api/lead/assign", json=body).json()["assigned"] == {task: "tess"}
    row = listed(root, task)
    assert (row["assignee"], row["due"]) == ("tess", "2026-12-01")
    assert listed(tess, task)["assignee"] == ""  # who else works here is not everybody's to know
    assert root.post("/api/lead/reopen", json={"task": task}).status_code == 422
    hand_over(tess, task)
    hand_over(rita, task, "approve")
    assert tess.post("/api/lead/reopen", json={"task": task}).status_code == 403
    assert root.post("/api/lead/reopen", json={"task": task}).status_code == 200
    hand_over(tess, task)


def test_time_counts_while_somebody_works_and_recordings_count_once(
    client: Any, task: str, store: Store
):
    tess, rita = client("tess"), client("rita")
    epoch = tess.lease(task)
    for number in range(4):
        line = tess.task(task)["lines"][0]
        send(tess, task, op("text", epoch, line, text=f"take {number}"))
    monday = 1_795_996_800.0  # 2026-11-30, 00:00 UTC
    with store.write() as db:
        rows = db.query(OperationRow).order_by(OperationRow.number).all()
        # Two minutes of work, a break of an hour, one more minute.
        for row, at in zip(rows, (0, 120, 3720, 3780), strict=True):
            row.when = monday + at
        assert stuck_tasks(db, monday + 2 * 86400) == set()
        assert stuck_tasks(db, monday + 7 * 86400) == {task}
        assert left_to_do(db, monday).recordings == 1
    hand_over(tess, task)
    hand_over(rita, task, "return")
    hand_over(tess, task)  # it is the same recording
    with store.read() as db:
        report = work_report(db)
        words = sum(len(text.split()) for text in _texts(db, task))
    row = next(row for row in report if row.week == "2026-11-30" and row.edits)
    assert (row.name, row.edits, row.active_hours) == ("tess", 4, 0.05)
    handed = [row for row in report if row.recordings]
    assert [(row.name, row.recordings, row.words) for row in handed] == [("tess", 1, words)]
    assert handed[0].sound_minutes == round(20 / 60, 2)


def _texts(db: Any, task: str) -> list[str]:
    from speechkit.review.tasks import lines_of_task

    return [line.text for line in lines_of_task(db, task)]


def test_a_name_is_not_a_formula(store: Store, client: Any, task: str):
    with store.write() as db:
        db.execute(update(User).where(User.name == "tess").values(name="=1+1"))
    who = client("=1+1")
    hand_over(who, task)
    with store.read() as db:
        (row,) = csv.DictReader(io.StringIO(as_csv(work_report(db))))
    assert row["name"] == "'=1+1" and row["recordings"] == "1"
    answer = client("root").get("/api/lead/pay.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "'=1+1" in answer.text


# ---- a project


def run(name: str, corpus: Corpus, *options: str) -> str:
    result = CliRunner().invoke(command, [name, str(corpus.root), *options])
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output


def test_a_backup_is_taken_while_people_work_and_put_back(
    corpus: Corpus, store: Store, client: Any, task: str, tmp_path: Path
):
    tess = client("tess")
    epoch = tess.lease(task)
    line = tess.task(task)["lines"][0]
    line = one(send(tess, task, op("text", epoch, line, text="as it was")))
    copy = tmp_path / "backup.sqlite3"
    run("backup", corpus, str(copy))
    assert copy.stat().st_mode & 0o077 == 0
    with pytest.raises(UsageError, match="exists already"):
        CliRunner().invoke(command, ["backup", str(corpus.root), str(copy)], catch_exceptions=False)
    send(tess, task, op("text", epoch, line, text="lost"))
    with store.read() as db:
        checkpoint(db, corpus)
    store.close()
    refused = CliRunner().invoke(command, ["restore", str(corpus.root), str(copy)])
    assert refused.exit_code == 2
    run("restore", corpus, str(copy), "--yes")
    again = open_store(corpus.root)
    with again.read() as db:
        assert _texts(db, task)[0] == "as it was"
        # What was done since is gone, and that shows.
        assert findings(db, checkpoints(corpus)) != []
        assert findings(db) == []
    again.close()
    broken = tmp_path / "broken.sqlite3"
    broken.write_bytes(b"no database")
    with pytest.raises(UsageError, match="not a review database"):
        CliRunner().invoke(
            command, ["restore", str(corpus.root), str(broken), "--yes"], catch_exceptions=False
        )


def test_recordings_are_added_while_the_editor_runs(
    corpus: Corpus, store: Store, client: Any, add: Callable[..., Recording]
):
    rita = client("root")
    before = len(rita.get("/api/tasks").json()["tasks"])
    add(corpus, 5)
    assert len(rita.get("/api/tasks").json()["tasks"]) == before
    run("load", corpus)
    assert len(rita.get("/api/tasks").json()["tasks"]) == before + 1


def test_a_closed_project_can_be_read_and_nothing_else(
    corpus: Corpus, client: Any, task: str, store: Store
):
    tess = client("tess")
    epoch = tess.lease(task)
    line = tess.task(task)["lines"][0]
    run("close", corpus)
    assert tess.task(task)["editable"] is False
    assert tess.post(f"/api/tasks/{task}/lease").status_code == 403
    send(tess, task, op("text", epoch, line, text="no more"), 409)
    with store.read() as db:
        assert db.get_one(LineRow, (task, line["id"])).rev == line["rev"]
    run("open", corpus)
    send(tess, task, op("text", tess.lease(task), line, text="some more"))


def test_an_approved_recording_is_reopened(corpus: Corpus, client: Any, task: str):
    tess, rita = client("tess"), client("rita")
    hand_over(tess, task)
    hand_over(rita, task, "approve")
    assert tess.task(task)["editable"] is False
    run("reopen", corpus, "--task", task)
    assert tess.task(task)["editable"] is True
    assert "name,week,active_hours" in run("report", corpus, "--csv")


def test_why_there_is_no_clean_copy(
    corpus: Corpus, store: Store, client: Any, add: Callable[..., Recording]
):
    recording = add(corpus, 7, redacted=False)
    create_tasks(corpus, store)
    row = listed(client("tess"), f"{recording.id}-a")
    assert row["no_clean_copy"] == "its redacted copy was not made yet"
    withheld = client("tom").get("/api/tasks").json()["withheld"]
    assert withheld == {"count": 1, "reasons": ["its redacted copy was not made yet"]}


def test_texts_are_compared_as_their_language_has_it(corpus: Corpus, store: Store):
    asked: list[str] = []

    def tokens_of(language: str) -> Callable[[str], list[str]]:
        asked.append(language)
        return str.split

    with store.write() as db:
        first = db.query(Task).one()
        first.state, first.language, first.assignee = "submitted", "es", 1
        db.flush()
        from speechkit.review.load_drafts import add_pass
        from speechkit.review.tasks import lines_of_task

        add_pass(db, first, "b", lines_of_task(db, first.id), assignee=2).state = "submitted"
        db.flush()
        agreements(db, tokens_of)
    assert asked == ["es"]


def test_what_is_handed_over_expects_no_errors(client: Any, task: str, store: Store):
    with store.write() as db:
        db.get_one(Task, task).priority = 3.0
    assert listed(client("tess"), task)["priority"] == 3.0
    hand_over(client("tess"), task)
    assert listed(client("tess"), task)["priority"] == 0.0


def test_a_misspelled_address_is_a_page_for_people(client: Any):
    tess = client("tess")
    page = tess.get("/editr", headers={"accept": "text/html"})
    assert page.status_code == 404 and "There is no such page" in page.text
    assert tess.get("/api/nothing").json() == {"error": "there is nothing at this address"}


def test_the_log_says_about_what_was_played(client: Any, task: str, store: Store):
    """A browser asks for all that is left of a file and plays a little of it."""
    tess = client("tess")
    sound = f"/api/tasks/{task}/audio"
    raw = tess.get(sound, params={"variant": "raw"}, headers={"range": "bytes=44-"})
    assert raw.status_code == 206 and len(raw.content) == 10 * 2 * 16_000
    clean = tess.get(sound, params={"variant": "redacted"}, headers={"range": "bytes=44-"})
    assert len(clean.content) == 20 * 2 * 16_000
