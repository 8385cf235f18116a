"""What a benchmark costs: time against jiwer, and memory as the corpus grows."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import jiwer

from speechkit.benchmark.normalize import normalizer_for
from speechkit.benchmark.report import write_report
from speechkit.benchmark.score import score
from speechkit.benchmark.types import ScoreOptions
from speechkit.workflows.score_inputs import read_references, read_systems

ROUNDS = 5
# Scores two systems and writes the report, then prints the peak memory of its process in KiB.
PEAK = """
import sys
from pathlib import Path
from speechkit.benchmark.report import write_report
from speechkit.benchmark.score import score
from speechkit.workflows.score_inputs import read_references, read_systems
folder = sys.argv[1]
references = read_references(f"{folder}/said")
systems = read_systems((f"{folder}/wrote",), references)
write_report(score(references, systems), Path(folder, "report"))
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""


# Scores many systems that differ in a word here and there.
SWEEP = """
import sys
from pathlib import Path
import msgspec
from speechkit.benchmark.score import score
from speechkit.benchmark.types import Hypothesis, Reference, ScoreOptions, System
from speechkit.core.types import Segment
number, recordings = map(int, sys.argv[1:])
words = ("the patient takes two tablets every morning with water and reports no pain in the chest "
         "since the last visit").split()
def segments(texts):
    return (Segment(id="", start=0, end=1, text=" ".join(texts)),)
said = {f"v{i}": [words[(i + k) % 20] for k in range(20)] for i in range(recordings)}
references = {name: Reference(segments=segments(texts)) for name, texts in said.items()}
systems = [
    System(name=f"s{s}", hypotheses={
        name: Hypothesis(segments=segments(
            "other" if (k * 7 + s + i) % 11 == 0 else word for k, word in enumerate(texts)))
        for i, (name, texts) in enumerate(said.items())})
    for s in range(number)
]
result = msgspec.json.encode(score(references, systems, ScoreOptions(language="en")))
peak = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
print(peak, len(result))
"""


def speed(folder: Path) -> None:
    """Time one run with intervals, clinical errors and the report against jiwer alone.

    Both get the texts as they are: jiwer counts them as they are, speechkit normalizes them, too.
    What people do with jiwer is between: they normalize first, mostly as Whisper does.
    """
    references = read_references(str(folder / "reference"))
    systems = read_systems((str(folder / "hypotheses"),), references)
    pairs = [
        (references[name].segments[0].text, system.hypotheses[name].segments[0].text)
        for system in systems
        for name in system.hypotheses
    ]

    def alone() -> None:
        for said, wrote in pairs:
            jiwer.wer(said, wrote)

    def all_of_it(report: Path) -> None:
        known = read_references(str(folder / "reference"))
        options = ScoreOptions(allow_missing=True)
        given = read_systems((str(folder / "hypotheses"),), known)
        write_report(score(known, given, options, workers=2), report)

    with TemporaryDirectory() as scratch:
        # Taken in turns, so that other work on the machine slows both alike. The work is done in
        # forked processes: each run reads the texts and meets each word anew.
        times = [(timed(alone), timed(lambda: all_of_it(Path(scratch)))) for _ in range(ROUNDS)]
        command: list[str | Path] = [Path(sys.executable).with_name("speechkit"), "bench", "score"]
        command += [folder / "reference", folder / "hypotheses", "--allow-missing"]
        command += ["--report", scratch]
        cold = min(timed(lambda: quietly(command))[0] for _ in range(ROUNDS))
    (baseline, alone_cpu), (ours, our_cpu) = (min(column) for column in zip(*times, strict=True))
    print(
        f"{len(pairs)} pairs: jiwer alone {baseline:.2f} s; speechkit with 1,000 draws, clinical "
        f"errors and the report {ours:.2f} s ({os.cpu_count()} cores): {ours / baseline:.2f}x; as "
        f"a command, with the start of Python, {cold:.2f} s"
    )
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    print(
        f"CPU seconds: jiwer {alone_cpu:.2f}, speechkit {our_cpu:.2f} over all processes; load of "
        f"the machine {load:.1f} (above 1 the two processes wait for each other)"
    )
    print(f"jiwer behind Whisper's normalizer: {timed(lambda: normalized(pairs))[0]:.2f} s")
    for name in ("en@3", "en@2"):
        jiwer_cpu = min(timed(partial(behind, pairs, name))[1] for _ in range(2))
        our_cpu = min(timed(partial(whole, folder, name))[1] for _ in range(2))
        print(
            f"{name}: jiwer behind the same normalizer {jiwer_cpu:.2f} CPU s, speechkit's scoring with "
            f"intervals and clinical terms {our_cpu:.2f} CPU s: {our_cpu / jiwer_cpu:.2f}x"
        )


