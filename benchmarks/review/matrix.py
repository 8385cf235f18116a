"""No key stroke lost: `python -m benchmarks.review.matrix [--latency MS ...] [--jobs N]`.

Types into the review editor in Chromium while the network is slow and the server refuses, fails or
does not answer, and compares what stands in the database afterwards with what was typed: every
latency with every key interval, every action and every answer. Prints a row a latency; the exit code
is 1 if a character or a mark was lost or doubled, or if the page said something untrue.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from sqlalchemy import delete

from benchmarks.fixtures.review_servers import (
    PASSWORD,
    RATE,
    Running,
    bring,
    chromium,
    lay_out,
)
from speechkit.core.types import Identifier
from speechkit.review.accounts import add_user
from speechkit.review.load_drafts import create_tasks
from speechkit.review.schema import Login, Task
from speechkit.review.server.app import make_app
from speechkit.review.server.settings import Settings
from speechkit.review.store import Store, open_store
from speechkit.review.tasks import lines_of_task
from speechkit.storage.corpus import Corpus

LATENCIES = (0, 60, 150, 400, 1500)  # ms
INTERVALS = (60, 100, 150)  # ms between keys
ACTIONS = ("split", "merge", "accept", "undo", "mark", "speaker", "replace")
ANSWERS = ("200", "401", "403", "409", "413", "500", "cut")
PATIENCE = 60.0  # seconds until all is saved
NAME = "Zebedee Marrow"
_LINES = 3  # of a case


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """What is tried: ms of latency, ms between keys, what is done, how the server answers."""

    latency: int
    interval: int
    action: str
    answer: str

    def __str__(self) -> str:
        return f"{self.latency} ms, a key every {self.interval} ms, {self.action}, {self.answer}"


class Line(msgspec.Struct, frozen=True):
    """A line as it should be, and what of it is marked."""

    text: str
    marked: tuple[str, ...] = ()
    speaker: str = ""
    state: str = "draft"


def all_cases(latencies: Sequence[int] = LATENCIES) -> Iterator[Case]:
    """Yield the whole matrix."""
    for latency, interval, action, answer in product(latencies, INTERVALS, ACTIONS, ANSWERS):
        yield Case(latency=latency, interval=interval, action=action, answer=answer)


def texts_of(number: int) -> tuple[str, str, str]:
    """Return the three lines of a case; a word of each stands in no other case."""
    return (
        f"good morning visit{number}q",
        f"hello my name is {NAME} and my chest{number}q hurts",
        f"since when have you had it{number}q",
    )


class Bench:
    """A review editor with three lines a case, and a page that is open on them."""

    def __init__(self, folder: Path, browser: Any, num_cases: int) -> None:
        self.corpus = Corpus.create(folder / "corpus")
        texts = [("BAB"[at], text) for n in range(num_cases) for at, text in enumerate(texts_of(n))]
        segments = lay_out(texts, start=0.5, step=0.3, pause=0.3)
        silence = np.full(int(RATE * (segments[-1].end + 1)), 0.1, np.float32)
        bring(self.corpus, silence, segments, said=[(NAME, Identifier.NAME)], redacted=silence)
        self.store: Store = open_store(self.corpus.root)
        with self.store.write() as db:
            add_user(db, "tess", PASSWORD, roles=["transcriber"], hear_raw=True)
        create_tasks(self.corpus, self.store)
        with self.store.read() as db:
            self.task = db.query(Task).one().id
            self.ids = [line.id for line in lines_of_task(db, self.task)]
        self.server = Running(
            make_app(self.corpus, self.store, Settings(requests_per_second=1000, burst=5000))
        )
        self._context = browser.new_context(
            base_url=self.server.url, viewport={"width": 1280, "height": 800}
        )
        self.page = self._context.new_page()
        self.page.goto("/login")
        self.page.fill("[name=name]", "tess")
        self.page.fill("[name=password]", PASSWORD)
        self.page.press("[name=password]", "Enter")
        self.page.wait_for_selector("#tasks a")
        self.open()
        self._cdp = self._context.new_cdp_session(self.page)
        self._cdp.send("Network.enable")

    def open(self) -> None:
        """Open the editor, or open it anew."""
        self.page.goto(f"/editor?task={self.task}")
        self.until(lambda: self.status() == "saved")

    def close(self) -> None:
        """End the page and the server."""
        self._context.close()
        self.server.stop()
        self.store.close()

    def slow_down(self, latency: int) -> None:
        """Put so many ms before every answer."""
        rate = {"downloadThroughput": -1, "uploadThroughput": -1}
        self._cdp.send(
            "Network.emulateNetworkConditions", {"offline": False, "latency": latency, **rate}
        )

    def status(self) -> str:
        """Return what the page says about saving."""
        status: str = self.page.evaluate("document.querySelector('#saved').dataset.state")
        return status

    def until(self, true: Callable[[], bool]) -> None:
        """Wait until something is true."""
        end = time.monotonic() + PATIENCE
        while not true():
            if time.monotonic() > end:
                raise AssertionError(f"never came true; the page says {self.status()}")
            self.page.wait_for_timeout(20)

    def dialog(self, content: str) -> bool:
        """Wait for a dialog; False if there will be none, as the page was taken over."""
        opened = self.page.locator(f"dialog[open] {content}").first
        self.until(lambda: opened.is_visible() or self.status() == "lost")
        return bool(opened.is_visible())

    def caret(self, line: str, start: int, end: int | None = None) -> None:
        """Put the caret into a line, or choose what lies between two places."""
        self.page.evaluate(
            """([id, start, end]) => {
              const text = document.getElementById(id).querySelector(".text");
              text.focus();
              getSelection().setBaseAndExtent(text.firstChild, start, text.firstChild, end);
            }""",
            [line, start, start if end is None else end],
        )

    def in_database(self, number: int) -> list[Line]:
        """Return the lines of a case as they are saved."""
        first, last = self._span(number)
        with self.store.read() as db:
            lines = lines_of_task(db, self.task)
        return [
            Line(
                line.text,
                tuple(line.text[m.start : m.end] for m in line.identifiers),
                line.speaker,
                line.state,
            )
            for line in lines
            if first <= line.start < last
        ]

    def on_page(self, number: int) -> list[str]:
        """Return the texts of a case as the page shows them, tidied as they are saved."""
        shown: list[list[Any]] = self.page.evaluate(
            """() => [...document.querySelectorAll(".line")].map(
                 (line) => [line.id, line.querySelector(".text").textContent])"""
        )
        at = {line: n for n, (line, _) in enumerate(shown)}
        first = at[self.ids[number * _LINES]]
        after = self.ids[(number + 1) * _LINES :][:1]
        last = at[after[0]] if after else len(shown)
        return [" ".join(text.split()) for _, text in shown[first:last]]

    def _span(self, number: int) -> tuple[float, float]:
        with self.store.read() as db:
            starts = {line.id: line.start for line in lines_of_task(db, self.task)}
        after = self.ids[(number + 1) * _LINES :][:1]
        return starts[self.ids[number * _LINES]], starts[after[0]] if after else float("inf")


def play(bench: Bench, case: Case, number: int) -> list[str]:
    """Do what a case says with its three lines; return what is wrong, nothing if all is well."""
    page = bench.page
    bench.slow_down(case.latency)
    with answering(bench, case.answer):
        expected = _act(bench, case, number)
        wrong = _untrue(bench, number)
        typed = bench.on_page(number)
        _recover(bench, case.answer)
    bench.until(lambda: bench.status() == "saved")
    bench.slow_down(0)
    saved = bench.in_database(number)
    if bench.on_page(number) != typed:
        wrong.append("the page shows another text after saving")
    if [line.text for line in saved] != typed:
        wrong.append("the database holds another text than the page showed")
    # A page that was taken over takes no more keys: what it showed counts, and not what was typed.
    if case.answer != "409" and saved != expected:
        wrong.append("the database holds another text than was typed, or other marks")
    marks = [mark for line in saved for mark in line.marked]
    if not any(NAME in mark for mark in marks):
        wrong.append("a mark was lost")
    page.evaluate("document.querySelector('#notice').hidden = true")
    return [f"{case}: {what}" for what in wrong]


def played(bench: Bench, case: Case, number: int) -> list[str]:
    """Do as `play`; a case that breaks off is wrong as well, and the page is opened anew."""
    from playwright.sync_api import Error

    try:
        return play(bench, case, number)
    except (AssertionError, Error) as error:
        where = bench.page.url.rpartition("/")[2].partition("?")[0]
        notice = bench.page.evaluate("document.querySelector('#notice')?.textContent ?? ''")
        bench.open()
        return [f"{case}: broke off at {where} ({notice}): {str(error).splitlines()[0]}"]


def _act(bench: Bench, case: Case, number: int) -> list[Line]:
    """Type and act; return the lines as they should be."""
    keyboard = bench.page.keyboard
    _, second, third = bench.ids[number * _LINES : (number + 1) * _LINES]
    a, b, c = texts_of(number)

    def typed(text: str) -> None:
        keyboard.type(text, delay=case.interval)

    def press(key: str) -> None:
        keyboard.press(key)
        bench.page.wait_for_timeout(case.interval)

    one, two, three = Line(a, (), "B"), Line(b, (NAME,), "A"), Line(c, (), "B")
    if case.action == "split":
        bench.caret(second, 9)
        typed("so ")
        press("Enter")
        typed("new text ")
        return [one, Line("hello my so", (), "A"), Line(f"new text {b[9:]}", (NAME,), "A"), three]
    if case.action == "merge":
        bench.caret(third, 0)
        typed("oh ")
        press("Home")
        press("Backspace")
        typed("and then ")
        return [one, Line(f"{b} and then oh {c}", (NAME,), "A")]
    if case.action == "accept":
        bench.caret(second, len(b))
        typed(" indeed")
        press("Control+Enter")
        typed("well then ")
        return [one, Line(f"{b} indeed", (NAME,), "A", "accepted"), Line(f"well then {c}", (), "B")]
    if case.action == "undo":
        bench.caret(second, 0)
        typed("abc ")
        press("Control+Z")
        typed("def ")
        return [one, Line(f"def {b}", (NAME,), "A"), three]
    if case.action == "mark":
        bench.caret(third, 6, 10)
        press("Control+Shift+H")
        if not bench.dialog("select"):
            return []
        press("Enter")
        typed(" exactly")
        return [one, two, Line(f"since when exactly{c[10:]}", ("when",), "B")]
    if case.action == "speaker":
        bench.caret(second, 0)
        typed("yes ")
        press("Alt+2")
        typed("well ")
        return [one, Line(f"yes well {b}", (NAME,), "B"), three]
    bench.caret(second, 0)
    typed("yes ")
    press("Control+F")
    if not bench.dialog("input"):
        return []
    typed(f"chest{number}q")
    press("Tab")
    typed("back")
    bench.page.click("dialog[open] button:text('Replace all')")
    press("Escape")
    bench.page.wait_for_selector("dialog", state="detached")
    bench.caret(second, 4)
    typed("well ")
    changed = b.replace(f"chest{number}q", "back")
    return [one, Line(f"yes well {changed}", (NAME,), "A"), three]


@contextmanager
def answering(bench: Bench, answer: str) -> Iterator[None]:
    """Have the server answer so to the first edits that come."""
    if answer == "401":
        with bench.store.write() as db:
            db.execute(delete(Login))
    elif answer == "409":
        with bench.store.write() as db:
            db.get_one(Task, bench.task).epoch += 1  # another window took it
    left = {"403": 1, "413": 1, "500": 2, "cut": 2}.get(answer, 0)

    def answered(route: Any) -> None:
        nonlocal left
        if left <= 0:
            route.fallback()
            return
        left -= 1
        if answer == "cut":
            if left:  # the server has it, and the answer is lost on the way
                route.fetch()
            route.abort("connectionreset")
        else:
            body = '{"error":"refused for a test","kind":"RefusedError"}'
            route.fulfill(status=int(answer), content_type="application/json", body=body)

    bench.page.route("**/operations", answered)
    try:
        yield
    finally:
        bench.page.unroute("**/operations")


def _untrue(bench: Bench, number: int) -> list[str]:
    """Return what is wrong if the page says that all is saved and it is not."""
    said, shown = bench.status(), bench.on_page(number)
    if said == "saved" and [line.text for line in bench.in_database(number)] != shown:
        return ["the page said that all was saved when it was not"]
    return []


def _recover(bench: Bench, answer: str) -> None:
    """Do what somebody does when the page says that it cannot save."""
    page = bench.page
    expected = {"401": "loggedout", "403": "refused", "409": "lost", "413": "refused"}.get(answer)
    if expected is None:
        return
    bench.until(lambda: bench.status() == expected)
    if answer == "401":
        page.click("#notice button:text('Log in again')")
        page.wait_for_selector("dialog[open] [type=password]")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
    elif answer == "409":
        page.click("#notice button:text('Work here')")
    else:
        page.click("#notice button:text('Try again')")


def run_cases(cases: Sequence[Case]) -> list[str]:
    """Play cases one after another in a browser of their own; return what is wrong."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        bench = Bench(Path(folder), browser, len(cases))
        wrong = [what for at, case in enumerate(cases) for what in played(bench, case, at)]
        bench.close()
    return wrong


