"""Agreement against published worked examples, and on two passes made by hand."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from speechkit.core.types import Identifier
from speechkit.review.access import ADJUDICATED
from speechkit.review.agreement import agreements, krippendorff_alpha
from speechkit.review.edit import mark, set_text
from speechkit.review.line import decode, encode
from speechkit.review.load_drafts import LoadOptions, adjudications, second_passes
from speechkit.review.schema import Task
from speechkit.review.store import Store
from speechkit.review.tasks import present_rows
from speechkit.storage.corpus import Corpus


def column(text: str) -> list[int | None]:
    return [None if value == "." else int(value) for value in text.split()]


def test_alpha_of_krippendorffs_own_example() -> None:
    # Krippendorff (2011), section C: four observers, twelve units, missing data.
    observers = [
        column("1 2 3 3 2 1 4 1 2 . . ."),
        column("1 2 3 3 2 2 4 1 2 5 . 3"),
        column(". 3 3 3 2 3 4 2 2 5 1 ."),
        column("1 2 3 3 2 4 4 1 2 5 1 ."),
    ]
    alpha = krippendorff_alpha(zip(*observers, strict=True))
    assert alpha == pytest.approx(0.743, abs=0.0005)


def test_alpha_is_one_for_equals_and_none_where_nothing_varies() -> None:
    assert krippendorff_alpha([("a", "a"), ("b", "b")]) == 1
    assert krippendorff_alpha([("a", "a"), ("a", "a")]) is None
    assert krippendorff_alpha([]) is None


def test_two_passes(corpus: Corpus, store: Store, task: str) -> None:
    with store.write() as db:
        (second,) = second_passes(corpus, db, LoadOptions())
        rows = present_rows(db, second)
        two, four = decode(rows[1].content), decode(rows[3].content)
        rows[1].content = encode(set_text(two, two.text.replace("nane", "name")))
        at = four.text.index("May")
        rows[3].content = encode(mark(replace(four, speaker="A"), at, at + 3, Identifier.DATE))
        for name in (task, second):
            db.get_one(Task, name).state = "submitted"
    with store.read() as db:
        (found,) = agreements(db)
    words = sum(len(text.split()) for text in ("", *(decode(r.content).text for r in rows)))
    assert (found.words, found.wer) == (words, round(1 / words, 4))
    assert found.boundary == 0
    assert found.alpha_speaker is not None and 0 < found.alpha_speaker < 1
    # One of four marked words is marked by one only.
    assert found.alpha_phi is not None and 0.7 < found.alpha_phi < 1


def test_an_adjudicator_sees_both_and_an_annotator_neither(
    corpus: Corpus, store: Store, task: str, client
) -> None:
    with store.write() as db:
        (second,) = second_passes(corpus, db, LoadOptions())
    tess, tom = client("tess"), client("tom")
    for who, name in ((tess, task), (tom, second)):
        epoch = who.lease(name)
        line = who.task(name)["lines"][0]["id"]
        said = who.get(f"/api/tasks/{name}/lines/{line}/versions").json()["versions"]
        assert [one["by"] for one in said] == ["draft"]
        assert who.post(f"/api/tasks/{name}/submit", json={"epoch": epoch}).status_code == 200
    assert tess.get(f"/api/tasks/{second}").status_code == 404
    with store.write() as db:
        (third,) = adjudications(db)
        assert db.get_one(Task, third).track == ADJUDICATED
    assert tess.post(f"/api/tasks/{third}/lease").status_code == 404
    ada = client("ada")
    ada.lease(third)
    said = ada.get(f"/api/tasks/{third}/lines/{line}/versions").json()["versions"]
    assert [one["by"] for one in said] == ["draft", "a", "b"]
