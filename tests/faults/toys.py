"""Small stages that other processes can import, and a corpus for them."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from speechkit.core.errors import AudioError, ModelError, UsageError
from speechkit.core.stage import Resources, Task, Work, Writes
from speechkit.core.types import Audio, Recording, Session, Turn
from speechkit.storage.corpus import Corpus

CANARY = b"".join([b"Zebu", b"lonia"])  # what is said: it may lie in layers, and nowhere else


class ToyOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`speaker` is what it writes."""

    speaker: str = "A"


class Toy:
    """Writes turns made from the recording's digest and the layer it reads.

    `seconds` it sleeps a recording; `marks`: a folder where it notes each start; `dies` on these
    recordings, always or (with `once`) the first time; `fails` on these; `unopened`: cannot open.
    None of it changes what is written.
    """

    version, engine, revision = "1", "", ""

    def __init__(
        self,
        name: str = "toy",
        reads: tuple[str, ...] = (),
        writes: str = "turns",
        *,
        seconds: float = 0.0,
        marks: Path | None = None,
        dies: tuple[str, ...] = (),
        once: Path | None = None,
        fails: tuple[str, ...] = (),
        unopened: bool = False,
        speaker: str = "A",
    ) -> None:
        self.name, self.reads, self.writes = name, reads, Writes(name=writes, kind="turns")
        self.options = ToyOptions(speaker=speaker)
        self.seconds, self.marks, self.dies, self.once = seconds, marks, dies, once
        self.fails, self.unopened = fails, unopened

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Work]:
        if self.unopened:
            raise ModelError("no weights for the toy; bring them")

        def work(tasks: Sequence[Task]) -> list[tuple[Turn, ...]]:
            return [self._one(task) for task in tasks]

        yield work

    def _one(self, task: Task) -> tuple[Turn, ...]:
        name = task.recording.id
        if self.marks is not None:
            (self.marks / f"{self.name}-{name}-{os.getpid()}-{time.monotonic_ns()}").touch()
        if name in self.dies and not (self.once and self.once.exists()):
            if self.once:
                self.once.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if name in self.fails:
            raise AudioError(f"{name}: fails")
        time.sleep(self.seconds)
        before = "".join(turn.speaker for read in self.reads for turn in task.layers[read].items)
        digest = hashlib.sha256(f"{self.name}{name}{before}".encode()).hexdigest()
        turns = [
            Turn(start=float(n), end=n + 0.5, speaker=f"{self.options.speaker}{digest[n * 2]}")
            for n in range(20)
        ]
        return (*turns, Turn(start=20.0, end=21.0, speaker=CANARY.decode()))


class Misused(Toy):
    """Raises a usage error for one recording, as a stage does that asks too much of it."""

    error = UsageError("no such channel")

    def __init__(self, recording: str) -> None:
        super().__init__("misused")
        self.recording = recording

    def _one(self, task: Task) -> tuple[Turn, ...]:
        if task.recording.id == self.recording:
            raise self.error
        return super()._one(task)


def pipeline(**options: object) -> tuple[Toy, ...]:
    """Three stages, each of which reads what the one before it wrote."""
    return (
        Toy("one", (), "turns", **options),
        Toy("two", ("turns",), "more", **options),
        Toy("three", ("turns", "more"), "most", **options),
    )


def make_corpus(root: Path, num_recordings: int) -> Corpus:
    """A corpus of recordings that have no audio."""
    corpus = Corpus.create(root)
    for n in range(num_recordings):
        sha256 = hashlib.sha256(str(n).encode()).hexdigest()
        audio = Audio(
            sha256=sha256, uri="x", sample_rate=8, num_samples=80, num_channels=1, codec="p"
        )
        corpus.put_session(Session(recording=Recording(id=f"rec-{n:016x}", audio=audio)))
    return corpus


def contents(corpus: Corpus) -> dict[str, bytes]:
    """Every file but the journal, which has a clock."""
    return {
        str(path.relative_to(corpus.root)): path.read_bytes()
        for path in sorted(corpus.root.rglob("*"))
        if path.is_file() and path.name != "journal.jsonl"
    }
