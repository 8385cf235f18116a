"""The review editor in a real browser, without a mouse."""

from __future__ import annotations

from typing import Any

import pytest

from speechkit.core.types import PhiSpan, Segment
from speechkit.review.export import export_corrections
from speechkit.review.store import Store
from speechkit.storage.corpus import Corpus
from tests.review.browsing import back_to, open_editor, open_menu, press, saved, texts, until

pytestmark = pytest.mark.browser


def test_a_whole_recording_without_the_mouse(page: Any, corpus: Corpus, store: Store) -> None:
    open_editor(page, "tess")
    press(page, "F8")  # the first doubtful line
    assert "nane" in page.evaluate("document.activeElement.textContent")
    press(page, *["Control+ArrowRight"] * 3, "Backspace", "Backspace")
    page.keyboard.type("me")
    saved(page)
    assert texts(page)[1] == "hello my name is Zebedee Marrow and my chest hurts"

    # Split before "and", give the second half to the other speaker, undo and redo.
    press(page, "Home", *["Control+ArrowRight"] * 6, "Enter")
    until(page, "document.querySelectorAll('.line').length === 5")
    saved(page)
    assert texts(page)[1:3] == ["hello my name is Zebedee Marrow", "and my chest hurts"]
    press(page, "Alt+1")
    until(page, "document.querySelectorAll('.who')[2].textContent === 'doctor'")
    press(page, "Control+Z")
    until(page, "document.querySelectorAll('.who')[2].textContent === 'patient'")
    press(page, "Control+Shift+Z")
    until(page, "document.querySelectorAll('.who')[2].textContent === 'doctor'")

    # Mark "May" in the last line as a date.
    press(page, "Alt+ArrowDown", "Alt+ArrowDown", "Home", *["Control+ArrowRight"] * 5)
    press(page, "Control+Shift+H")
    page.wait_for_selector("dialog[open] select")
    page.keyboard.type("DATE")
    press(page, "Enter")
    page.wait_for_selector("dialog", state="detached")
    until(page, "document.activeElement.matches('.text')")

    # Merge it with the line above and split again.
    press(page, "Home", "Backspace")
    until(page, "document.querySelectorAll('.line').length === 4")
    press(page, "Control+Z")
    until(page, "document.querySelectorAll('.line').length === 5")

    # Accept from the top; hand over.
    press(page, *["Alt+ArrowUp"] * 6)
    for number in range(5):
        press(page, "Control+Enter")
        until(page, f"document.querySelectorAll('[data-state=accepted]').length > {number}")
    saved(page)
    page.keyboard.press("Control+/")
    page.wait_for_selector("dialog[open]")
    press(page, "Escape")
    back_to(page, "#submit")
    press(page, "Enter")
    page.wait_for_selector("dialog[open]")
    assert "Every line was accepted" in page.inner_text("dialog")
    press(page, "Enter")
    page.wait_for_selector("#tasks a")
    page.wait_for_url("**/")

    (done,) = export_corrections(corpus, store, "corrected")
    assert (done.segments, done.accepted, done.unreviewed) == (5, 5, 0)
    segments: tuple[Segment, ...] = corpus.get_layer(done.digest).items
    assert [s.speaker for s in segments] == ["A", "B", "A", "A", "B"]
    assert segments[1].end == segments[2].start
    phi = corpus.layer(corpus.sessions()[0], "corrected_phi")
    assert phi is not None
    spans: tuple[PhiSpan, ...] = phi.items
    said = [
        (
            next(s for s in segments if s.id == p.segment).text[p.start_char : p.end_char],
            p.identifier,
        )
        for p in spans
    ]
    assert said == [("Quillfeather", "NAME"), ("Zebedee Marrow", "NAME"), ("May", "DATE")]


def test_without_the_right_the_page_holds_no_identifier(page: Any) -> None:
    open_editor(page, "tom")
    press(page, "Alt+ArrowDown", "Alt+ArrowDown")
    content = page.content()
    assert "⟦NAME·1⟧" in content
    assert not any(secret in content for secret in ("Quillfeather", "Zebedee", "Marrow"))
    assert page.eval_on_selector_all("#variant option", "all => all.map(o => o.value)") == [
        "redacted"
    ]
    # A tag cannot be typed into or cut in half, from either side.
    before = texts(page)[1]
    press(page, "Home", *["ArrowRight"] * 20)
    page.keyboard.type("x")
    press(page, "Backspace", "Delete")
    assert texts(page)[1] == before


def test_sound_plays_from_where_one_is(page: Any) -> None:
    open_editor(page, "tess")
    press(page, "Alt+ArrowDown", "Alt+ArrowDown", "Alt+R")
    until(page, "document.querySelector('#play').textContent === 'Pause'")
    until(
        page,
        "Number(document.querySelector('#overview').ariaValueNow ?? "
        "document.querySelector('#overview').getAttribute('aria-valuenow')) > 4.2",
    )
    press(page, "Escape")
    until(page, "document.querySelector('#play').textContent === 'Play'")
    press(page, "Alt+=", "Alt+=")
    assert page.inner_text("#rate") == "1.2×"


