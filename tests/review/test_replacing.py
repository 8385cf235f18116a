"""Find and replace over all recordings of a person: what is found, what is left out, one undo."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.fixtures.review_servers import PASSWORD
from speechkit.core.types import Recording
from speechkit.review.load_drafts import create_tasks
from speechkit.review.schema import OperationRow, Task
from speechkit.review.store import Store
from speechkit.review.tasks import lines_of_task
from speechkit.storage.corpus import Corpus
from tests.review.asking import op, send
from tests.review.browsing import until

WANTED = {"what": "had", "by": "got", "whole_words": True}


@pytest.fixture
def mine(corpus: Corpus, store: Store, client: Any, add: Callable[..., Recording]) -> list[str]:
    """Three recordings: two of tess's, and one of tom's."""
    for seed in (21, 22):
        add(corpus, seed)
    create_tasks(corpus, store)
    with store.read() as db:
        names = sorted(task.id for task in db.query(Task))
    root = client("root")
    root.post("/api/lead/assign", json={"tasks": names[:2], "people": ["tess"]})
    root.post("/api/lead/assign", json={"tasks": names[2:], "people": ["tom"]})
    return names


def texts_of(store: Store, task: str) -> list[str]:
    with store.read() as db:
        return [line.text for line in lines_of_task(db, task)]


def test_one_request_one_undo(mine: list[str], client: Any, store: Store):
    tess = client("tess")
    before = {name: texts_of(store, name) for name in mine}
    found = tess.post("/api/replace/preview", json=WANTED).json()
    assert (found["num_hits"], found["num_recordings"], found["busy"]) == (2, 2, [])
    assert {hit["task"] for hit in found["hits"]} == set(mine[:2])
    hit = found["hits"][0]
    assert (hit["before"], hit["found"], hit["after"]) == ("since when have you ", "had", " it")
    assert {name: texts_of(store, name) for name in mine} == before  # looking changes nothing
    done = tess.post("/api/replace", json=WANTED).json()
    assert (done["num_hits"], done["num_recordings"], done["skipped"]) == (2, 2, {})
    assert (
        texts_of(store, mine[0])[2] == texts_of(store, mine[1])[2] == "since when have you got it"
    )
    assert texts_of(store, mine[2]) == before[mine[2]]  # tom's
    with store.read() as db:
        assert db.query(OperationRow).count() == 2
    group = {"group": done["group"]}
    assert client("tom").post("/api/replace/undo", json=group).status_code == 404
    assert tess.post("/api/replace/undo", json=group).json()["num_recordings"] == 2
    assert {name: texts_of(store, name) for name in mine} == before


def test_whole_words_and_case(mine: list[str], client: Any, store: Store):
    tess = client("tess")

    def hits(**how: Any) -> int:
        return int(
            tess.post("/api/replace/preview", json={"what": "Have", "by": "x", **how}).json()[
                "num_hits"
            ]
        )

    assert hits() == 2
    assert hits(match_case=True) == 0
    assert tess.post("/api/replace/preview", json={"what": "av", "by": "x"}).json()["num_hits"] == 2
    whole = {"what": "av", "by": "x", "whole_words": True}
    assert tess.post("/api/replace/preview", json=whole).json()["num_hits"] == 0
    # What is put in stands there as it was typed.
    tess.post("/api/replace", json={"what": "had", "by": r"\1 $1"})
    assert texts_of(store, mine[0])[2] == r"since when have you \1 $1 it"


def test_what_is_open_in_a_window_is_left_out(mine: list[str], client: Any, store: Store):
    tess = client("tess")
    epoch = tess.lease(mine[0])
    done = tess.post("/api/replace", json=WANTED).json()
    assert list(done["skipped"]) == [mine[0]] and done["num_recordings"] == 1
    line = tess.task(mine[0])["lines"][0]
    send(tess, mine[0], op("text", epoch, line, text="typed on"))  # the window still holds it
    with store.write() as db:
        db.get_one(Task, mine[0]).lease_until = time.time() - 1
    assert tess.post("/api/replace", json=WANTED).json()["num_recordings"] == 1


def test_what_is_hidden_is_neither_found_nor_replaced(mine: list[str], client: Any, store: Store):
    tom = client("tom")
    asked = {"what": "Marrow", "by": "Smith"}
    assert tom.post("/api/replace/preview", json=asked).json()["num_hits"] == 0
    assert tom.post("/api/replace", json=asked).json()["num_hits"] == 0
    assert tom.post("/api/replace", json={"what": "⟦NAME·1⟧", "by": ""}).status_code == 422
    tom.post("/api/replace", json={"what": "hurts", "by": "aches"})
    assert texts_of(store, mine[2])[1].endswith("Zebedee Marrow and my chest aches")


@pytest.mark.browser
def test_in_the_browser(mine: list[str], page: Any, store: Store):
    page.goto("/login")
    page.fill("[name=name]", "tess")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_selector("#tasks a")
    page.click("a[href='/replace']")
    page.fill("#what", "had")
    page.fill("#by", "got")
    page.press("#by", "Enter")
    until(page, "document.querySelector('#notice').textContent === '2 found in 2 recordings'")
    assert page.locator("#hits del").all_inner_texts() == ["had", "had"]
    page.click("#replace")
    until(page, "document.querySelector('#notice').textContent === '2 replaced in 2 recordings'")
    assert texts_of(store, mine[0])[2] == "since when have you got it"
    page.click("#undo")
    until(page, "document.querySelector('#notice').textContent === 'Taken back in 2 recordings'")
    assert texts_of(store, mine[0])[2] == "since when have you had it"
