"""How well a run uses a machine, and what it survives: `python -m benchmarks scale`.

- efficiency: the default pipeline over recordings made of the real call, one worker. What the
  engines themselves take is clocked within the run, and set against all of it.
- memory: of each stage, on a short and a long recording (`benchmarks.pipeline.memory`).
- overhead: jobs a second of a stage that does nothing, and Ray's two nodes against one where the
  work is sleep.
- faults: the tests of kills, full disks and damaged files.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
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
from speechkit.pipeline.pipelines import default_pipeline
from speechkit.pipeline.runner import RunReport, run
from speechkit.storage.corpus import Corpus

TOYS = ROOT / "tests" / "faults"
SECTIONS = ("efficiency", "memory", "overhead", "faults")


def main() -> None:
    """Print the figures of the sections asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sections", nargs="*", default=SECTIONS, help=", ".join(SECTIONS))
    parser.add_argument("--minutes", type=float, default=30, help="audio for efficiency")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--price", type=float, default=0.05, help="of a core hour, any currency")
    given = parser.parse_args()
    for section in given.sections:
        print(f"== {section}", flush=True)
        {
            "efficiency": lambda: project(efficiency(given.minutes, given.threads), given.price),
            "memory": memory,
            "overhead": overhead,
            "faults": faults,
        }[section]()


# ---- efficiency


class Clock:
    """Seconds (wall, processor) that engines took, loading apart."""

    def __init__(self) -> None:
        self.calls, self.loads = [0.0, 0.0], [0.0, 0.0]

    @contextmanager
    def running(self, into: list[float]) -> Iterator[None]:
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            into[0] += time.perf_counter() - wall
            into[1] += time.process_time() - cpu


class Timed:
    """An engine that is clocked; all else passes through."""

    def __init__(self, engine: Any, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Callable[..., Any]]:
        opening = self._engine.open(resources)
        with self._clock.running(self._clock.loads):
            call = opening.__enter__()

        def timed(*arguments: Any) -> Any:
            with self._clock.running(self._clock.calls):
                return call(*arguments)

        try:
            yield timed
        finally:
            opening.__exit__(None, None, None)


def clocked(stages: Any, clock: Clock) -> Any:
    """Put the clock into every engine of the stages."""

    def wrapped(value: Any) -> Any:
        if hasattr(value, "open") and hasattr(value, "reads"):  # a stage within a stage
            return clocked([value], clock)[0]
        if isinstance(value, Timed):  # an engine that two stages share
            return value
        return Timed(value, clock) if hasattr(value, "open") and hasattr(value, "spec") else value

    for stage in stages:
        for name, value in vars(stage).items():
            if isinstance(value, list):
                setattr(stage, name, [wrapped(one) for one in value])
            elif name != "options":
                setattr(stage, name, wrapped(value))
    return stages


def efficiency(minutes: float, threads: int) -> float:
    """Model time ÷ wall time of the whole run, ingest included; return CPU seconds a second."""
    call = read_resampled(real_call(), SAMPLE_RATE, mono=True)[0]
    rng = np.random.default_rng(0)
    per_file = min(minutes, 5.0)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "in"
        folder.mkdir()
        for number in range(max(1, round(minutes / per_file))):
            sound = np.tile(call, round(per_file * 60 * SAMPLE_RATE / len(call)))
            sound = sound + rng.normal(0, 1e-4, len(sound)).astype(np.float32)
            soundfile.write(folder / f"{number}.flac", sound, SAMPLE_RATE)
        corpus = Corpus(Path(scratch) / "corpus")
        clock = Clock()
        wall, cpu = time.perf_counter(), time.process_time()
        ingested = ingest_folder(folder, corpus, IngestOptions(language="en"))
        brought = time.perf_counter() - wall
        stages = clocked(default_pipeline(), clock)
        report = run(corpus, stages, LocalExecutor(Resources(threads=threads)))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        again = time.perf_counter()
        run(corpus, default_pipeline(), LocalExecutor())
        again = time.perf_counter() - again
    assert not report.failures, report.failures[0].reason
    audio = ingested.seconds
    (in_calls, cpu_calls), (in_loads, cpu_loads) = clock.calls, clock.loads
    print(f"{ingested.recordings} recordings, {audio / 60:.1f} min; {wall:.0f} s, CPU {cpu:.0f} s")
    print(f"ingest {brought:.1f} s; a second run, nothing to do: {again:.2f} s")
    for stage in report.stages:
        print(f"  {stage.stage:<10} {stage.seconds:7.1f} s, {stage.seconds / audio:.3f} a second")
    print(f"models {in_calls:.1f} s, loading them {in_loads:.1f} s")
    apart = (wall - in_loads, cpu - cpu_loads)
    print(f"model time / wall, loading apart: {in_calls / apart[0]:.3f} (target 0.95)")
    print(f"model CPU / CPU, loading apart:   {cpu_calls / apart[1]:.3f}")
    print(f"a second of audio: {wall / audio:.3f} s, CPU {cpu / audio:.3f} s")
    return cpu / audio


