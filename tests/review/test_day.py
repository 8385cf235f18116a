"""A professional's day in the browser: what is drawn, what is said, and what saves key strokes."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.fixtures.review_servers import PASSWORD
from speechkit.review.store import Store
from tests.review.asking import hand_over, op, send
from tests.review.browsing import open_editor, open_menu, press, saved, texts, until

pytestmark = pytest.mark.browser


def log_in(page: Any, name: str) -> None:
    page.goto("/login")
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/")


# ---- what is drawn


def test_speakers_are_told_by_letter_not_by_color_alone(page: Any, client: Any, task: str):
    tess = client("tess")
    epoch = tess.lease(task)
    for line in tess.task(task)["lines"]:
        names = {"speaker": f"SPEAKER_0{'AB'.index(line['speaker'])}"}
        send(tess, task, op("speaker", epoch, line, **names))
    open_editor(page, "tess")
    first, second = page.locator(".who").nth(0), page.locator(".who").nth(1)
    assert (first.inner_text(), second.inner_text()) == ("speaker C", "speaker D")
    letters = [
        page.evaluate(
            "n => getComputedStyle(document.querySelectorAll('.who')[n], '::before').content", n
        )
        for n in (0, 1)
    ]
    assert letters == ['"C"', '"D"']
    # Neither is cut.
    for who in (first, second):
        assert who.evaluate("one => one.scrollWidth <= one.clientWidth")


@pytest.mark.parametrize("width,height", [(1280, 800), (853, 533)], ids=["100 %", "150 %"])
def test_the_head_leaves_room_for_lines(page: Any, width: int, height: int):
    """Two rows and the waveform, with the browser at 150 % as well."""
    page.set_viewport_size({"width": width, "height": height})
    open_editor(page, "tess")
    head = page.locator(".top").bounding_box()["height"]
    assert head <= 200, head


def _contrast(page: Any, canvas: str, colors: list[str]) -> dict[str, float]:
    """Return how each color stands out from the canvas's background, if it is drawn there at all."""
    found: dict[str, float] = page.evaluate(
        """([id, names]) => {
          const canvas = document.getElementById(id);
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          const drawn = new Set();
          for (let i = 0; i < data.length; i += 4)
            if (data[i + 3] === 255) drawn.add([data[i], data[i + 1], data[i + 2]].join());
          const rgb = (text) => {
            const pen = document.createElement("canvas").getContext("2d");
            pen.fillStyle = text;
            pen.fillRect(0, 0, 1, 1);
            return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
          };
          const light = (parts) => {
            const [r, g, b] = parts.map((v) => v / 255)
              .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const style = getComputedStyle(document.documentElement);
          const paper = light(rgb(getComputedStyle(canvas).backgroundColor));
          const tint = light(rgb(style.getPropertyValue("--tint")));
          return Object.fromEntries(names.map((name) => {
            const color = rgb(style.getPropertyValue("--" + name));
            if (!drawn.has(color.join())) return [name, 0];
            const own = light(color);
            const ratio = (other) => (Math.max(own, other) + 0.05) / (Math.min(own, other) + 0.05);
            return [name, Math.min(ratio(paper), id === "detail" ? ratio(tint) : 99)];
          }));
        }""",
        [canvas, colors],
    )
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_drawn_can_be_seen(page: Any, scheme: str):
    """WCAG 1.4.11: 3:1, by the pixels; also what is muted, doubtful, an identifier, done."""
    page.emulate_media(color_scheme=scheme)
    open_editor(page, "tess")
    page.locator(".text").nth(1).focus()
    press(page, "Control+Enter", "Alt+ArrowUp")
    saved(page)
    until(page, "document.querySelectorAll('[data-state=accepted]').length === 1")
    page.wait_for_timeout(300)
    drawn = _contrast(page, "overview", ["wave", "voice-1", "voice-2", "good", "phi", "playhead"])
    assert all(ratio >= 3 for ratio in drawn.values()), drawn
    drawn = _contrast(page, "detail", ["wave", "accent", "playhead", "field"])
    assert all(ratio >= 3 for ratio in drawn.values()), drawn


