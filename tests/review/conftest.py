"""A small corpus with a draft, identifiers and a redacted copy; a desk on it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import uvicorn
from argon2 import PasswordHasher

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
    Word,
)
from speechkit.review import accounts
from speechkit.review.accounts import add_user
from speechkit.review.load import load
from speechkit.review.server.app import make_app
from speechkit.review.server.settings import Settings
from speechkit.review.store import Store, open_store

RATE = 8000
PASSWORD = "correct horse battery"
TEXTS = (
    ("A", "Good morning I am doctor Quillfeather"),
    ("B", "hello my nane is Zebedee Marrow and my chest hurts"),
    ("A", "since when have you had it"),
    ("B", "since the forth of May I think"),
)


def make_segments(recording: str, texts=TEXTS) -> tuple[Segment, ...]:
    """Each word takes half a second."""
    at, found = 0.5, []
    for index, (speaker, text) in enumerate(texts):
        words = []
        for word in text.split():
            sure = 0.3 if word in ("nane", "forth") else 0.9
            words.append(Word(text=word, start=at, end=at + 0.4, confidence=sure))
            at += 0.5
        found.append(
            Segment(
                id=segment_id(recording, index), start=words[0].start, end=words[-1].end,
                text=text, language="en", speaker=speaker, words=tuple(words), confidence=0.8,
            )
        )  # fmt: skip
        at += 0.5
    return tuple(found)


def span(segment: Segment, said: str, identifier: Identifier) -> PhiSpan:
    at = segment.text.index(said)
    return PhiSpan(
        segment=segment.id, start_char=at, end_char=at + len(said), identifier=identifier,
        score=0.9, detector="test",
    )  # fmt: skip


def add_recording(
    corpus: Corpus, seed: int, *, redacted: bool = True, texts=TEXTS, seconds: float = 20.0
) -> Recording:
    """Noise for sound: loud everywhere, so that silence in an answer was put there."""
    noise = np.random.default_rng(seed).uniform(-0.9, 0.9, (1, int(RATE * seconds)))
    path = corpus.root / "in.wav"
    write_audio(path, noise.astype(np.float32), RATE, bits=16)
    digest = digest_file(path)
    audio = Audio(
        sha256=digest, uri=corpus.put_audio(path, digest), sample_rate=RATE,
        num_samples=noise.shape[1], num_channels=1, codec="wav/pcm_16",
    )  # fmt: skip
    recording = Recording(id=recording_id(digest), audio=audio)
    corpus.put_session(Session(recording=recording))
    segments = make_segments(recording.id, texts)
    made = Provenance(stage="test", version="1")

    def layer(name: str, kind: Any, items: tuple[Any, ...]) -> None:
        corpus.add_layer(
            recording.id,
            Layer(name=name, kind=kind, recording=recording.id, items=items, provenance=made),
        )

    layer("attributed", "segments", segments)
    spans = ()
    if texts is TEXTS:
        spans = (
            span(segments[0], "Quillfeather", Identifier.NAME),
            span(segments[1], "Zebedee Marrow", Identifier.NAME),
        )
    layer("phi", "phi", spans)
    if redacted:
        other = np.full((1, int(RATE * seconds)), 0.25, np.float32)  # not the noise
        write_audio(path, other, RATE, bits=16)
        digest = digest_file(path)
        uri = corpus.put_audio(path, digest, area="redacted")
        copy = RedactedCopy(
            audio=Audio(
                sha256=digest, uri=uri, sample_rate=RATE, num_samples=other.shape[1],
                num_channels=1, codec="wav/pcm_16",
            ),
            segments=segments, redactions=(), verdict="clean",
        )  # fmt: skip
        layer("redacted", "redacted", (copy,))
    path.unlink()
    return recording


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
    load(corpus, made)
    yield made
    made.close()


class Client(httpx.Client):
    """Somebody's browser, as far as the server can tell."""

    def log_in(self, name: str) -> Client:
        answer = self.post("/api/login", json={"name": name, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        self.headers["x-csrf-token"] = answer.json()["csrf"]
        return self

    def task(self, task: str) -> dict[str, Any]:
        answer = self.get(f"/api/tasks/{task}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def lease(self, task: str) -> int:
        answer = self.post(f"/api/tasks/{task}/lease")
        assert answer.status_code == 200, answer.text
        return int(answer.json()["epoch"])


class Running:
    """A server on a thread; `url` is where it listens."""

    def __init__(self, app: Any) -> None:
        config = uvicorn.Config(app, port=0, log_level="error", lifespan="off", server_header=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            self._thread.join(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"

    def stop(self) -> None:
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(5)


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
