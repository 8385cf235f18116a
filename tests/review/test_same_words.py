"""The same words marked, or unmarked, in all lines by one edit; and what that must not tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from speechkit.core.types import Identifier, Recording
from speechkit.review.load_drafts import create_tasks
from speechkit.review.schema import Task
from speechkit.review.store import Store
from speechkit.storage.corpus import Corpus
from tests.review.asking import op, send
from tests.review.browsing import open_editor, press, saved

TEXTS = (
    ("A", "is Jersey there and did Jersey eat"),
    ("B", "no jersey is at school"),
    ("A", "tell Zebedee Marrow that Jersey called"),
)


@pytest.fixture
def texts_task(corpus: Corpus, store: Store, add: Callable[..., Recording]) -> str:
    """A recording in which one name is marked, and another, said four times, is not."""
    recording = add(corpus, 41, texts=TEXTS)
    create_tasks(corpus, store)
    with store.read() as db:
        (name,) = [one.id for one in db.query(Task) if one.id.startswith(recording.id)]
    return name


def marked(lines: list[dict[str, Any]]) -> list[str]:
    return [
        line["text"][mark["start"] : mark["end"]]
        for line in sorted(lines, key=lambda one: one["start"])
        for mark in line["marks"]
        if not mark["rejected"]
    ]


def test_one_edit_marks_all_and_one_undo_takes_all_back(client: Any, texts_task: str) -> None:
    tess = client("tess")
    epoch = tess.lease(texts_task)
    line = tess.task(texts_task)["lines"][0]
    asked = op("mark", epoch, line, start=3, end=9, identifier="NAME", everywhere=True)
    done = send(tess, texts_task, asked)
    assert len(done["lines"]) == 3
    after = tess.task(texts_task)["lines"]
    assert marked(after) == ["Jersey", "Jersey", "jersey", "Zebedee Marrow", "Jersey"]
    unmark = op("unmark", epoch, after[1], start=3, end=4, everywhere=True)
    send(tess, texts_task, unmark)
    assert marked(tess.task(texts_task)["lines"]) == ["Zebedee Marrow"]
    line = tess.task(texts_task)["lines"][0]
    send(tess, texts_task, op("undo", epoch, line, undoes=unmark["op_id"]))
    assert len(marked(tess.task(texts_task)["lines"])) == 5


def test_without_everywhere_only_one_place_is_marked(client: Any, texts_task: str) -> None:
    tess = client("tess")
    epoch = tess.lease(texts_task)
    line = tess.task(texts_task)["lines"][0]
    send(tess, texts_task, op("mark", epoch, line, start=3, end=9, identifier="NAME"))
    assert marked(tess.task(texts_task)["lines"]) == ["Jersey", "Zebedee Marrow"]


def test_marking_everywhere_does_not_tell_what_is_hidden(client: Any, texts_task: str) -> None:
    tom = client("tom")
    epoch = tom.lease(texts_task)
    first, second, third = tom.task(texts_task)["lines"]
    # Somebody who guesses the hidden name writes it, and marks it everywhere as another kind.
    guessed = send(tom, texts_task, op("text", epoch, second, text="Zebedee Marrow"))["lines"][0]
    asked = op("mark", epoch, guessed, start=0, end=14, identifier="ORG", everywhere=True)
    done = send(tom, texts_task, asked)
    assert [one["id"] for one in done["lines"]] == [second["id"]]
    assert tom.task(texts_task)["lines"][2] == third
    # Nor may they have hidden words looked for in what they see.
    tag = third["text"].index("\u27e6")
    end = third["text"].index("\u27e7") + 1
    wrong = op("mark", epoch, third, start=tag, end=end, identifier="NAME", everywhere=True)
    send(tom, texts_task, wrong, 403)
    send(tom, texts_task, op("unmark", epoch, third, start=tag, end=end, everywhere=True), 403)
    # What they see unhidden they may hide everywhere.
    asked = op("mark", epoch, first, start=3, end=9, identifier="NAME", everywhere=True)
    send(tom, texts_task, asked)
    assert "Jersey" not in str(tom.task(texts_task)["lines"])


def test_keys_mark_and_unmark_the_same_words_at_once(page: Any) -> None:
    open_editor(page, "tess")
    page.locator(".text").nth(3).focus()
    press(page, "End")
    page.keyboard.type(" with Zebedee Marrow")
    saved(page)
    page.locator(".text").nth(1).focus()
    press(page, "Home", *["Control+ArrowRight"] * 5, "Alt+i")
    saved(page)
    assert numbers(page) == [1, 1, 0, 1]
    press(page, "Control+z")
    saved(page)
    assert numbers(page) == [1, 1, 0, 0]
    press(page, "Control+Shift+z", "Alt+Shift+I")
    saved(page)
    assert numbers(page) == [1, 0, 0, 0]


def numbers(page: Any) -> list[int]:
    """How many identifiers each line has, as a screen reader says it."""
    said = page.locator('.line [id$="-said"]').all_text_contents()
    return [one.partition("Identifiers: ")[2].count(f"({Identifier.NAME.lower()})") for one in said]