def test_a_second_window_takes_over_and_nothing_is_lost(page: Any, client: Any, task: str) -> None:
    open_editor(page, "tess")
    epoch = client("tess").lease(task)
    assert epoch == 2
    press(page, "Alt+ArrowDown")
    page.keyboard.type("so ")
    until(page, "document.querySelector('#saved').dataset.state === 'lost'")
    assert "opened elsewhere" in page.inner_text("#notice")


def test_saving_goes_on_after_the_connection_comes_back(page: Any, client: Any, task: str) -> None:
    open_editor(page, "tess")
    press(page, "Alt+ArrowDown")
    page.context.set_offline(True)
    page.keyboard.type("well ")
    until(page, "document.querySelector('#saved').dataset.state === 'offline'")
    page.context.set_offline(False)
    saved(page)
    lines = client("rita").get("/api/audit")
    assert lines.status_code == 403
    assert texts(page)[0].startswith("well Good morning")


def test_own_words_are_marked_offered_and_kept(page: Any, client: Any) -> None:
    answer = client("tess").put("/api/words", json={"words": ["Zebedee", "fourth", "ramipril"]})
    assert answer.json() == {"words": ["Zebedee", "fourth", "ramipril"]}
    open_editor(page, "tess")
    # "forth" is nearly "fourth".
    press(page, *["Alt+ArrowDown"] * 4, "Home", *["Control+ArrowRight"] * 3)
    until(page, "document.querySelector('#hint').textContent === 'Alt+.: fourth'")
    assert page.evaluate("CSS.highlights.get('spell').size") == 1
    press(page, "Alt+.")
    saved(page)
    assert texts(page)[3] == "since the fourth of May I think"
    until(page, "CSS.highlights.get('spell').size === 0")
    # The beginning of a word offers the whole.
    press(page, "End")
    page.keyboard.type(" rami")
    until(page, "document.querySelector('#hint').textContent === 'Alt+.: ramipril'")
    press(page, "Alt+.")
    page.keyboard.type(" daily")
    saved(page)
    assert texts(page)[3].endswith("I think ramipril daily")
    # A word more, for oneself alone.
    press(page, "Alt+W")
    until(page, "document.querySelector('#saved').dataset.state === 'saved'")
    for _ in range(100):
        if "daily" in client("tess").get("/api/words").json()["words"]:
            break
        page.wait_for_timeout(20)
    else:
        raise AssertionError("the word was not kept")
    assert client("tom").get("/api/words").json() == {"words": []}
    open_menu(page, "More")
    page.click("#words")
    page.wait_for_selector("dialog[open] textarea")
    assert page.input_value("dialog textarea").split() == ["daily", "fourth", "ramipril", "Zebedee"]


def test_sound_plays_while_a_key_is_held(page: Any) -> None:
    open_editor(page, "tess")
    open_menu(page, "Sound")
    page.check("#hold")
    press(page, "Alt+ArrowDown")
    page.keyboard.down("Escape")
    until(page, "document.querySelector('#play').textContent === 'Pause'")
    page.keyboard.up("Escape")
    until(page, "document.querySelector('#play').textContent === 'Play'")
    page.hover("#play")
    page.mouse.down()
    until(page, "document.querySelector('#play').textContent === 'Pause'")
    page.mouse.up()
    until(page, "document.querySelector('#play').textContent === 'Play'")


@pytest.mark.parametrize("size", [(1280, 800), (400, 800)], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Any, url: str, scheme: str, size: tuple[int, int]) -> None:
    from axe_playwright_python.sync_playwright import Axe

    # The page's own policy would keep axe out; nothing else is different.
    context = browser.new_context(
        base_url=url, color_scheme=scheme, bypass_csp=True,
        viewport={"width": size[0], "height": size[1]},
    )  # fmt: skip
    page = context.new_page()

    def check() -> None:
        result = Axe().run(page)
        assert result.violations_count == 0, result.generate_report()

    page.goto("/login")
    check()
    open_editor(page, "tess")
    check()
    press(page, "F8", "Control+Shift+H")
    page.wait_for_selector("dialog[open]")
    check()
    press(page, "Escape", "Control+/")
    page.wait_for_selector("dialog[open] .keys")
    check()
    press(page, "Escape")
    for button, content in (("#words", "textarea"), ("#find", "input"), (".line .who", "select")):
        page.wait_for_selector("dialog", state="detached")
        if button == "#words":
            open_menu(page, "More")
            check()
        page.click(button)
        page.wait_for_selector(f"dialog[open] {content}")
        check()
        press(page, "Escape")
    press(page, "Control+Shift+L")
    page.wait_for_selector("dialog[open] .choices")
    check()
    press(page, "Escape", "Alt+D")
    page.wait_for_selector(".more")
    check()
    # Nothing is cut off to the right, at 400 pixels either (WCAG 1.4.10).
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto("/")
    page.wait_for_selector("#tasks a")
    check()
    context.close()