def behind(pairs: list[tuple[str, str]], name: str) -> None:
    """Count by jiwer what a normalizer of ours leaves."""
    tokens = normalizer_for("en", name).tokens
    for said, wrote in pairs:
        jiwer.wer(" ".join(tokens(said)), " ".join(tokens(wrote)))


def whole(folder: Path, name: str) -> None:
    """Score everything under a normalizer."""
    known = read_references(str(folder / "reference"))
    given = read_systems((str(folder / "hypotheses"),), known)
    score(known, given, ScoreOptions(allow_missing=True, normalizer=name))


def normalized(pairs: list[tuple[str, str]]) -> None:
    """Count as leaderboards do: Whisper's normalizer, then jiwer."""
    from whisper.normalizers import EnglishTextNormalizer

    normalize = EnglishTextNormalizer()
    for said, wrote in pairs:
        jiwer.wer(normalize(said), normalize(wrote))


def memory(folder: Path) -> None:
    """Print the peak memory of scoring two systems, of ever more consultations."""
    texts = [path.read_text("utf-8") for path in sorted((folder / "reference").iterdir())]
    first = 0.0
    for times in (1, 10, 40):
        peak = peak_memory(texts * times)
        first = first or peak
        number = times * len(texts)
        print(f"{number:5} consultations: peak {peak:.0f} MiB ({peak / first:.2f}x)")


def many_systems(number: int = 1000, recordings: int = 55) -> None:
    """Print memory and size of the result of scoring a sweep of checkpoints."""
    told = subprocess.run(
        [sys.executable, "-c", SWEEP, str(number), str(recordings)],
        check=True,
        capture_output=True,
        text=True,
    )
    peak, size = told.stdout.split()
    print(
        f"{number} systems over {recordings} recordings of 20 words: peak {int(peak) / 1024:.0f} MiB, "
        f"{int(size) / 1e6:.0f} MB of JSON"
    )


def peak_memory(texts: Sequence[str]) -> float:
    """Return the peak, in MiB, of scoring two systems on consultations, with the report.

    One wrote all as it was said. The other wrote the consultation after: more errors, and so more
    to keep, than any real system makes.
    """
    with TemporaryDirectory() as scratch:
        for name in ("said", "wrote/same", "wrote/next"):
            Path(scratch, name).mkdir(parents=True)
        for index, text in enumerate(texts):
            for name, wrote in (
                ("said", text),
                ("wrote/same", text),
                ("wrote/next", texts[(index + 1) % len(texts)]),
            ):
                Path(scratch, name, f"{index}.txt").write_text(wrote, "utf-8")
        told = subprocess.run(
            [sys.executable, "-c", PEAK, scratch], check=True, capture_output=True, text=True
        )
    return int(told.stdout) / 1024


def quietly(command: list[str | Path]) -> None:
    """Run a command, its output kept away."""
    subprocess.run(command, check=True, capture_output=True)


def timed(work: Callable[[], None]) -> tuple[float, float]:
    """Return the seconds that `work` takes, and those of CPU, child processes too."""
    start, before = time.perf_counter(), os.times()
    work()
    after = os.times()
    return time.perf_counter() - start, sum(after[:4]) - sum(before[:4])