def test_muted_stretches_are_hatched_at_once(page: Any):
    open_editor(page, "tess")
    count = """() => {
      const canvas = document.getElementById("detail");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let found = 0;
      for (let i = 0; i < data.length; i += 4)
        if (data[i] === 0x6b && data[i + 1] === 0x3f && data[i + 2] === 0xa0) found++;
      return found;
    }"""
    page.locator(".text").nth(2).focus()
    page.wait_for_timeout(500)
    before = page.evaluate(count)
    press(page, "Home", *["Control+ArrowRight"] * 2, "Control+Shift+H")
    page.wait_for_selector("dialog[open] select")
    press(page, "Enter")
    for _ in range(100):
        if page.evaluate(count) > before + 50:
            return
        page.wait_for_timeout(50)
    raise AssertionError("nothing was hatched")


def test_the_waveform_zooms_from_two_seconds_to_a_minute(page: Any):
    open_editor(page, "tess")
    box = page.locator("#detail").bounding_box()

    def time_at(share: float) -> float:
        page.mouse.click(box["x"] + box["width"] * share, box["y"] + 20)
        page.wait_for_timeout(200)
        return float(page.get_attribute("#overview", "aria-valuenow"))

    def seconds_shown() -> float:
        return -(time_at(0.1) - time_at(0.9)) / 0.8

    assert abs(seconds_shown() - 14) < 0.5
    for _ in range(12):
        press(page, "Alt+Shift+=")
    assert abs(seconds_shown() - 2) < 0.2


# ---- what is said


def test_doubt_and_identifiers_are_said(page: Any):
    open_editor(page, "tess")
    described = page.evaluate(
        """() => {
          const text = document.querySelectorAll(".line .text")[1];
          return document.getElementById(text.getAttribute("aria-describedby")).textContent;
        }"""
    )
    assert "Unsure words: nane." in described
    assert "Identifiers: Zebedee Marrow (name)." in described
    state = page.locator(".state").nth(1).inner_text()
    assert state == "check: 1 word"


def test_dialogs_stand_at_the_line(page: Any):
    open_editor(page, "tess")
    page.locator(".text").nth(1).focus()
    press(page, "Alt+S")
    page.wait_for_selector("dialog[open]")
    dialog, line = (page.locator(one).bounding_box() for one in ("dialog", ".line.current"))
    apart = dialog["y"] >= line["y"] + line["height"] or dialog["y"] + dialog["height"] <= line["y"]
    assert apart


def test_keys_are_grouped_and_all_listed(page: Any):
    open_editor(page, "tess")
    press(page, "Control+/")
    page.wait_for_selector("dialog[open] .keys")
    assert page.locator("dialog h3").all_inner_texts() == [
        "Sound",
        "Getting around",
        "Text",
        "Lines",
    ]
    assert page.locator("dialog dt").count() == page.locator("dialog dd").count() > 40


def test_a_browser_that_cannot_is_told(browser: Any, url: str):
    context = browser.new_context(base_url=url)
    page = context.new_page()
    page.add_init_script("delete CSS.highlights; delete Object.getPrototypeOf(CSS).highlights;")
    page.goto("/login")
    assert "cannot run the review editor" in page.inner_text("#unsupported")
    context.close()


# ---- what saves key strokes


def test_abbreviations_are_written_out_and_taken_back(page: Any, client: Any, store: Store):
    client("root").put(
        "/api/project",
        json={
            "guidelines": "",
            "words": [],
            "expansions": {"htn": "hypertension", "pt": "patient"},
        },
    )
    open_editor(page, "tess")
    open_menu(page, "More")
    page.click("#expansions")
    page.wait_for_selector("dialog[open] textarea")
    page.fill("dialog textarea", "pt = person\nbp = blood pressure")
    page.click("dialog button:text-is('Save')")
    page.wait_for_selector("dialog", state="detached")
    page.locator(".text").nth(2).focus()
    press(page, "End")
    page.keyboard.type(" htn, Bp of pt ")
    saved(page)
    assert (
        texts(page)[2].strip()
        == "since when have you had it hypertension, Blood pressure of person"
    )
    page.keyboard.type("htn ")
    press(page, "Backspace")
    assert texts(page)[2].endswith("person htn ")
    page.keyboard.type("x")
    saved(page)
    assert texts(page)[2].endswith("htn x")
    for _ in range(100):
        kept = client("tess").get("/api/preferences").json()["expansions"]
        if kept:
            break
        page.wait_for_timeout(50)
    assert kept == {"pt": "person", "bp": "blood pressure"}


