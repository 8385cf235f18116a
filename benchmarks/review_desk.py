"""The desk in Chromium: `python -m benchmarks.review_desk [--pictures docs/review]`.

Makes up a recording of an hour with 2,000 lines and 24,000 words, serves it, and prints how soon
the waveform stands, how soon one can type, how long a key stroke takes to paint, and how much memory
the page takes. With --pictures it takes screenshots of a short made-up consultation instead.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn
from msgspec.structs import replace

from speechkit.audio.encode import write_audio
from speechkit.core.corpus import Corpus
from speechkit.core.digest import digest_file, recording_id, segment_id
from speechkit.core.types import (
    Audio,
    Identifier,
    Layer,
    PhiSpan,
    Provenance,
    Recording,
    RedactedCopy,
    Segment,
    Session,
    SpeakerRole,
    Word,
)
from speechkit.review.accounts import add_user
from speechkit.review.load import Loading, load
from speechkit.review.server.app import make_app
from speechkit.review.server.settings import Settings
from speechkit.review.store import Store, open_store

RATE = 8000
PASSWORD = "correct horse battery"
CHROMIUM_ARGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --autoplay-policy=no-user-gesture-required "
    "--enable-blink-features=ForceEagerMeasureMemory"
).split()

WIDE = {"width": 1280, "height": 820}
PICTURES = ("tasks", "light", "keys", "dark", "narrow")

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


def main() -> None:
    """Measure, or take pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=Path, metavar="DIR")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        corpus = Corpus.create(Path(folder) / "corpus")
        if given.pictures:
            add_recording(corpus, CONSULTATION)
            with desk(corpus) as url, chromium() as browser:
                take_pictures(browser, url, given.pictures, ("tess", *PICTURES))
            (corpus.root / "vault" / "review" / "desk.sqlite3").unlink()
            with desk(corpus) as url, chromium() as browser:  # nobody has taken the task yet
                take_pictures(browser, url, given.pictures, ("tom", "hidden"))
        else:
            words = "so how long have you had this pain in your left knee".split()
            lines = [("AB"[n % 2], " ".join([*words[:11], f"{n}"])) for n in range(2000)]
            add_recording(corpus, lines, seconds=3600.0)
            with desk(corpus) as url, chromium() as browser:
                measure(browser, url)


def add_recording(
    corpus: Corpus, texts: Sequence[tuple[str, str]], *, seconds: float | None = None
) -> None:
    """Bring a draft and a sound that has the shape of speech: noise, a burst a syllable."""
    segments = list(_segments(texts, seconds))
    duration = seconds or segments[-1].end + 2
    draw = np.random.default_rng(1)
    level = np.full(int(duration * RATE), 0.004, np.float32)
    for word in (word for segment in segments for word in segment.words):
        a, b = int(word.start * RATE), int(word.end * RATE)
        level[a:b] = draw.uniform(0.1, 0.6) * np.hanning(b - a)
    samples = (draw.standard_normal(len(level)).astype(np.float32) * level * 0.5).clip(-1, 1)
    path = corpus.root / "new.wav"
    write_audio(path, samples[None], RATE, bits=16)
    digest = digest_file(path)
    name = recording_id(digest)
    audio = Audio(
        sha256=digest, uri=corpus.put_audio(path, digest), sample_rate=RATE,
        num_samples=len(samples), num_channels=1, codec="wav/pcm_16",
    )  # fmt: skip
    corpus.put_session(Session(recording=Recording(id=name, audio=audio, synthetic=True)))
    segments = [replace(segment, id=segment_id(name, n)) for n, segment in enumerate(segments)]
    redacted = replace(audio, uri=corpus.put_audio(path, digest, area="redacted"))
    path.unlink()
    copy = RedactedCopy(
        audio=redacted, segments=tuple(segments), redactions=(), verdict="clean",
        checked_by=("made up",),
    )  # fmt: skip
    roles = (
        SpeakerRole(speaker="A", role="doctor", confidence=1.0),
        SpeakerRole(speaker="B", role="patient", confidence=1.0),
    )
    layers: tuple[tuple[str, Any, Sequence[Any]], ...] = (
        ("attributed", "segments", segments),
        ("phi", "phi", list(_phi(segments))),
        ("roles", "roles", roles),
        ("redacted", "redacted", (copy,)),
    )
    for layer, kind, items in layers:
        made = Provenance(stage="made up", version="1")
        corpus.add_layer(
            name, Layer(name=layer, kind=kind, recording=name, items=tuple(items), provenance=made)
        )