def main() -> None:
    """Run the matrix and print what became of it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--latency", type=int, action="append", help="Only these, in ms.")
    parser.add_argument("--jobs", type=int, default=8, help="Browsers that type at once.")
    given = parser.parse_args()
    latencies = given.latency or LATENCIES
    # Most of the time a case waits, for the next key or for an answer: several run side by side. The
    # slow ones begin, so that none of them is left at the end.
    parts = [
        [
            case
            for case in all_cases([latency])
            if (case.interval, case.action) == (interval, action)
        ]
        for latency, interval, action in product(
            sorted(latencies, reverse=True), INTERVALS, ACTIONS
        )
    ]
    start = time.monotonic()
    wrong: dict[int, list[str]] = {latency: [] for latency in latencies}
    with ProcessPoolExecutor(given.jobs, mp_context=get_context("spawn")) as pool:
        for part, found in zip(parts, pool.map(run_cases, parts), strict=True):
            wrong[part[0].latency] += found
            for what in found:
                print(f"  {what}", flush=True)
    num_cases = 0
    for latency, found in wrong.items():
        num = len(list(all_cases([latency])))
        num_cases += num
        print(f"{latency:5} ms: {num} cases, {len(found)} wrong")
    num_wrong = sum(map(len, wrong.values()))
    print(f"all: {num_cases} cases, {num_wrong} wrong, {time.monotonic() - start:.0f} s")
    sys.exit(bool(num_wrong))


if __name__ == "__main__":
    main()
