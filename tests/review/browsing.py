"""The review editor in Chromium: opening it, pressing keys, reading what it shows."""

from __future__ import annotations

from typing import Any

from benchmarks.fixtures.review_servers import PASSWORD


def tab_to(page: Any, selector: str) -> None:
    for _ in range(60):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is out of reach of the keyboard")


def back_to(page: Any, selector: str) -> None:
    for _ in range(60):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Shift+Tab")
    raise AssertionError(f"{selector} is out of reach of the keyboard")


def until(page: Any, expression: str) -> None:
    """Wait; the page's own policy forbids playwright's way, which is `eval`."""
    for _ in range(400):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(25)
    raise AssertionError(f"never true: {expression}")


def open_editor(page: Any, name: str) -> None:
    page.goto("/login")
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#tasks a")
    tab_to(page, "#tasks a")
    page.keyboard.press("Enter")
    page.wait_for_selector("#lines .line")
    until(page, "document.querySelector('#saved').textContent === 'All saved'")


def open_menu(page: Any, name: str) -> None:
    page.click(f"summary:text-is('{name}')")


def saved(page: Any) -> None:
    until(page, "document.querySelector('#saved').dataset.state === 'saved'")


def press(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def texts(page: Any) -> list[str]:
    return page.eval_on_selector_all(".line .text", "all => all.map(one => one.textContent)")
