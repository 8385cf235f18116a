"""Peak memory by length of a recording: `python -m benchmarks memory [--hours 0.5,10] [--stages ...]`.

Two recordings hold the same minute of speech, half at the beginning and half at the end, and faint
noise between. Each stage runs on them in a process of its own, whose peak is what counts: all that
was ever resident, code and weights included. Beyond the second half minute of speech the long one
gives the models nothing to do, so that it ends in reasonable time.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from benchmarks import ROOT
from benchmarks.fixtures.clips import real_call
from speechkit.audio.read import read_resampled
from speechkit.core.engines import SAMPLE_RATE
from speechkit.core.stage import Resources
from speechkit.ingestion.ingest import IngestOptions, ingest_folder
from speechkit.pipeline.executors.local import LocalExecutor
from speechkit.pipeline.jobs import Stored, jobs_of
from speechkit.pipeline.pipelines import STAGE_NAMES, make_stage
from speechkit.storage.corpus import Corpus

STAGES = ("ingest", *STAGE_NAMES)
TARGETS = (1.5, 2048)  # long ÷ short, and MiB


def main() -> None:
    """Print the peak of each stage on each recording, and how they compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", default="0.5,10", help="the two lengths")
    parser.add_argument("--stages", default=",".join(STAGES), help="those to measure")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--one", nargs=2, metavar=("CORPUS", "STAGE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        one_stage(Path(given.one[0]), given.one[1], given.threads)
        return
    short, long = map(float, given.hours.split(","))
    stages = given.stages.split(",")
    peaks = {hours: measured(hours, stages, given.threads) for hours in (short, long)}
    for stage in stages:
        print(
            f"{stage:<10} {long:g} h / {short:g} h: {peaks[long][stage] / peaks[short][stage]:.2f}"
        )
    ratio = max(peaks[long].values()) / max(peaks[short].values())
    print(f"a whole run: {ratio:.2f} (target at most {TARGETS[0]})")
    print(f"highest peak: {max(peaks[long].values()):.0f} MiB (target at most {TARGETS[1]})")


def measured(hours: float, stages: list[str], threads: int) -> dict[str, float]:
    """Return the peak in MiB of each of `stages` on a recording of that length."""
    peaks: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as scratch:
        sparse_recording(Path(scratch) / "in" / "long.flac", hours)
        for stage in STAGES[: 1 + max(STAGES.index(stage) for stage in stages)]:
            command = (
                sys.executable,
                "-m",
                "benchmarks.pipeline.memory",
                "--threads",
                str(threads),
            )
            done = subprocess.run(
                [*command, "--one", scratch, stage if stage in stages else f"no-{stage}"],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                sys.exit(done.stderr)
            highest, seconds = map(float, done.stdout.split())
            if stage in stages:
                peaks[stage] = highest
                print(
                    f"  {hours:g} h {stage:<10} peak {highest:.0f} MiB, {seconds:.0f} s", flush=True
                )
    return peaks


def one_stage(scratch: Path, name: str, threads: int) -> None:
    """Run one stage on what the ones before it left; print the peak in MiB and the seconds.

    A stage called `no-…` is not to be measured: it writes an empty layer.
    """
    began = time.perf_counter()
    corpus = Corpus(scratch / "corpus")
    if name in ("ingest", "no-ingest"):
        ingest_folder(scratch / "in", corpus, IngestOptions(language="en"))
    else:
        stage: Any = make_stage(name.removeprefix("no-"), {})
        if name.startswith("no-"):
            stage = Nothing(stage)
        executor = LocalExecutor(Resources(threads=threads))
        (result,) = executor.perform(stage, corpus, jobs_of(corpus.sessions()))
        assert isinstance(result, Stored), result.reason
        corpus.add_layer(result.recording, corpus.get_layer(result.layer))
    print(peak() / 2**20, time.perf_counter() - began)


def peak() -> int:
    """The most bytes that were ever resident in this process. (`ru_maxrss` begins with those of the
    process that started it.)"""
    status = Path("/proc/self/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) << 10


class Nothing:
    """Stands in for a stage and finds nothing."""

    def __init__(self, stage: Any) -> None:
        self._stage = stage

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stage, name)

    def open(self, resources: Resources) -> Any:  # noqa: ARG002
        from contextlib import nullcontext

        return nullcontext(lambda tasks: [() for _ in tasks])


def sparse_recording(path: Path, hours: float) -> None:
    """Write a recording of faint noise with the real call at its beginning and at its end."""
    call = read_resampled(real_call(), SAMPLE_RATE, mono=True)[0]
    rng = np.random.default_rng(1)
    length = round(hours * 3600 * SAMPLE_RATE)
    path.parent.mkdir(parents=True)
    with soundfile.SoundFile(path, "w", SAMPLE_RATE, 1, format="FLAC") as file:
        file.write(call)
        left = length - 2 * len(call)
        while left > 0:
            file.write(rng.normal(0, 1e-4, min(left, SAMPLE_RATE * 60)).astype(np.float32))
            left -= SAMPLE_RATE * 60
        file.write(call)


if __name__ == "__main__":
    main()
