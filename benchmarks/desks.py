"""A desk to work at: made-up recordings in a corpus, the server on a thread, Chromium before it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import uvicorn
from msgspec.structs import replace
from numpy.typing import NDArray

from speechkit.audio.encode import write_audio
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
from speechkit.storage.corpus import Corpus

RATE = 8000
PASSWORD = "correct horse battery"
CHROMIUM_ARGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --autoplay-policy=no-user-gesture-required "
    "--enable-blink-features=ForceEagerMeasureMemory"
).split()

Samples = NDArray[np.float32]
Said = Sequence[tuple[str, Identifier]]


def lay_out(
    texts: Sequence[tuple[str, str]], *, start: float, step: float, pause: float
) -> tuple[Segment, ...]:
    """Return a segment a (speaker, text): a word every `step` seconds, `pause` more between lines.

    `_` before a word: the engine was unsure of it.
    """
    draw = np.random.default_rng(2)
    at, found = start, []
    for speaker, text in texts:
        words = []
        for token in text.split():
            low, high = (0.25, 0.5) if token[0] == "_" else (0.85, 0.99)
            words.append(
                Word(
                    text=token.lstrip("_"), start=round(at, 3), end=round(at + step * 0.8, 3),
                    confidence=round(float(draw.uniform(low, high)), 3),
                )
            )  # fmt: skip
            at += step
        found.append(
            Segment(
                id="", start=words[0].start, end=words[-1].end, language="en", speaker=speaker,
                text=" ".join(word.text for word in words), words=tuple(words), confidence=0.8,
            )
        )  # fmt: skip
        at += pause
    return tuple(found)


def bring(
    corpus: Corpus,
    samples: Samples,
    segments: Sequence[Segment],
    *,
    said: Said = (),
    redacted: Samples | None,
) -> Recording:
    """Put a made-up recording into a corpus: (n,) samples, its draft, its identifiers where they
    are said, roles for speakers A and B, and a redacted copy if there is one."""
    audio = _store(corpus, samples, "vault")
    recording = Recording(id=recording_id(audio.sha256), audio=audio, synthetic=True)
    corpus.put_session(Session(recording=recording))
    draft = tuple(replace(s, id=segment_id(recording.id, n)) for n, s in enumerate(segments))
    layers: list[tuple[str, Any, tuple[Any, ...]]] = [
        ("attributed", "segments", draft),
        ("phi", "phi", tuple(_spans(draft, said))),
        ("roles", "roles", _ROLES),
    ]
    if redacted is not None:
        copy = RedactedCopy(
            audio=_store(corpus, redacted, "redacted"), segments=draft, redactions=(),
            verdict="clean", checked_by=("made up",),
        )  # fmt: skip
        layers.append(("redacted", "redacted", (copy,)))
    for name, kind, items in layers:
        corpus.add_layer(
            recording.id,
            Layer(
                name=name, kind=kind, recording=recording.id, items=items,
                provenance=Provenance(stage="made up", version="1"),
            ),
        )  # fmt: skip
    return recording


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
        """End it, with the requests it is at."""
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(5)


@contextmanager
def chromium() -> Iterator[Any]:
    """Start Debian's Chromium."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


_ROLES = (
    SpeakerRole(speaker="A", role="doctor", confidence=1.0),
    SpeakerRole(speaker="B", role="patient", confidence=1.0),
)


def _store(corpus: Corpus, samples: Samples, area: str) -> Audio:
    path = corpus.root / "new.wav"
    write_audio(path, samples[None], RATE, bits=16)
    digest = digest_file(path)
    uri = corpus.put_audio(path, digest, area=area)
    path.unlink()
    return Audio(
        sha256=digest, uri=uri, sample_rate=RATE, num_samples=len(samples), num_channels=1,
        codec="wav/pcm_16",
    )  # fmt: skip


def _spans(segments: Sequence[Segment], said: Said) -> Iterator[PhiSpan]:
    for segment in segments:
        for words, identifier in said:
            at = segment.text.find(words)
            if at >= 0:
                yield PhiSpan(
                    segment=segment.id, start_char=at, end_char=at + len(words),
                    identifier=identifier, score=0.9, detector="made up",
                )  # fmt: skip
