"""Clips through a server that takes a second for each, 16 in flight: `python -m benchmarks in-flight`.

A stub on this machine stands for the server, so that what is measured is what speechkit adds.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.fixtures.paid_server import PaidServer
from speechkit.ingestion.ingest import ingest_folder
from speechkit.pipeline.executors.local import LocalExecutor
from speechkit.pipeline.runner import run
from speechkit.storage.corpus import Corpus
from speechkit.transcription import TranscribeOptions, TranscribeStage

SECONDS = 1.0
IN_FLIGHT = 16


def clips(folder: Path, num_clips: int) -> Corpus:
    """Return a corpus of short clips of noise, each of its own."""
    (folder / "in").mkdir()
    for number in range(num_clips):
        noise = np.random.default_rng(number).normal(0, 0.1, 8_000)
        soundfile.write(folder / "in" / f"{number:04}.wav", noise, 16_000)
    corpus = Corpus(folder / "corpus")
    ingest_folder(folder / "in", corpus)
    return corpus


def main(num_clips: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        corpus = clips(Path(name), num_clips)
        server = PaidServer(delay=SECONDS).start()
        options = {"in_flight": str(IN_FLIGHT)}
        stage = TranscribeStage(
            TranscribeOptions(
                engine=f"openai:{server.address}#m", engine_options=options, language="en"
            )
        )
        begun = time.monotonic()
        report = run(corpus, [stage], LocalExecutor())
        taken = time.monotonic() - begun
        server.shutdown()
    at_best = num_clips * SECONDS / IN_FLIGHT
    print(f"{num_clips} clips, {IN_FLIGHT} in flight (at most {server.most_busy} at once)")
    print(f"{taken:.1f} s; {at_best:.1f} s would be the server's time alone")
    print(f"failed {len(report.failures)}, billed {sum(server.bill.values())}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
