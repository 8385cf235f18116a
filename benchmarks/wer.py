"""`make bench-wer`: WER of 12 systems against the published ones, and speed against jiwer.

Data: PriMock57 days 1 and 2 as 12 systems wrote them (`primock57_12_systems` of the developers'
shared data). The published figures are the means of the WER of all 55 files (Omi-Health/
medical-STT-eval, README, 2026-04-06), under Whisper's normaliser with two changes of theirs: "oh"
is not a zero, and variants as okay/ok and yeah/yes are one word. Of one system they publish every
file's WER: that comparison is on the same files.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import jiwer
import numpy as np

from speechkit.benchmark.report import write_report
from speechkit.benchmark.score import score
from speechkit.benchmark.types import ScoreOptions, Scores
from speechkit.pipeline.score_inputs import read_references, read_systems

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("SPEECHKIT_TEST_DATA", ROOT.parent / "shared" / "data"))
FOLDER = DATA / "primock57_12_systems"
DRAWS = 1000
ROUNDS = 3

PUBLISHED = {
    "google-gemini-2.5-pro": 8.15,
    "qwen3-asr-1.7b": 8.96,
    "parakeet-parakeet-tdt-0.6b-v3": 9.35,
    "elevenlabs-scribe_v2": 9.72,
    "kyutai-stt-pytorch-stt-2.6b-en": 11.20,
    "groq-whisper-large-v3": 11.93,
    "groq-whisper-large-v3-turbo": 12.14,
    "openai-whisper-1": 13.20,
    "canary-1b-v2": 14.32,
    "mms-1b-all": 38.70,
    "google-medasr": 64.38,
}

# groq-whisper-large-v3, file by file, as published (results/metrics/…_wer.json).
BY_FILE = {
    "day1_consultation02": 0.15472, "day1_consultation03": 0.11693, "day1_consultation05": 0.16024,
    "day1_consultation06": 0.14698, "day1_consultation08": 0.12984, "day1_consultation09": 0.16324,
    "day1_consultation10": 0.18858, "day1_consultation11": 0.16353, "day1_consultation12": 0.13593,
    "day1_consultation13": 0.10782, "day1_consultation14": 0.13744, "day1_consultation15": 0.13307,
    "day2_consultation01": 0.11453, "day2_consultation02": 0.13389, "day2_consultation03": 0.14256,
    "day2_consultation04": 0.10575, "day2_consultation05": 0.07303, "day2_consultation06": 0.11971,
    "day2_consultation07": 0.13546, "day2_consultation08": 0.09697, "day2_consultation09": 0.11330,
    "day2_consultation10": 0.08934,
}  # fmt: skip


def main() -> None:
    """Print both comparisons."""
    if not FOLDER.is_dir():
        sys.exit(f"no {FOLDER.name} among the test data (set SPEECHKIT_TEST_DATA)")
    whisper, spoken = run(""), run("en-spoken")
    print(f"{'system':32} {'published':>9} {'en@1':>7} {'en-spoken@1':>12}   (55 files; here 25)")
    for row in whisper.systems:
        other = next(s for s in spoken.systems if s.system == row.system)
        published = PUBLISHED.get(row.system)
        shown = f"{published:9.2f}" if published else " " * 9
        print(f"{row.system:32} {shown} {percent(row.wer):7.2f} {percent(other.wer):12.2f}")
    for name, scores in (("en@1", whisper), ("en-spoken@1", spoken)):
        rows = {s.system: s.wer or 0.0 for s in scores.systems}
        both = [(PUBLISHED[system], rows[system]) for system in rows if system in PUBLISHED]
        print(f"rank correlation with the published ones, {name}: {rank_correlation(both):.3f}")
    same_files(spoken)
    speed()


def run(normalizer: str, workers: int = 2) -> Scores:
    """Score all systems, with everything the command does by default."""
    references = read_references(str(FOLDER / "reference"))
    systems = read_systems((str(FOLDER / "hypotheses"),), references)
    options = ScoreOptions(normalizer=normalizer, draws=DRAWS, allow_missing=True)
    return score(references, systems, options, workers=workers)


def same_files(scores: Scores) -> None:
    """Compare the one system whose every file is published, on the files that are here."""
    ours = {
        row.recording.removesuffix("_pure_text"): row.errors / row.words
        for row in scores.recordings
        if row.system == "groq-whisper-large-v3"
    }
    shared = sorted(ours.keys() & BY_FILE.keys())
    mine = float(np.mean([ours[name] for name in shared]))
    theirs = float(np.mean([BY_FILE[name] for name in shared]))
    apart = max(abs(ours[name] - BY_FILE[name]) for name in shared)
    print(
        f"groq-whisper-large-v3 on the same {len(shared)} files, mean a file: published "
        f"{100 * theirs:.2f}, en-spoken@1 {100 * mine:.2f}; farthest file {100 * apart:.2f} apart"
    )


def speed() -> None:
    """Time one run with intervals, clinical errors and the report against jiwer alone."""
    references = read_references(str(FOLDER / "reference"))
    systems = read_systems((str(FOLDER / "hypotheses"),), references)
    pairs = [
        (references[name].segments[0].text, system.hypotheses[name].segments[0].text)
        for system in systems
        for name in system.hypotheses
    ]

    def alone() -> None:
        for said, wrote in pairs:
            jiwer.wer(said, wrote)

    with TemporaryDirectory() as folder:

        def everything() -> None:
            write_report(run(""), Path(folder))

        everything()  # the lists and the cache of words are there from the second run on
        # Taken in turns, so that other work on the machine slows both alike.
        times = [(timed(alone), timed(everything)) for _ in range(ROUNDS)]
    baseline, ours = (min(column) for column in zip(*times, strict=True))
    print(
        f"{len(pairs)} pairs: jiwer alone {baseline:.2f} s; speechkit with {DRAWS} draws, clinical "
        f"errors and the report {ours:.2f} s ({os.cpu_count()} cores): {ours / baseline:.2f}x"
    )


def timed(work: Callable[[], None]) -> float:
    """Return the seconds that `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def rank_correlation(pairs: list[tuple[float, float]]) -> float:
    """Return Spearman's rank correlation."""
    ranks = np.argsort(np.argsort(np.array(pairs), axis=0), axis=0)
    return float(np.corrcoef(ranks.T)[0, 1])


def percent(rate: float | None) -> float:
    """Return a rate in percent, NaN where there is none."""
    return float("nan") if rate is None else 100 * rate


if __name__ == "__main__":
    main()