def test_undo_survives_a_reload_and_shows_what_it_changed(page: Any):
    open_editor(page, "tess")
    page.locator(".text").nth(1).focus()
    press(page, "Home")
    page.keyboard.type("well ")
    saved(page)
    page.reload()
    page.wait_for_selector("#lines .line")
    until(page, "document.querySelector('#saved').textContent === 'All saved'")
    until(page, "performance.getEntriesByName('undo-known').length === 1")
    page.locator(".text").nth(3).focus()
    press(page, "Control+Z")
    until(page, "!document.querySelectorAll('.text')[1].textContent.startsWith('well')")
    assert page.evaluate("document.activeElement === document.querySelectorAll('.text')[1]")
    saved(page)
    press(page, "Control+Shift+Z")
    until(page, "document.querySelectorAll('.text')[1].textContent.startsWith('well')")
    saved(page)


def test_a_reviewer_goes_from_change_to_change_and_says_why(page: Any, client: Any, task: str):
    tess = client("tess")
    lines = tess.task(task)["lines"]
    epoch = tess.lease(task)
    asked = {"line": lines[0]["id"], "text": "Is that the name?"}
    tess.post(f"/api/tasks/{task}/remarks", json=asked)
    send(tess, task, op("text", epoch, lines[2], text="since when do you have it"))
    hand_over(tess, task)
    open_editor(page, "rita")
    until(page, "document.querySelector('#questions').textContent === 'Questions (1)'")
    assert page.locator(".line .question").count() == 1
    press(page, "Alt+ArrowDown", "Alt+X")
    until(page, "document.activeElement === document.querySelectorAll('.text')[2]")
    page.click("#questions")
    page.fill("dialog input", "yes")
    page.click("dialog button:text-is('Answer and close')")
    page.wait_for_selector("dialog .done")
    page.click("dialog button:text-is('Close')")
    page.wait_for_selector("dialog", state="detached")
    page.click("#return")
    page.fill("dialog textarea", "please look at line 3 again")
    page.click("dialog button:text-is('Give back')")
    page.wait_for_url("**/")
    tags = [row for row in client("tess").get("/api/tasks").json()["tasks"] if row["given_back"]]
    assert len(tags) == 1


def test_accept_and_play_next_next_open_and_time_stamps(page: Any):
    open_editor(page, "tess")
    page.locator(".text").first.focus()
    press(page, "Control+Shift+Enter")
    until(page, "document.querySelector('#play').textContent === 'Pause'")
    until(page, "document.activeElement === document.querySelectorAll('.text')[1]")
    press(page, "Escape", "Control+Enter", "Alt+ArrowUp", "Alt+ArrowUp", "Alt+N")
    until(page, "document.activeElement === document.querySelectorAll('.text')[2]")
    press(page, "Home", "Alt+T")
    assert texts(page)[2].startswith("[0:")
    saved(page)


def test_a_key_with_nothing_to_do_does_not_load_the_page_anew(page: Any):
    open_editor(page, "tess")
    page.evaluate(
        """localStorage.setItem("speechkit-keys", '{"preset": "subtitle-edit", "own": {}}')"""
    )
    page.reload()
    page.wait_for_selector("#lines .line")
    until(page, "document.querySelector('#saved').textContent === 'All saved'")
    page.evaluate("window.stays = true; document.activeElement.blur()")
    assert page.locator(".line.current").count() == 0
    press(page, "F5")
    page.wait_for_timeout(500)
    assert page.evaluate("window.stays === true")


def test_the_full_stop_is_not_part_of_a_name(page: Any):
    open_editor(page, "tess")
    page.locator(".text").nth(3).focus()
    press(page, "End")
    page.keyboard.type(" in Jersey.")
    saved(page)
    press(page, "ArrowLeft", "Control+Shift+H")
    page.wait_for_selector("dialog[open] select")
    assert page.inner_text("dialog h2") == "What is “Jersey”?"


def test_volume_and_faders_are_for_listening_and_kept(page: Any, client: Any):
    open_editor(page, "tess")
    open_menu(page, "Sound")
    page.evaluate(
        """() => {
          const gain = document.getElementById("gain");
          gain.value = "2.5";
          gain.dispatchEvent(new Event("input"));
        }"""
    )
    until(page, "document.querySelector('#loudness').innerText === '250 %'")
    for _ in range(100):
        if client("tess").get("/api/preferences").json()["gain"] == 2.5:
            break
        page.wait_for_timeout(50)
    else:
        raise AssertionError("not kept")
    press(page, "Alt+ArrowDown", "Alt+R")
    until(page, "document.querySelector('#play').textContent === 'Pause'")


