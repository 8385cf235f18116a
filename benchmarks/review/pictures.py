"""Screenshots of the review editor for the handbook: `python -m benchmarks pictures [docs/review]`.

A short synthetic consultation, as a person sees it who may hear everything, and as a person does who
may not; an hour; lines from right to left; the page of those who lead. Look at them before they are committed.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.fixtures.review_servers import PASSWORD, Running, bring, chromium, lay_out
from benchmarks.review.editor import bring_hour, open_editor, speech_like
from speechkit.core.types import Identifier
from speechkit.review.accounts import add_user
from speechkit.review.load_drafts import create_tasks
from speechkit.review.server.app import make_app
from speechkit.review.server.settings import Settings
from speechkit.review.store import open_store
from speechkit.storage.corpus import Corpus

WIDE, NARROW = {"width": 1280, "height": 820}, {"width": 420, "height": 900}
SIZES = {"narrow": NARROW, "zoom": {"width": 853, "height": 533}}
CLIPS = {"tasks": {"x": 0, "y": 0, "width": 1280, "height": 320}}
PICTURES = ("tasks", "light", "dark", "narrow", "zoom", "keys", "words", "compare")
# Whom the pictures show the editor to, what is opened, and which ones are taken.
SETS = (
    ("tess", "consultation", PICTURES),
    ("tom", "consultation", ("hidden",)),
    ("tess", "hour", ("hour",)),
    ("tess", "arabic", ("rtl",)),
    ("lena", "consultation", ("lead",)),
)

# Made up, with an engine's mistakes; `_` before a word: the engine was unsure of it.
CONSULTATION = (
    ("A", "Good morning, I am doctor Quillfeather. Come in and take a seat."),
    ("B", "Good morning, doctor. Thank you for seeing me so soon."),
    ("A", "Could you tell me your full name and your date of _birth, please?"),
    ("B", "Zebedee Marrow, the fourth of May nineteen sixty one."),
    ("A", "And what has brought you in today, Mr Marrow?"),
    ("B", "I have had this _type feeling in my chest since Thursday, mostly on the stairs."),
    ("A", "Does it spread anywhere, to your arm or your _draw?"),
    ("B", "A little to the left arm. It goes away when I rest for a minute or two."),
    ("A", "Are you still taking the _rammy _prill, five milligrams once a day?"),
    ("B", "Ten milligrams. You put it up when I was in last, at the Harrowgate practice."),
    ("A", "Quite right. Any trouble with your _breathe at night?"),
    ("B", "No, I sleep flat. One pillow, as always."),
    ("A", "I would like to take a tracing of your heart and some blood before you go."),
    ("B", "That is fine. My daughter can drive me, her number is on the form."),
)
SAID = (
    ("Quillfeather", Identifier.NAME),
    ("Zebedee Marrow", Identifier.NAME),
    ("the fourth of May nineteen sixty one", Identifier.DATE),
    ("Mr Marrow", Identifier.NAME),
    ("Harrowgate practice", Identifier.ORG),
)


# Written from right to left; an engine was unsure of two words.
ARABIC = (
    ("A", "صباح الخير، أنا الطبيب. تفضل بالجلوس."),
    ("B", "صباح النور دكتور، شكرا لك."),
    ("A", "ما الذي _أتى بك اليوم؟"),
    ("B", "عندي ألم في الصدر منذ يوم الخميس، وخاصة على _السلالم."),
    ("A", "هل تتناول أي أدوية، مثل ramipril خمسة مليغرام؟"),
    ("B", "نعم، مرة واحدة في اليوم."),
)


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path("docs/review"))
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    for person, content, names in SETS:
        with editor_of(person, content) as url, chromium() as browser:
            for name in names:
                take(browser, url, person, name, given.folder / f"{name}.png")
                print(given.folder / f"{name}.png")


@contextmanager
def editor_of(person: str, content: str) -> Iterator[str]:
    """Serve what is to be seen to one person; yield the address."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Corpus.create(Path(folder) / "corpus")
        if content == "hour":
            bring_hour(corpus)
        else:
            texts = ARABIC if content == "arabic" else CONSULTATION
            segments = lay_out(texts, start=0.4, step=0.36, pause=0.5)
            samples = speech_like(segments, segments[-1].end + 2)
            bring(corpus, samples, segments, said=SAID, redacted=samples)
        store = open_store(corpus.root)
        with store.write() as db:
            role = "admin" if person == "lena" else "transcriber"
            add_user(db, person, PASSWORD, roles=[role], hear_raw=person != "tom")
            for name in ("tess", "tom") if person == "lena" else ():
                add_user(db, name, PASSWORD, roles=["transcriber"])
        create_tasks(corpus, store)
        server = Running(make_app(corpus, store, Settings(burst=5000)))
        yield server.url
        server.stop()
        store.close()


def take(browser: Any, url: str, person: str, name: str, path: Path) -> None:
    """Take one picture in a window of its own."""
    context = browser.new_context(
        viewport=SIZES.get(name, WIDE),
        device_scale_factor=1.5 if name == "zoom" else 1,
        color_scheme="dark" if name == "dark" else "light",
        base_url=url,
        reduced_motion="reduce",
    )
    page = context.new_page()
    open_editor(page, url, person)
    page.locator(".text").first.focus()  # not where the picture before left off
    for _ in range(5):
        page.keyboard.press("Alt+ArrowDown")
    if name == "dark":
        page.keyboard.press("Alt+ArrowUp")
        page.keyboard.press("Control+Enter")
    if name == "keys":
        page.keyboard.press("Control+/")
    if name == "words":
        page.click("summary:text-is('More')")
        page.click("#words")
        page.wait_for_selector("dialog[open] textarea")
        page.keyboard.type("ramipril\namlodipine\nSSRI")
    if name == "compare":
        page.keyboard.press("End")
        page.keyboard.type(" It goes to the jaw.")
        page.wait_for_timeout(1500)
        page.keyboard.press("Alt+d")
    if name == "tasks":
        page.goto("/")
        page.wait_for_selector("#tasks a")
    if name == "lead":
        page.goto("/lead")
        page.wait_for_selector("#tasks td input")
    page.wait_for_timeout(700)
    page.screenshot(path=path, clip=CLIPS.get(name))
    context.close()


if __name__ == "__main__":
    main()
