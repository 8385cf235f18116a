"""Known answers, and what they say of somebody's work."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from speechkit.cli.review import command
from speechkit.core.types import Layer, Provenance, Segment
from speechkit.review.export import export_corrections
from speechkit.review.honeypots import answers
from speechkit.review.schema import Task
from speechkit.review.store import Store
from speechkit.storage.corpus import Corpus


def segment(name: str, start: float, text: str) -> Segment:
    return Segment(id=name, start=start, end=start + 1, text=text)


def review(*words: object) -> str:
    result = CliRunner().invoke(command, [str(word) for word in words])
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def test_an_answer_is_known_only_where_both_ends_are_certain() -> None:
    draft = [
        segment("1", 0, "it hurts hear a lot"),
        segment("2", 1, "no not now"),
        segment("3", 2, "ok"),
    ]
    said = [segment("r", 0, "It hurts here a lot. So, not now. Ok.")]
    found = answers(
        draft, said, lambda text: text.lower().replace(",", "").replace(".", "").split()
    )
    assert set(found) == {"1"}  # the second one begins with an error, the third is too short
    assert (found["1"].said, found["1"].before) == ("it hurts here a lot".split(), 1)


@pytest.fixture
def known(corpus: Corpus) -> Corpus:
    session = corpus.sessions()[0]
    draft = corpus.layer(session, "attributed")
    assert draft is not None
    right = {"nane": "name", "forth": "fourth"}
    said = tuple(
        Segment(
            id=s.id, start=s.start, end=s.end,
            text=" ".join(right.get(word, word) for word in s.text.split()),
        )
        for s in draft.items
    )  # fmt: skip
    layer = Layer(
        name="reference", kind="segments", recording=session.recording.id, items=said,
        provenance=Provenance(stage="test", version="1"),
    )  # fmt: skip
    corpus.add_layer(session.recording.id, layer)
    return corpus


def test_what_came_of_known_lines(known: Corpus, store: Store, task: str, client) -> None:
    review("plant", known.root, "--to", "tess", "--lines", "2")
    with store.read() as db:
        (planted,) = (one for one in db.query(Task) if one.known)
        name = planted.id
    assert name == task.removesuffix("-a") + "-c"
    tess = client("tess")
    shown = tess.task(name)
    assert "known" not in shown and len(shown["lines"]) == 2
    assert client("tom").get(f"/api/tasks/{name}").status_code == 404
    epoch = tess.lease(name)
    wrong = next(
        line for line in shown["lines"] if "forth" in line["text"] or "nane" in line["text"]
    )
    fixed = wrong["text"].replace("forth", "fourth").replace("nane", "name") + " well"
    asked = {
        "op_id": "one", "kind": "text", "lease_epoch": epoch, "segment": wrong["id"],
        "base_rev": wrong["rev"], "text": fixed,
    }  # fmt: skip
    assert tess.post(f"/api/tasks/{name}/operations", json=asked).status_code == 200
    assert tess.post(f"/api/tasks/{name}/submit", json={"epoch": epoch}).status_code == 200

    (row,) = json.loads(review("quality", known.root, "--json"))
    words = row["known_words"]
    assert (row["name"], row["handed_over"], row["decided_words"]) == ("tess", 1, 0)
    # One error fixed, one made.
    assert row["draft_wer"] == row["known_wer"] == round(1 / words, 4)
    assert export_corrections(known, store, "corrected") == ()
    # Who has seen a recording is given no known lines of it again.
    review("plant", known.root, "--to", "tess")
    with store.read() as db:
        assert sum(bool(one.known) for one in db.query(Task)) == 1


def test_passes_are_made_and_given_to_whom_they_fit(
    corpus: Corpus, store: Store, task: str, client
) -> None:
    review("assign", corpus.root, "--to", "tess")
    review("assign", corpus.root, "--second-pass", "--to", "tom")
    second = task.removesuffix("-a") + "-b"
    with store.read() as db:
        given = {one.id: one.assignee for one in db.query(Task)}
    assert set(given) == {task, second} and given[task] != given[second]
    # Nobody gets both: what is for anybody goes to whom it fits.
    review("assign", corpus.root, "--to", "tess")
    with store.read() as db:
        assert {one.id: one.assignee for one in db.query(Task)} == given
    refused = CliRunner().invoke(
        command, ["assign", str(corpus.root), "--to", "tess", "--task", second]
    )
    assert "passes are blind" in str(refused.exception)
    for name, who in ((task, client("tess")), (second, client("tom"))):
        epoch = who.lease(name)
        if name == task:
            line = who.task(name)["lines"][3]
            asked = {
                "op_id": "two", "kind": "text", "lease_epoch": epoch, "segment": line["id"],
                "base_rev": line["rev"], "text": line["text"].replace("forth", "fourth"),
            }  # fmt: skip
            assert who.post(f"/api/tasks/{name}/operations", json=asked).status_code == 200
        assert who.post(f"/api/tasks/{name}/submit", json={"epoch": epoch}).status_code == 200
    refused = CliRunner().invoke(
        command, ["assign", str(corpus.root), "--adjudicate", "--to", "rita"]
    )
    assert "adjudicator" in str(refused.exception)
    review("assign", corpus.root, "--adjudicate", "--to", "ada")
    (found,) = json.loads(review("agreement", corpus.root, "--json"))
    assert (found["first"], found["second"]) == ("tess", "tom") and found["wer"] > 0
    third = task.removesuffix("-a") + "-adjudicated"
    ada = client("ada")
    assert (
        ada.post(f"/api/tasks/{third}/submit", json={"epoch": ada.lease(third)}).status_code == 200
    )
    rows = {row["name"]: row for row in json.loads(review("quality", corpus.root, "--json"))}
    assert set(rows) == {"tess", "tom"}
    # The decision began with the first pass and stayed so: the other one missed its correction.
    assert rows["tess"]["decided_wer"] == 0 < rows["tom"]["decided_wer"]
    (done,) = export_corrections(corpus, store, "reference")
    assert done.task == third