def project(rate: float, price: float) -> None:
    """Say what 1,000 and 100,000 hours take at `rate` CPU seconds a second of audio."""
    for hours in (1_000, 100_000):
        core_hours = hours * rate
        print(
            f"{hours:,} h x {rate:.3f} = {core_hours:,.0f} core hours x {price} = {core_hours * price:,.0f}"
        )
        for where, cores in (("laptop", 8), ("server", 64), ("cluster", 1_024)):
            print(f"  {where:<8} {cores:>5} cores: {core_hours / cores / 24:,.1f} days")


# ---- memory, overhead, faults


def memory() -> None:
    """Print what `benchmarks.pipeline.memory` does."""
    subprocess.run([sys.executable, "-m", "benchmarks.pipeline.memory"], cwd=ROOT, check=True)


def overhead() -> None:
    """What running a job costs beside its work."""
    sys.path.insert(0, str(TOYS))
    os.environ["PYTHONPATH"] = str(TOYS)
    import toys

    with tempfile.TemporaryDirectory() as scratch:
        corpus = toys.make_corpus(Path(scratch) / "corpus", 200)
        report = run(corpus, [toys.Toy()], LocalExecutor())
        print(f"local: {report.stages[0].seconds / 200 * 1000:.1f} ms a job of nothing")
        if find_spec("ray") is None:
            print("ray: not installed")
            return
        one, two = (sleeping(Path(scratch) / str(nodes), nodes) for nodes in (1, 2))
        again, failed = losing(Path(scratch) / "lost")
    print(
        f"ray, 40 jobs of 1 s: one node {one:.1f} s, two {two:.1f} s: {one / two:.2f} x (target 1.8)"
    )
    print(f"ray, one node of two lost: {again} jobs done again, {failed} failed")


@contextmanager
def cluster(num_nodes: int) -> Iterator[Any]:
    """Yield a Ray cluster of nodes of one processor each, and connect to it."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    import logging

    import ray
    from ray.cluster_utils import Cluster

    small = {"num_cpus": 1, "object_store_memory": 80 << 20}
    nodes = Cluster(initialize_head=True, head_node_args={**small, "include_dashboard": False})
    nodes.others = [nodes.add_node(**small) for _ in range(num_nodes - 1)]
    ray.init(address=nodes.address, log_to_driver=False, logging_level=logging.ERROR)
    try:
        yield nodes
    finally:
        ray.shutdown()
        nodes.shutdown()


def sleeping(folder: Path, num_nodes: int) -> float:
    """Seconds that 40 jobs of a second of sleep take."""
    import toys

    from speechkit.pipeline.executors.ray import RayExecutor

    with cluster(num_nodes):
        corpus = toys.make_corpus(folder / "corpus", 40)
        run(corpus, [toys.Toy("warm")], RayExecutor())  # processes that are there already
        report: RunReport = run(corpus, [toys.Toy(seconds=1)], RayExecutor())
    return report.stages[0].seconds


def losing(folder: Path) -> tuple[int, int]:
    """Kill one of two nodes while both work; return how many jobs were begun again, and failed."""
    import threading

    import toys

    from speechkit.pipeline.executors.ray import RayExecutor

    corpus, marks = toys.make_corpus(folder / "corpus", 20), folder / "marks"
    marks.mkdir()
    with cluster(2) as nodes:

        def kill() -> None:
            while len({mark.name.split("-")[3] for mark in marks.iterdir()}) < 2:
                time.sleep(0.05)
            time.sleep(0.3)
            nodes.remove_node(nodes.others[0], allow_graceful=False)

        killer = threading.Thread(target=kill, daemon=True)
        killer.start()
        report = run(corpus, [toys.Toy(seconds=0.5, marks=marks)], RayExecutor(workers=2))
        killer.join()
    return len(list(marks.iterdir())) - 20, len(report.failures)


def faults() -> None:
    """Run the fault tests and print how they ended."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--no-header", str(TOYS)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout.strip().splitlines()[-1])


if __name__ == "__main__":
    main()
