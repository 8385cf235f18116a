"""The desk over HTTP: edits, conflicts, leases, hand-over, and who may do and hear what."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
import numpy as np
import pytest

from speechkit.core.corpus import Corpus
from speechkit.review.audit import findings
from speechkit.review.export import export
from speechkit.review.load import load
from speechkit.review.schema import AuditRow, OperationRow, Task
from speechkit.review.store import Store

PASSWORD = "correct horse battery"
Client = Any  # of conftest.py
SECRETS = ("Quillfeather", "Zebedee", "Marrow")
_number = iter(range(10**9))


def op(kind: str, epoch: int, line: dict, **more):
    return {
        "op_id": f"op-{next(_number)}-{time.time_ns()}", "kind": kind, "lease_epoch": epoch,
        "segment": line["id"], "base_rev": line["rev"], **more,
    }  # fmt: skip


def send(who: Client, task: str, asked: dict, status: int = 200) -> dict:
    answer = who.post(f"/api/tasks/{task}/operations", json=asked)
    assert answer.status_code == status, answer.text
    return answer.json()


def one(answer: dict) -> dict:
    (line,) = answer["lines"]
    return line


def test_an_edit_is_applied_once(client, task):
    tess = client("tess")
    epoch = tess.lease(task)
    line = tess.task(task)["lines"][2]
    asked = op("text", epoch, line, text="since when have you had this")
    first, again = send(tess, task, asked), send(tess, task, asked)
    assert one(first)["text"] == "since when have you had this"
    assert one(first)["rev"] == line["rev"] + 1
    assert (first["replayed"], again["replayed"]) == (False, True)
    assert again["num_edits"] == 1
    assert send(tess, task, asked | {"text": "other"}, 409)["kind"] == "ReusedError"


def test_a_stale_edit_gets_three_ways(client, task):
    tess = client("tess")
    epoch = tess.lease(task)
    line = tess.task(task)["lines"][2]
    send(tess, task, op("text", epoch, line, text="theirs"))
    answer = send(tess, task, op("text", epoch, line, text="mine"), 409)
    assert answer["base"]["text"] == line["text"]
    assert answer["theirs"]["text"] == "theirs"


def test_every_kind_and_its_undo(client, task):
    tess = client("tess")
    epoch = tess.lease(task)
    before = tess.task(task)["lines"]
    a, b = before[1], before[2]
    cut = a["text"].index("and")
    kinds = [
        op("text", epoch, a, text="hello my name is Zebedee Marrow"),
        op("split", epoch, a, at=cut, new="n-1"),
        op("merge", epoch, a, next=b["id"], next_rev=b["rev"]),
        op("retime", epoch, a, start=4.0, end=7.5),
        op("speaker", epoch, a, speaker="C"),
        op("speaker", epoch, a, speaker="C", everywhere=True),
        op("labels", epoch, a, labels=["noise", "symptom:chest-pain"]),
        op("mark", epoch, b, start=0, end=5, identifier="DATE"),
        op("unmark", epoch, a, start=17, end=20),
        op("accept", epoch, a),
        op("delete", epoch, a),
        op("insert", epoch, {"id": "n-2", "rev": 0}, start=1, end=2, speaker="A"),
    ]

    def state():
        return [{**line, "rev": 0} for line in tess.task(task)["lines"]]

    start = state()
    for asked in kinds:
        fresh = {line["id"]: line["rev"] for line in tess.task(task)["lines"]}
        asked["base_rev"] = fresh.get(asked["segment"], 0)
        if "next" in asked:
            asked["next_rev"] = fresh[asked["next"]]
        send(tess, task, asked)
        changed = state()
        assert changed != start, asked["kind"]
        undo = op("undo", epoch, {"id": asked["segment"], "rev": 0}, undoes=asked["op_id"])
        send(tess, task, undo)
        assert state() == start, asked["kind"]
        redo = op("undo", epoch, {"id": asked["segment"], "rev": 0}, undoes=undo["op_id"])
        send(tess, task, redo)
        assert state() == changed, asked["kind"]
        send(tess, task, op("undo", epoch, {"id": "x", "rev": 0}, undoes=redo["op_id"]))


def test_an_older_lease_is_fenced_off(client, task):
    window, other = client("tess"), client("tess")
    old = window.lease(task)
    line = window.task(task)["lines"][0]
    new = other.lease(task)
    assert new == old + 1
    answer = send(window, task, op("accept", old, line), 409)
    assert answer["kind"] == "LeaseError"
    send(other, task, op("accept", new, line))


def test_a_lease_that_ran_out_can_be_taken_by_a_reviewer(client, task, store: Store):
    tess, rita = client("tess"), client("rita")
    epoch = tess.lease(task)
    assert tess.post(f"/api/tasks/{task}/submit", json={"epoch": epoch}).status_code == 200
    first = rita.lease(task)
    with store.write() as db:
        db.get_one(Task, task).lease_until = 0
    assert tess.post(f"/api/tasks/{task}/lease").status_code == 403  # handed over
    assert rita.lease(task) == first + 1


def test_hand_over_erases_texts_and_reaches_the_corpus(client, task, store: Store, corpus: Corpus):
    tess, rita = client("tess"), client("rita")
    epoch = tess.lease(task)
    line = tess.task(task)["lines"][1]
    text = line["text"].replace("nane", "name")
    send(tess, task, op("text", epoch, line, text=text))
    assert tess.post(f"/api/tasks/{task}/submit", json={"epoch": epoch}).json() == {
        "state": "submitted"
    }
    with store.read() as db:
        assert all(not row.before + row.after for row in db.query(OperationRow))
    assert export(corpus, store, "reference") == ()
    (done,) = export(corpus, store, "corrected")
    layer = corpus.get_layer(done.digest)
    assert layer.items[1].text == text
    assert layer.provenance.inputs["attributed"] == corpus.sessions()[0].layers["attributed"]
    again = export(corpus, store, "corrected")[0]
    assert again.digest == done.digest
    epoch = rita.lease(task)
    assert rita.post(f"/api/tasks/{task}/approve", json={"epoch": epoch}).status_code == 200
    assert export(corpus, store, "reference")[0].segments == 4


def test_nobody_approves_their_own(client, task, store: Store):
    tess = client("tess")
    epoch = tess.lease(task)
    tess.post(f"/api/tasks/{task}/submit", json={"epoch": epoch})
    with store.write() as db:
        from speechkit.review.accounts import find_user

        find_user(db, "tess").roles = ["transcriber", "reviewer"]
    assert tess.post(f"/api/tasks/{task}/lease").status_code == 403


# ---- what is hidden


def test_without_the_right_no_answer_holds_an_identifier(client, task, corpus: Corpus):
    tom = client("tom")
    epoch = tom.lease(task)
    lines = tom.task(task)["lines"]
    answers = [tom.get(f"/api/tasks/{task}").text]
    answers += [tom.get(f"/api/tasks/{task}/lines/{x['id']}/versions").text for x in lines]
    text = lines[1]["text"].replace("nane", "name")
    changed = send(tom, task, op("text", epoch, lines[1], text=text))
    answers += [str(changed), str(send(tom, task, op("accept", epoch, lines[1]), 409))]
    answers += [str(send(tom, task, op("text", epoch, one(changed), text="gone"), 422))]
    answers += [str(send(tom, task, op("unmark", epoch, one(changed), start=18, end=25), 403))]
    for answer in answers:
        assert not any(secret in answer for secret in SECRETS)
    # What was hidden is still there, in its place.
    tom.post(f"/api/tasks/{task}/submit", json={"epoch": epoch})
    line = client("rita").task(task)["lines"][1]
    assert line["text"] == "hello my name is Zebedee Marrow and my chest hurts"
    (mark,) = line["marks"]
    assert line["text"][mark["start"] : mark["end"]] == "Zebedee Marrow"


def audio(who: Client, task: str, variant: str | None = None, **headers) -> httpx.Response:
    params = {} if variant is None else {"variant": variant}
    return who.get(f"/api/tasks/{task}/audio", params=params, headers=headers)


def test_raw_audio_is_refused_on_every_route(client, task, corpus: Corpus, url: str):
    raw = corpus.audio_path(corpus.sessions()[0].recording).read_bytes()[44:2000]
    for name in ("tom", "aud", "root"):
        who = client(name)
        for variant in ("raw", "preview"):
            assert audio(who, task, variant).status_code == 403
            assert who.get(f"/api/tasks/{task}/peaks?variant={variant}").status_code in (403, 422)
        got = audio(who, task)
        assert got.status_code == 200
        samples = np.frombuffer(got.content[44:], "<i2")
        # The copy is a constant, the recording noise of both signs: not a sample of that.
        assert samples.min() >= -2000 and np.median(samples) == 8192
        uri = corpus.sessions()[0].recording.audio.uri
        for path in (f"/{uri}", f"/web/../{uri}", f"/web/%2e%2e/%2e%2e/{uri}", f"/web//{uri}"):
            got = who.get(path)
            assert got.status_code in (404, 405) and raw not in got.content
    assert httpx.Client(base_url=url).get(f"/api/tasks/{task}/audio").status_code == 401


def test_who_heard_unredacted_audio_is_in_the_log(client, task, store: Store):
    tess, tom = client("tess"), client("tom")
    audio(tom, task)
    audio(tom, task, "raw")  # refused
    audio(tess, task, "redacted")
    tess.head(f"/api/tasks/{task}/audio?variant=raw")
    at = 44 + 2 * 16_000  # bytes: the first second
    audio(tess, task, "raw", range=f"bytes={at}-{at + 31_999}")
    audio(tess, task, "preview")
    with store.read() as db:
        rows = [row for row in db.query(AuditRow).order_by(AuditRow.number) if row.event == "heard"]
        assert findings(db) == []
    assert [row.who for row in rows] == ["tess", "tess"]
    part, whole = (json.loads(row.facts) for row in rows)
    assert part == {"task": task, "variant": "raw", "start": 1, "end": 2}
    assert (whole["variant"], whole["start"]) == ("preview", 0)


def test_what_is_marked_since_is_muted_at_once(client, task):
    tom = client("tom")
    epoch = tom.lease(task)
    line = tom.task(task)["lines"][2]

    def middle(word: int) -> set[int]:
        at = int((line["words"][word]["start"] + 0.2) * 16000) * 2 + 44
        got = audio(tom, task, range=f"bytes={at}-{at + 99}")
        assert got.status_code == 206 and len(got.content) == 100
        return set(np.frombuffer(got.content, "<i2"))

    assert 0 not in middle(5)
    start = line["text"].index("had")
    send(tom, task, op("mark", epoch, line, start=start, end=start + 3, identifier="OTHER_ID"))
    assert middle(4) == {0}
    assert 0 not in middle(0)


def test_no_redacted_copy_means_no_access(client, corpus: Corpus, store: Store, add):
    recording = add(corpus, 7, redacted=False)
    load(corpus, store)
    name = f"{recording.id}-a"
    tom, tess = client("tom"), client("tess")
    assert name in tess.get("/api/tasks").text
    assert name not in tom.get("/api/tasks").text
    assert tom.get(f"/api/tasks/{name}").status_code == 403
    assert tom.post(f"/api/tasks/{name}/lease").status_code == 403
    assert audio(tom, name).status_code == 403
    assert tom.get(f"/api/tasks/{name}/peaks").status_code == 403
    assert audio(tess, name, "raw").status_code == 200


def test_ranges(client, task):
    tess = client("tess")
    whole = audio(tess, task, "raw")
    size = len(whole.content)
    assert whole.headers["cache-control"] == "no-store"
    assert whole.content[36:40] == b"data"
    part = audio(tess, task, "raw", range="bytes=100-199")
    assert part.content == whole.content[100:200]
    assert part.headers["content-range"] == f"bytes 100-199/{size}"
    assert audio(tess, task, "raw", range="bytes=-10").content == whole.content[-10:]
    assert audio(tess, task, "raw", range=f"bytes={size}-").status_code == 416
    head = tess.head(f"/api/tasks/{task}/audio?variant=raw")
    assert head.headers["content-length"] == str(size) and head.content == b""


# ---- accounts


def test_who_may_do_what(client, task, url: str):
    assert httpx.Client(base_url=url).get("/api/tasks").status_code == 401
    for name in ("aud", "root", "rita", "ada"):
        assert client(name).post(f"/api/tasks/{task}/lease").status_code in (403, 404), name
    for name, status in (("aud", 200), ("root", 200), ("tess", 403), ("rita", 403)):
        assert client(name).get("/api/audit").status_code == status


def test_somebodys_task_is_nobody_elses(client, task):
    client("tess").lease(task)
    tom = client("tom")
    assert tom.get(f"/api/tasks/{task}").status_code == 404
    assert audio(tom, task).status_code == 404


@pytest.mark.parametrize("header", [{}, {"x-csrf-token": "wrong"}])
def test_csrf(client, task, header):
    tess = client("tess")
    del tess.headers["x-csrf-token"]
    assert tess.post(f"/api/tasks/{task}/lease", headers=header).status_code == 403


@pytest.mark.parametrize(
    "header", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}]
)
def test_other_sites_are_refused(client, task, header):
    assert client("tess").post(f"/api/tasks/{task}/lease", headers=header).status_code == 403


def test_other_host_names_are_refused(url: str):
    assert httpx.get(f"{url}/login", headers={"host": "evil.example"}).status_code == 421


def test_headers(url: str):
    for path in ("/", "/login", "/desk", "/api/me", "/nowhere", "/web/desk.js"):
        headers = httpx.get(url + path).headers
        csp = headers["content-security-policy"]
        assert "default-src 'none'" in csp and "unsafe" not in csp
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers


def test_the_cookie_is_out_of_reach(url: str):
    answer = httpx.post(f"{url}/api/login", json={"name": "tess", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie


def test_guessing_is_slowed_down(url: str):
    for status in [401] * 5 + [429]:
        answer = httpx.post(f"{url}/api/login", json={"name": "tess", "password": "wrong wrong"})
        assert answer.status_code == status
    answer = httpx.post(f"{url}/api/login", json={"name": "tess", "password": PASSWORD})
    assert answer.status_code == 429


def test_logout_and_new_password_end_the_session(client, url: str):
    tess = client("tess")
    assert tess.post("/api/logout").status_code == 200
    assert tess.get("/api/me").status_code == 401
    tess = client("tess")
    new = {"old": PASSWORD, "new": "another long phrase"}
    assert tess.post("/api/password", json=new | {"old": "wrong"}).status_code == 400
    assert tess.post("/api/password", json=new | {"new": "short"}).status_code == 422
    assert tess.post("/api/password", json=new).status_code == 200
    assert tess.get("/api/me").status_code == 401


def test_a_session_ends_when_idle(client, store: Store):
    tess = client("tess")
    from speechkit.review.schema import Login

    with store.write() as db:
        for login in db.query(Login):
            login.seen -= 31 * 60
    assert tess.get("/api/me").status_code == 401


# ---- the audit log


def test_the_audit_log_says_who_did_what_and_holds_no_text(client, task, store: Store):
    tess = client("tess")
    epoch = tess.lease(task)
    line = tess.task(task)["lines"][1]
    send(tess, task, op("text", epoch, line, text="Zebedee said more"))
    with store.read() as db:
        rows = list(db.query(AuditRow).order_by(AuditRow.number))
        assert findings(db) == []
    assert [row.event for row in rows[-3:]] == ["login", "lease", "edit"]
    assert rows[-1].who == "tess"
    assert not any(word in row.facts for row in rows for word in (*SECRETS, "chest"))


@pytest.mark.parametrize("harm", ["change", "remove", "cut"])
def test_a_harmed_audit_log_shows(client, store: Store, harm: str):
    client("tess")
    with store.write() as db:
        last = db.query(AuditRow).order_by(AuditRow.number.desc()).first()
        if harm == "change":
            last.who = "somebody"
        elif harm == "remove":
            db.delete(db.get_one(AuditRow, 3))
        else:
            db.delete(last)
    with store.read() as db:
        assert findings(db)