def _segments(texts: Sequence[tuple[str, str]], seconds: float | None) -> Iterator[Segment]:
    num_words = sum(len(text.split()) for _, text in texts)
    step = 0.36 if seconds is None else (seconds - len(texts) * 0.5) / num_words
    at = 0.4
    draw = np.random.default_rng(2)
    for speaker, text in texts:
        words = []
        for token in text.split():
            sure = float(draw.uniform(0.25, 0.5) if token[0] == "_" else draw.uniform(0.85, 0.99))
            words.append(
                Word(
                    text=token.lstrip("_"), start=round(at, 3), end=round(at + step * 0.9, 3),
                    confidence=round(sure, 3),
                )
            )  # fmt: skip
            at += step
        yield Segment(
            id="", start=words[0].start, end=words[-1].end, text=" ".join(w.text for w in words),
            language="en", speaker=speaker, words=tuple(words),
        )  # fmt: skip
        at += 0.5


def _phi(segments: Sequence[Segment]) -> Iterator[PhiSpan]:
    for segment in segments:
        for said, identifier in SAID:
            at = segment.text.find(said)
            if at >= 0:
                yield PhiSpan(
                    segment=segment.id, start_char=at, end_char=at + len(said),
                    identifier=identifier, score=0.9, detector="made up",
                )  # fmt: skip


@contextmanager
def desk(corpus: Corpus) -> Iterator[str]:
    """Serve the corpus on a thread; yield the address."""
    store: Store = open_store(corpus.root)
    with store.write() as db:
        add_user(db, "tess", PASSWORD, roles=["transcriber"], hear_raw=True)
        add_user(db, "tom", PASSWORD, roles=["transcriber"])
    load(corpus, store, Loading())
    app: Any = make_app(corpus, store, Settings(burst=5000))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = server.force_exit = True
    thread.join(5)
    store.close()


@contextmanager
def chromium() -> Iterator[Any]:
    """Start Debian's Chromium."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


def open_desk(page: Any, url: str, name: str = "tess") -> None:
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


def measure(browser: Any, url: str) -> None:
    """Print the figures of the hour; opened twice, because the first one prepares the sound."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, base_url=url)
    page = context.new_page()
    open_desk(page, url)
    page.reload()
    print("an hour, 2,000 lines, 24,000 words (second opening):")
    print(
        f"  waveform after      {wait(page, 'wave-shown') - wait(page, 'asked-wave'):6.0f} ms "
        "of asking for it"
    )
    print(f"  first edit after    {wait(page, 'editable'):6.0f} ms")
    print(f"  all there after     {wait(page, 'wave-shown'):6.0f} ms")
    page.click(".line:nth-child(5) .text")
    page.evaluate(
        """() => {
          window.strokes = [];
          addEventListener("keydown", () => {
            const at = performance.now();
            requestAnimationFrame(() => setTimeout(() => window.strokes.push(performance.now() - at)));
          }, true);
        }"""
    )
    for letter in "the pain is worse on the stairs and when it is cold " * 4:
        page.keyboard.press("Space" if letter == " " else letter)
        page.wait_for_timeout(15)
    strokes = sorted(page.evaluate("window.strokes"))
    print(
        f"  key stroke to paint {strokes[len(strokes) // 2]:6.1f} ms median, "
        f"{strokes[int(len(strokes) * 0.95)]:.1f} ms p95, {len(strokes)} strokes"
    )
    memory = page.evaluate("performance.measureUserAgentSpecificMemory().then(m => m.bytes)")
    print(f"  memory of the page  {memory / 1e6:6.0f} MB")
    context.close()


def take_pictures(browser: Any, url: str, folder: Path, asked: Sequence[str]) -> None:
    """Take screenshots as one person: their name, then the names of the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    person, *names = asked
    for name in names:
        context = browser.new_context(
            viewport={"width": 420, "height": 900} if name == "narrow" else WIDE,
            color_scheme="dark" if name == "dark" else "light",
            base_url=url,
            reduced_motion="reduce",
        )
        page = context.new_page()
        open_desk(page, url, person)
        for _ in range(6):
            page.keyboard.press("Alt+ArrowDown")
        if name == "dark":
            page.keyboard.press("Alt+ArrowUp")
            page.keyboard.press("Control+Enter")
        if name == "keys":
            page.keyboard.press("Control+/")
        if name == "tasks":
            page.goto("/")
            page.wait_for_selector("#tasks a")
        page.wait_for_timeout(700)
        page.screenshot(path=folder / f"{name}.png")
        context.close()
        print(folder / f"{name}.png")


if __name__ == "__main__":
    main()
