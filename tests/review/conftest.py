"""A small corpus with a draft, identifiers and a redacted copy; a review editor on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from argon2 import PasswordHasher

from benchmarks.fixtures.review_servers import PASSWORD, RATE, Running, bring, lay_out
from speechkit.core.types import Identifier, Recording
from speechkit.review import accounts
from speechkit.review.accounts import add_user
from speechkit.review.load_drafts import create_tasks
from speechkit.review.server.app import make_app
from speechkit.review.server.settings import Settings
from speechkit.review.store import Store, open_store
from speechkit.storage.corpus import Corpus
from tests.postgres import postgresql  # noqa: F401  a fixture
from tests.review.asking import Client

TEXTS = (
    ("A", "Good morning I am doctor Quillfeather"),
    ("B", "hello my _nane is Zebedee Marrow and my chest hurts"),
    ("A", "since when have you had it"),
    ("B", "since the _forth of May I think"),
)
SAID = (("Quillfeather", Identifier.NAME), ("Zebedee Marrow", Identifier.NAME))
CONSTANT = 0.25  # every sample of the redacted copy: not the noise


def add_recording(
    corpus: Corpus, seed: int, *, redacted: bool = True, texts=TEXTS, seconds: float = 20.0
) -> Recording:
    """Noise for sound: loud everywhere, so that silence in an answer was put there.

    A word takes 0.4 s, every half second.
    """
    size = int(RATE * seconds)
    noise = np.random.default_rng(seed).uniform(-0.9, 0.9, size).astype(np.float32)
    copy = np.full(size, CONSTANT, np.float32) if redacted else None
    segments = lay_out(texts, start=0.5, step=0.5, pause=0.5)
    return bring(corpus, noise, segments, said=SAID, redacted=copy)


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that take a millisecond; what they protect is made up."""
    monkeypatch.setattr(accounts, "_HASHER", PasswordHasher(1, 64, 1))


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    made = Corpus.create(tmp_path / "corpus")
    add_recording(made, 1)
    return made


PEOPLE: dict[str, dict[str, Any]] = {
    "tess": {"roles": ["transcriber"], "hear_raw": True},
    "tom": {"roles": ["transcriber"]},
    "rita": {"roles": ["reviewer"], "hear_raw": True},
    "ada": {"roles": ["adjudicator"], "hear_raw": True},
    "aud": {"roles": ["auditor"]},
    "root": {"roles": ["admin"]},
}


@pytest.fixture
def store(corpus: Corpus) -> Iterator[Store]:
    made = open_store(corpus.root)
    with made.write() as db:
        for name, rights in PEOPLE.items():
            add_user(db, name, PASSWORD, **rights)
    create_tasks(corpus, made)
    yield made
    made.close()


@pytest.fixture
def url(corpus: Corpus, store: Store) -> Iterator[str]:
    server = Running(make_app(corpus, store, Settings(requests_per_second=1000, burst=5000)))
    yield server.url
    server.stop()


@pytest.fixture
def client(url: str) -> Iterator[Callable[[str], Client]]:
    opened: list[Client] = []

    def log_in(name: str) -> Client:
        opened.append(Client(base_url=url, timeout=20))
        return opened[-1].log_in(name)

    yield log_in
    for one in opened:
        one.close()


@pytest.fixture
def task(corpus: Corpus) -> str:
    return f"{corpus.sessions()[0].recording.id}-a"


@pytest.fixture
def add() -> Callable[..., Recording]:
    return add_recording


@pytest.fixture
def page(browser: Any, url: str) -> Iterator[Any]:
    context = browser.new_context(base_url=url, viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on(
        "console", lambda said: wrong.append(said.text) if "Content Security" in said.text else None
    )
    opened.on(
        "request",
        lambda asked: None if asked.url.startswith((url, "data:")) else wrong.append(asked.url),
    )
    yield opened
    context.close()
    assert wrong == []
