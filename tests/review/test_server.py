"""The review editor over HTTP: edits, conflicts, leases, hand-over."""

from __future__ import annotations

from speechkit.review.export import export_corrections
from speechkit.review.schema import OperationRow, Task
from speechkit.review.store import Store
from speechkit.storage.corpus import Corpus
from tests.review.asking import one, op, send


def test_an_edit_is_applied_once(client, task: str) -> None:
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


def test_a_stale_edit_gets_three_ways(client, task: str) -> None:
    tess = client("tess")
    epoch = tess.lease(task)
    line = tess.task(task)["lines"][2]
    send(tess, task, op("text", epoch, line, text="theirs"))
    answer = send(tess, task, op("text", epoch, line, text="mine"), 409)
    assert answer["base"]["text"] == line["text"]
    assert answer["theirs"]["text"] == "theirs"


def test_every_kind_and_its_undo(client, task: str) -> None:
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


def test_an_older_lease_is_fenced_off(client, task: str) -> None:
    window, other = client("tess"), client("tess")
    old = window.lease(task)
    line = window.task(task)["lines"][0]
    new = other.lease(task)
    assert new == old + 1
    answer = send(window, task, op("accept", old, line), 409)
    assert answer["kind"] == "LeaseError"
    send(other, task, op("accept", new, line))


def test_a_lease_that_ran_out_can_be_taken_by_a_reviewer(client, task: str, store: Store) -> None:
    tess, rita = client("tess"), client("rita")
    epoch = tess.lease(task)
    assert tess.post(f"/api/tasks/{task}/submit", json={"epoch": epoch}).status_code == 200
    first = rita.lease(task)
    with store.write() as db:
        db.get_one(Task, task).lease_until = 0
    assert tess.post(f"/api/tasks/{task}/lease").status_code == 403  # handed over
    assert rita.lease(task) == first + 1


def test_hand_over_erases_texts_and_reaches_the_corpus(
    client, task: str, store: Store, corpus: Corpus
) -> None:
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
    assert export_corrections(corpus, store, "reference") == ()
    (done,) = export_corrections(corpus, store, "corrected")
    layer = corpus.get_layer(done.digest)
    assert layer.items[1].text == text
    assert layer.provenance.inputs["attributed"] == corpus.sessions()[0].layers["attributed"]
    again = export_corrections(corpus, store, "corrected")[0]
    assert again.digest == done.digest
    epoch = rita.lease(task)
    assert rita.post(f"/api/tasks/{task}/approve", json={"epoch": epoch}).status_code == 200
    assert export_corrections(corpus, store, "reference")[0].segments == 4


def test_nobody_approves_their_own(client, task: str, store: Store) -> None:
    tess = client("tess")
    epoch = tess.lease(task)
    tess.post(f"/api/tasks/{task}/submit", json={"epoch": epoch})
    with store.write() as db:
        from speechkit.review.accounts import find_user

        find_user(db, "tess").roles = ["transcriber", "reviewer"]
    assert tess.post(f"/api/tasks/{task}/lease").status_code == 403
