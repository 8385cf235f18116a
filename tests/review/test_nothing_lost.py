"""What is typed stays: crashes, closed tabs, ended sessions, other windows, other people."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete

from benchmarks.fixtures.review_servers import PASSWORD
from speechkit.review.schema import Login, Task
from speechkit.review.store import Store
from speechkit.review.tasks import assign, lines_of_task
from tests.review.browsing import open_editor, open_menu, press, saved, texts, until

pytestmark = pytest.mark.browser


def kept(store: Store, task: str) -> list[str]:
    with store.read() as db:
        return [line.text for line in lines_of_task(db, task)]


def first_line(page: Any) -> None:
    page.locator(".text").first.focus()
    page.keyboard.press("Home")


def state(page: Any) -> str:
    return page.evaluate("document.querySelector('#saved').dataset.state")


def test_steady_typing_is_saved_every_two_seconds(page: Any, store: Store, task: str):
    open_editor(page, "tess")
    first_line(page)
    for _ in range(16):  # 4.8 s without a pause
        page.keyboard.type("and ", delay=75)
    page.close(run_before_unload=False)
    assert kept(store, task)[0].count("and") >= 8


def test_a_page_that_is_left_sends_what_was_typed(page: Any, store: Store, task: str):
    open_editor(page, "tess")
    page.on("dialog", lambda asked: asked.accept())
    first_line(page)
    page.keyboard.type("so ")
    page.goto("/")
    page.wait_for_selector("#tasks a")
    page.wait_for_timeout(200)
    assert kept(store, task)[0] == "so Good morning I am doctor Quillfeather"


def test_a_login_in_another_tab_is_taken_up(page: Any, client: Any, store: Store, task: str):
    open_editor(page, "tess")
    other = page.context.new_page()
    other.goto("/login")
    other.fill("[name=name]", "tess")
    other.fill("[name=password]", PASSWORD)
    other.press("[name=password]", "Enter")
    other.wait_for_selector("#tasks a")
    first_line(page)
    page.keyboard.type("so ")
    saved(page)
    assert kept(store, task)[0].startswith("so Good")
    assert page.is_hidden("#notice")


def test_an_ended_session_is_renewed_in_the_page(page: Any, store: Store, task: str):
    open_editor(page, "tess")
    with store.write() as db:
        db.execute(delete(Login))
    first_line(page)
    page.keyboard.type("so ")
    until(page, "document.querySelector('#saved').dataset.state === 'loggedout'")
    page.keyboard.type("then ")  # the keys still go to the line
    page.click("#notice button")
    page.wait_for_selector("dialog[open] [type=password]")
    page.keyboard.type("not the password")
    press(page, "Enter")
    page.wait_for_selector("dialog[open] .error")
    page.keyboard.type(PASSWORD)
    press(page, "Enter")
    saved(page)
    assert kept(store, task)[0] == "so then Good morning I am doctor Quillfeather"


def test_given_to_somebody_else_the_text_stays_to_be_copied(page: Any, store: Store, task: str):
    open_editor(page, "tess")
    with store.write() as db:
        db.get_one(Task, task).assignee = None
        from speechkit.review.accounts import find_user, person_of

        assign(db, task, person_of(find_user(db, "tom")), by="root")
    first_line(page)
    page.keyboard.type("precious ")
    until(page, "document.querySelector('#saved').dataset.state === 'lost'")
    assert texts(page)[0].startswith("precious")
    assert page.get_attribute(".text", "contenteditable") == "false"
    assert "not saved" in page.inner_text(".line .state")
    assert "Copy the line" in page.inner_text("#notice")
    page.click("#notice button:text('Work here')")
    until(page, "document.querySelector('#notice').textContent.includes('no such task')")
    assert texts(page)[0].startswith("precious")


def test_work_goes_on_in_the_window_that_was_left(page: Any, client: Any, store: Store, task: str):
    open_editor(page, "tess")
    other = client("tess")
    epoch = other.lease(task)
    first_line(page)
    page.keyboard.type("so ")
    until(page, "document.querySelector('#saved').dataset.state === 'lost'")
    # Meanwhile the other window changes another line, and this one.
    lines = other.task(task)["lines"]
    for n, text in ((0, "Good evening I am doctor Quillfeather"), (2, "since when")):
        answer = other.post(
            f"/api/tasks/{task}/operations",
            json={
                "op_id": f"other-{n}", "kind": "text", "lease_epoch": epoch, "text": text,
                "segment": lines[n]["id"], "base_rev": lines[n]["rev"],
            },
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
    page.click("#notice button:text('Work here')")
    page.wait_for_selector("dialog[open]")
    assert "Good evening" in page.inner_text("dialog") or "evening" in page.inner_text("dialog")
    page.click("dialog button[value=mine]")
    saved(page)
    until(page, "document.querySelectorAll('.text')[2].textContent === 'since when'")
    assert kept(store, task)[0] == "so Good morning I am doctor Quillfeather"
    assert page.get_attribute(".text", "contenteditable") == "plaintext-only"


def test_too_long_a_line_is_kept_and_saved_once_it_is_shorter(page: Any, store: Store, task: str):
    open_editor(page, "tess")
    first_line(page)
    page.evaluate("document.execCommand('insertText', false, 'long '.repeat(2100))")
    until(page, "document.querySelector('#saved').dataset.state === 'refused'")
    assert texts(page)[0].startswith("long long")
    assert kept(store, task)[0].startswith("Good")
    page.keyboard.press("Control+Shift+Home")
    page.keyboard.type("short ")
    saved(page)
    assert kept(store, task)[0] == "short Good morning I am doctor Quillfeather"


def test_a_refused_change_can_be_discarded(page: Any, store: Store, task: str):
    open_editor(page, "tess")
    body = '{"error":"no","kind":"RefusedError"}'
    page.route(
        "**/operations",
        lambda route: route.fulfill(status=403, content_type="application/json", body=body),
    )
    first_line(page)
    page.keyboard.type("so ")
    until(page, "document.querySelector('#saved').dataset.state === 'refused'")
    page.unroute("**/operations")
    page.click("#notice button:text('Discard this change')")
    saved(page)
    assert texts(page)[0] == kept(store, task)[0] == "Good morning I am doctor Quillfeather"


def test_a_speaker_named_without_a_connection_is_named_later_and_undone(
    page: Any, store: Store, task: str
):
    open_editor(page, "tess")
    first_line(page)
    page.context.set_offline(True)
    press(page, "Alt+S")
    page.wait_for_selector("dialog[open] select")
    page.fill("dialog input[maxlength='60']", "Dr Q")
    page.click("dialog button.main")
    until(page, "document.querySelector('.who').textContent === 'Dr Q'")
    page.context.set_offline(False)
    saved(page)
    with store.read() as db:
        assert db.get_one(Task, task).speakers["A"]["name"] == "Dr Q"
    first_line(page)
    press(page, "Control+Z")
    until(page, "document.querySelector('.who').textContent === 'doctor'")
    saved(page)
    with store.read() as db:
        assert db.get_one(Task, task).speakers["A"] == {"name": "doctor", "role": "doctor"}


def test_a_composition_is_not_saved_half(page: Any, store: Store, task: str):
    open_editor(page, "tess")
    first_line(page)
    keys = page.context.new_cdp_session(page)
    keys.send("Input.imeSetComposition", {"text": "nihao", "selectionStart": 5, "selectionEnd": 5})
    page.wait_for_timeout(2600)
    assert "nihao" not in kept(store, task)[0]
    assert state(page) == "unsaved"
    keys.send("Input.insertText", {"text": "你好"})
    saved(page)
    assert kept(store, task)[0].startswith("你好")


def test_pasted_line_breaks_become_spaces(page: Any, store: Store, task: str):
    open_editor(page, "tess")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    first_line(page)
    page.evaluate("navigator.clipboard.writeText('one\\ntwo\\n\\nthree ')")
    press(page, "Control+V")
    saved(page)
    assert kept(store, task)[0].startswith("one two three Good")
    assert "\n" not in page.evaluate("document.querySelector('.text').textContent")


def test_replacing_is_one_edit_and_one_undo(page: Any, store: Store, task: str):
    open_editor(page, "tess")
    before = kept(store, task)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    press(page, "Control+F")
    page.wait_for_selector("dialog[open] input")
    page.keyboard.type("i")
    until(page, "document.querySelector('dialog [role=status]').textContent !== '0 found'")
    page.check("dialog label:has-text('Whole words') input")
    page.check("dialog label:has-text('Match case') input")
    page.fill("dialog label:has-text('Find') input", "I")
    page.fill("dialog label:has-text('Replace with') input", "you")
    page.click("dialog button:text('Replace all')")
    until(
        page,
        "document.querySelector('dialog [role=status]').textContent === '2 replaced · 0 found'",
    )
    press(page, "Escape")
    saved(page)
    assert len([url for url in asked if url.endswith("/operations")]) == 1
    assert kept(store, task)[0] == "Good morning you am doctor Quillfeather"
    assert kept(store, task)[3] == "since the forth of May you think"
    press(page, "Control+Z")
    saved(page)
    assert kept(store, task) == before


def test_a_recording_opened_by_mistake_is_put_back(page: Any, client: Any, store: Store, task: str):
    open_editor(page, "tess")
    open_menu(page, "More")
    page.click("#put-back")
    page.wait_for_selector("#tasks a")
    with store.read() as db:
        found = db.get_one(Task, task)
        assert (found.assignee, found.holder) == (None, None)
    tom = client("tom")
    epoch = tom.lease(task)
    line = tom.task(task)["lines"][2]
    asked = {
        "op_id": "x", "kind": "accept", "lease_epoch": epoch, "segment": line["id"],
        "base_rev": line["rev"],
    }  # fmt: skip
    assert tom.post(f"/api/tasks/{task}/operations", json=asked).status_code == 200
    refused = tom.post(f"/api/tasks/{task}/put-back", json={"epoch": epoch})
    assert refused.status_code == 403 and "not edited" in refused.json()["error"]