def test_a_line_that_would_end_before_it_starts(page: Any):
    open_editor(page, "tess")
    page.locator(".text").nth(2).focus()
    page.evaluate("document.querySelectorAll('.at')[0].click()")
    page.wait_for_timeout(300)
    press(page, "Escape", "Alt+J", "Alt+J")
    page.locator(".text").nth(3).evaluate("text => text.focus()")
    box = page.locator("#overview").bounding_box()
    page.mouse.click(box["x"] + 2, box["y"] + 5)
    page.wait_for_timeout(300)
    press(page, "F12")
    until(page, "document.querySelector('#notice').textContent.includes('ends after it starts')")


def test_an_unknown_task_says_so(page: Any):
    log_in(page, "tess")
    page.goto("/editor?task=nothing-a")
    until(page, "document.querySelector('#saved').textContent === 'Not opened'")
    assert "cannot be opened" in page.inner_text("#notice")
    assert page.locator("#play").is_disabled()


def test_offline_the_state_does_not_waver(page: Any):
    open_editor(page, "tess")
    page.locator(".text").first.focus()
    page.context.set_offline(True)
    page.keyboard.type("a")
    until(page, "document.querySelector('#saved').dataset.state === 'offline'")
    page.evaluate(
        """() => {
          window.states = [];
          new MutationObserver(() => states.push(document.querySelector("#saved").dataset.state))
            .observe(document.querySelector("#saved"), { attributes: true });
        }"""
    )
    page.keyboard.type("bcd", delay=100)
    assert set(page.evaluate("states")) <= {"offline"}
    page.context.set_offline(False)
    saved(page)


# ---- lists and the pages of those who lead


def test_the_list_is_searched_filtered_and_sorted(page: Any, corpus: Any, store: Store, add: Any):
    from speechkit.review.load_drafts import create_tasks

    for seed, seconds in ((11, 25.0), (12, 40.0)):
        add(corpus, seed, seconds=seconds)
    create_tasks(corpus, store)
    log_in(page, "tess")
    page.wait_for_selector("#tasks a")
    assert page.locator("#tasks a").count() == 3
    page.select_option("#order", "long")
    until(page, "document.querySelector('#tasks a').textContent.includes('0:40')")
    name = page.locator("#tasks strong").nth(1).inner_text()
    page.fill("#search", name[4:12])
    until(page, "document.querySelectorAll('#tasks a').length === 1")
    assert page.inner_text("#shown") == "1 of 3"
    page.fill("#search", "")
    page.select_option("#show", "approved")
    until(page, "document.querySelectorAll('#tasks a').length === 0")


def test_who_leads_assigns_adds_accounts_and_shares(
    page: Any, client: Any, task: str, browser: Any
):
    from axe_playwright_python.sync_playwright import Axe

    log_in(page, "root")
    page.click("#lead")
    page.wait_for_selector("#tasks td input")
    page.check("#tasks td input")
    page.select_option("#people", "tess")
    page.fill("#due", "2030-01-31")
    page.click("#share button")
    until(page, "document.querySelector('#notice').textContent === '1 assigned'")
    row = next(one for one in client("root").get("/api/tasks").json()["tasks"] if one["id"] == task)
    assert (row["assignee"], row["due"]) == ("tess", "2030-01-31")
    with page.expect_download() as download:
        page.click("a[href='/api/lead/pay.csv']")
    assert download.value.suggested_filename == "pay.csv"
    page.goto("/accounts")
    page.fill("#name", "nina")
    page.click("#add button")
    page.wait_for_selector("dialog[open] output")
    assert len(page.inner_text("dialog output")) >= 16
    page.click("dialog button")
    page.click("button[aria-label='Change: nina']")
    page.fill("dialog input[placeholder=all]", "es, fr")
    page.click("dialog button:text-is('Save')")
    until(page, "document.querySelector('#notice').textContent === 'nina was changed.'")
    people = {one["name"]: one for one in client("root").get("/api/users").json()["users"]}
    assert people["nina"]["languages"] == ["es", "fr"]
    page.goto("/team")
    page.fill("#guidelines", "Digits.")
    page.fill("#expansions", "htn = hypertension")
    page.click("#team button")
    until(page, "document.querySelector('#notice').textContent.startsWith('Saved')")
    assert client("tess").get("/api/project").json()["expansions"] == {"htn": "hypertension"}
    context = browser.new_context(bypass_csp=True, storage_state=page.context.storage_state())
    other = context.new_page()
    for path in ("/lead", "/accounts", "/team", "/password", "/"):
        other.goto(page.url.rsplit("/", 1)[0] + path)
        other.wait_for_timeout(400)
        result = Axe().run(other)
        assert result.violations_count == 0, (path, result.generate_report())
    context.close()
