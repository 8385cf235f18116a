"""An open page logs out when nobody touches it; text and place stay."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from benchmarks.fixtures.review_servers import PASSWORD, Running
from speechkit.review.schema import Login
from speechkit.review.server.app import make_app
from speechkit.review.server.settings import Settings
from speechkit.review.store import Store
from speechkit.review.tasks import lines_of_task
from speechkit.storage.corpus import Corpus
from tests.review.browsing import open_editor, press, saved, texts, until


def last_seen(store: Store) -> float:
    with store.read() as db:
        return float(db.scalar(select(func.max(Login.seen))) or 0.0)


def test_what_a_page_does_by_itself_is_no_use(client: Any, task: str, store: Store):
    tess = client("tess")
    epoch = tess.lease(task)
    with store.write() as db:
        for login in db.query(Login):
            login.seen -= 600
    before = last_seen(store)
    for address in (f"/api/tasks/{task}/audio", f"/api/tasks/{task}/peaks", "/api/me"):
        assert tess.get(address).status_code == 200
    assert tess.post(f"/api/tasks/{task}/heartbeat", json={"epoch": epoch}).status_code == 200
    assert last_seen(store) == before
    touched = {"x-touched": "1"}
    tess.post(f"/api/tasks/{task}/heartbeat", json={"epoch": epoch}, headers=touched)
    assert last_seen(store) > before


@pytest.fixture
def impatient(corpus: Corpus, store: Store) -> Iterator[str]:
    settings = Settings(requests_per_second=1000, burst=5000, idle=15.0)
    server = Running(make_app(corpus, store, settings))
    yield server.url
    server.stop()


@pytest.mark.browser
def test_an_untouched_page_is_covered_and_goes_on_after_login(
    browser: Any, impatient: str, store: Store, task: str
):
    context = browser.new_context(base_url=impatient, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    open_editor(page, "tess")
    page.locator(".text").nth(2).focus()
    press(page, "End")
    page.keyboard.type(" then")
    until(page, "document.querySelector('#notice').textContent.includes('logged out soon')")
    press(page, "Shift")
    until(page, "document.querySelector('#notice').hidden")
    page.wait_for_selector("dialog[open] [type=password]", timeout=30_000)
    assert not page.is_visible(".text >> nth=0")
    assert context.request.get("/api/me").status == 401
    with store.read() as db:
        assert lines_of_task(db, task)[2].text.endswith(" then")
    page.keyboard.type(PASSWORD)
    press(page, "Enter")
    until(page, "!document.body.classList.contains('locked')")
    assert page.is_visible(".text >> nth=0")
    page.locator(".text").nth(2).focus()
    press(page, "End")
    page.keyboard.type(" again")
    saved(page)
    assert texts(page)[2].endswith("it then again")
    context.close()
