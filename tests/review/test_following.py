"""The text follows the sound; numbers typed on the number pad are never commands."""

from __future__ import annotations

from typing import Any

import pytest

from tests.review.browsing import open_editor, press, texts, until

pytestmark = pytest.mark.browser


def test_the_line_that_sounds_is_marked_and_one_can_go_there(page: Any):
    page.set_viewport_size({"width": 1280, "height": 480})
    open_editor(page, "tess")
    page.locator(".text").first.focus()
    press(page, "Escape")
    until(page, "document.querySelectorAll('.line')[1].hasAttribute('data-sounding')")
    assert page.locator(".line[data-sounding]").count() == 1
    press(page, "Alt+L", "Alt+L", "Alt+L")  # on by 6 s
    until(page, "document.querySelectorAll('.line')[2].hasAttribute('data-sounding')")
    press(page, "Alt+G")
    sounding = page.evaluate("document.activeElement.closest('.line').id")
    assert sounding == page.get_attribute(".line[data-sounding]", "id")


def test_a_click_in_the_overview_goes_to_the_line_there(page: Any):
    page.set_viewport_size({"width": 1280, "height": 420})
    open_editor(page, "tess")
    box = page.locator("#overview").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.85, box["y"] + box["height"] / 2)
    last = page.locator(".line").last
    until(
        page,
        "(() => { const box = [...document.querySelectorAll('.line')].at(-1)"
        ".getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight; })()",
    )
    assert last.is_visible()


def test_the_number_pad_is_never_a_command(page: Any):
    open_editor(page, "tess")
    page.locator(".text").nth(1).focus()
    before = texts(page)
    who = page.inner_text(".line >> nth=1 >> .who")
    for key in ("Numpad1", "Numpad0", "NumpadAdd"):
        page.keyboard.down("Alt")
        page.keyboard.press(key)
        page.keyboard.up("Alt")
    assert page.inner_text(".line >> nth=1 >> .who") == who
    assert texts(page) == before
    assert page.inner_text("#rate") == "1×"
    press(page, "Alt+1")
    until(page, "document.querySelectorAll('.who')[1].textContent === 'doctor'")
