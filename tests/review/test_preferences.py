"""How somebody likes to work comes along: to the next opening, to another machine."""

from __future__ import annotations

from typing import Any

import pytest

from tests.review.browsing import open_editor, open_menu, press, until


def test_preferences_are_ones_own(client: Any):
    tess, tom = client("tess"), client("tom")
    asked = tess.get("/api/preferences").json() | {"speed": 1.3, "places": {"t-a": "line-3"}}
    assert tess.put("/api/preferences", json=asked).json() == asked
    assert tess.get("/api/preferences").json() == asked
    assert tom.get("/api/preferences").json()["speed"] == 1.0
    assert tess.put("/api/preferences", json=asked | {"speed": 9}).status_code == 422


@pytest.mark.browser
def test_speed_boxes_and_place_come_back(page: Any, browser: Any, url: str, client: Any, task: str):
    open_editor(page, "tess")
    page.locator(".text").nth(2).focus()
    press(page, "Alt+=", "Alt+=")
    open_menu(page, "Sound")
    page.check("#pause")
    page.fill("#rewind", "0.5")
    page.press("#rewind", "Tab")
    tess = client("tess")
    for _ in range(100):
        kept = tess.get("/api/preferences").json()
        if kept["rewind"] == 0.5 and kept["places"]:
            break
        page.wait_for_timeout(50)
    assert (kept["speed"], kept["pause"], kept["stop"]) == (1.2, True, False)
    other = browser.new_context(base_url=url)
    again = other.new_page()
    open_editor(again, "tess")
    until(again, "document.querySelector('#rate').textContent === '1.2×'")
    assert again.is_checked("#pause") and not again.is_checked("#hold")
    assert again.input_value("#rewind") == "0.5"
    until(again, "document.querySelectorAll('.line')[2].classList.contains('current')")
    other.close()
