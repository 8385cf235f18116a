"""The review editor in Chromium: `python -m benchmarks editor`.

Makes up a recording of an hour with 2,000 lines and 24,000 words, serves it, and prints how soon
the waveform stands, how soon one can type, how long a key stroke takes to paint, and how much memory
the page takes; the exit code is 1 if one of them misses its target.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.fixtures.review_servers import (
    PASSWORD,
    RATE,
    Running,
    Samples,
    bring,
    chromium,
    lay_out,
)
from speechkit.core.types import Segment
from speechkit.review.accounts import add_user
from speechkit.review.load_drafts import create_tasks
from speechkit.review.server.app import make_app
from speechkit.review.server.settings import Settings
from speechkit.review.store import open_store
from speechkit.storage.corpus import Corpus

SECONDS, LINES = 3600.0, 2000
WORDS = "so how long have you had this pain in your left".split()  # and a number: 12 a line
WAVEFORM, FIRST_EDIT, STROKE = 300.0, 1000.0, 50.0  # ms
MEMORY = 300.0  # MB
OPENINGS = 5


def main() -> None:
    """Measure, and say whether the targets were met."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Corpus.create(Path(folder) / "corpus")
        bring_hour(corpus)
        store = open_store(corpus.root)
        with store.write() as db:
            add_user(db, "tess", PASSWORD, roles=["transcriber"], hear_raw=True)
        create_tasks(corpus, store)
        server = Running(make_app(corpus, store, Settings(burst=5000)))
        with chromium() as browser:
            missed = measure(browser, server.url)
        server.stop()
        store.close()
    for name in missed:
        print(f"  missed: {name}")
    sys.exit(bool(missed))


def bring_hour(corpus: Corpus) -> None:
    """Bring an hour of 2,000 lines of 12 words."""
    texts = [("AB"[n % 2], " ".join([*WORDS, str(n)])) for n in range(LINES)]
    step = (SECONDS - LINES * 0.5) / (LINES * (len(WORDS) + 1))
    segments = lay_out(texts, start=0.4, step=step, pause=0.5)
    samples = speech_like(segments, SECONDS)
    bring(corpus, samples, segments, redacted=samples)


def speech_like(segments: Sequence[Segment], seconds: float) -> Samples:
    """Return noise that has the shape of speech: a burst a word."""
    draw = np.random.default_rng(1)
    level = np.full(int(seconds * RATE), 0.004, np.float32)
    for word in (word for segment in segments for word in segment.words):
        a, b = int(word.start * RATE), min(int(word.end * RATE), len(level))
        level[a:b] = draw.uniform(0.1, 0.6) * np.hanning(b - a)
    noise = draw.standard_normal(len(level)).astype(np.float32)
    return (noise * level * 0.5).clip(-1, 1)


def open_editor(page: Any, url: str, name: str = "tess") -> None:
    """Log in and open the first task."""
    page.goto(f"{url}/login")
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_selector("#tasks a")
    page.goto(page.get_attribute("#tasks a", "href"))
    wait(page, "wave-shown")


def wait(page: Any, mark: str) -> float:
    """Return when a mark was reached, in ms since the navigation."""
    while True:
        at = page.evaluate("m => performance.getEntriesByName(m)[0]?.startTime ?? null", mark)
        if at is not None:
            return float(at)
        page.wait_for_timeout(20)


def measure(browser: Any, url: str) -> list[str]:
    """Print the figures of the hour, and return what missed its target."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, base_url=url)
    page = context.new_page()
    open_editor(page, url)  # the first one prepares the sound, as `serve` does in the background
    waves, edits, whole = [], [], []
    for _ in range(OPENINGS):
        page.reload()
        whole.append(wait(page, "wave-shown"))
        waves.append(whole[-1] - wait(page, "asked-wave"))
        edits.append(wait(page, "editable"))
    strokes = sorted(type_into(page))
    p95 = strokes[int(len(strokes) * 0.95)]
    heap = page.evaluate("performance.measureUserAgentSpecificMemory().then(m => m.bytes)") / 1e6
    process = max(renderers())
    context.close()
    print(f"an hour, {LINES:,} lines, {LINES * (len(WORDS) + 1):,} words; median of {OPENINGS}:")
    print(f"  waveform after      {median(waves):6.0f} ms of asking for it, at most {WAVEFORM:.0f}")
    print(f"  first edit after    {median(edits):6.0f} ms of opening, at most {FIRST_EDIT:.0f}")
    print(f"  all there after     {median(whole):6.0f} ms of opening")
    print(
        f"  key stroke to paint {p95:6.1f} ms p95, at most {STROKE:.0f}; {median(strokes):.1f} "
        f"median of {len(strokes)} strokes"
    )
    print(f"  memory              {process:6.0f} MB of the process, at most {MEMORY:.0f}")
    print(f"                      {heap:6.0f} MB of it the page's own")
    figures = (
        ("waveform", median(waves), WAVEFORM), ("first edit", median(edits), FIRST_EDIT),
        ("key stroke", p95, STROKE), ("memory", process, MEMORY),
    )  # fmt: skip
    return [name for name, figure, target in figures if figure > target]


def type_into(page: Any) -> list[float]:
    """Type into a line; return ms from each stroke to after the paint that shows it."""
    page.click(".line:nth-child(5) .text")
    page.evaluate(
        """() => {
          window.strokes = [];
          addEventListener("keydown", ({ timeStamp }) => {
            requestAnimationFrame(() => setTimeout(() =>
              window.strokes.push(performance.now() - timeStamp)));
          }, true);
        }"""
    )
    for letter in "the pain is worse on the stairs and when it is cold " * 4:
        page.keyboard.press("Space" if letter == " " else letter)
        page.wait_for_timeout(15)
    strokes: list[float] = page.evaluate("window.strokes")
    return strokes


def renderers() -> Iterator[float]:
    """Yield the memory of Chromium's page processes in MB: what each has for itself, and 0."""
    yield 0.0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if b"--type=renderer" in (process / "cmdline").read_bytes():
                told = (process / "smaps_rollup").read_text()
                own = re.findall(r"^Private_\w+:\s+(\d+) kB", told, re.M)
                yield sum(map(int, own)) * 1024 / 1e6
        except OSError:
            continue  # it ended meanwhile


if __name__ == "__main__":
    main()
