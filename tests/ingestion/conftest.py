"""Recordings made on the spot, and a short way to ingest them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from speechkit.core.types import Session
from speechkit.ingestion.ingest import IngestOptions, IngestReport, ingest_folder
from speechkit.storage.corpus import Corpus

RATE = 16_000


@pytest.fixture
def record(tmp_path: Path) -> Callable[..., Path]:
    """Write a recording into `in/`; another seed is other audio."""

    def write(name: str, seed: int = 0, seconds: float = 2.0, channels: int = 1) -> Path:
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        size = (int(seconds * RATE), channels)
        wave = np.random.default_rng(seed).normal(0, 0.05, size).astype(np.float32)
        soundfile.write(path, wave, RATE)
        return path

    return write


@pytest.fixture
def ingest(tmp_path: Path) -> Callable[..., tuple[IngestReport, Corpus]]:
    """Ingest `in/` with a table (text of a CSV, or a path) into `corpus/`."""

    def run(table: str | Path = "", **options: object) -> tuple[IngestReport, Corpus]:
        if isinstance(table, str) and table:
            path = tmp_path / "table.csv"
            path.write_text(table, encoding="utf-8")
            options["metadata"] = path
        elif isinstance(table, Path):
            options["metadata"] = table
        corpus = Corpus(tmp_path / "corpus")
        report = ingest_folder(tmp_path / "in", corpus, IngestOptions(**options))
        return report, corpus

    return run


@pytest.fixture
def only(ingest: Callable[..., tuple[IngestReport, Corpus]]) -> Callable[..., Session]:
    """Ingest one recording without failure and return its session."""

    def run(table: str | Path = "", **options: object) -> Session:
        report, corpus = ingest(table, **options)
        assert report.failures == ()
        (session,) = corpus.sessions()
        return session

    return run
