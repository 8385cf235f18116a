"""WER of 12 systems against the published ones, speed and memory: `make bench-wer`.

Data: PriMock57 days 1 and 2 as 12 systems wrote them (`primock57_12_systems` of the developers'
shared data). Published are the mean of the WER of 55 files a system and the WER of each file
(`wer_published.py`), under Whisper's normalizer with two changes: "oh" is not a zero, and variants
as okay/ok and yeah/yes are one word. What can be compared is compared on the same files: here are
25 of the 57 consultations, and they are harder than the rest.
"""

from __future__ import annotations

import numpy as np

from benchmarks import ROOT
from benchmarks.fixtures.clips import data_folder
from benchmarks.scoring.wer_cost import many_systems, memory, speed
from benchmarks.scoring.wer_published import ALL_FILES, BY_FILE, FILES, OTHER_TEXT, STOCK
from speechkit.benchmark.clinical import judge, mentions
from speechkit.benchmark.errors import align, count
from speechkit.benchmark.normalize import DEFAULT_ENGLISH, normalizer_for
from speechkit.benchmark.results import Scores
from speechkit.benchmark.score import score
from speechkit.benchmark.types import ScoreOptions
from speechkit.workflows.score_inputs import read_references, read_systems

FOLDER = data_folder("primock57_12_systems") / "primock57_12_systems"
PUBLISHED = "en@2"  # what the published leaderboard counts with
AROUND = (
    "okay so thank you for coming in today let us go through this together {} "
    "does that make sense to you and is there anything else you would like to ask me"
)


def main() -> None:
    """Print all comparisons."""
    results = {name: run(name) for name in (DEFAULT_ENGLISH, PUBLISHED, "en@1")}
    everything(results)
    same_files(results[PUBLISHED], results["en@1"])
    blind_spots()
    speed(FOLDER)
    memory(FOLDER)
    many_systems()


def run(normalizer: str) -> Scores:
    """Score all systems under one normalizer."""
    references = read_references(str(FOLDER / "reference"))
    systems = read_systems((str(FOLDER / "hypotheses"),), references)
    options = ScoreOptions(normalizer=normalizer, allow_missing=True)
    return score(references, systems, options, workers=2)


def everything(results: dict[str, Scores]) -> None:
    """Print each system's corpus WER on all that is here, beside the published mean of 55 files."""
    print(f"{'system':32} {'55 files':>9}" + "".join(f" {name:>12}" for name in results))
    rows = {name: {s.system: s.wer for s in scores.systems} for name, scores in results.items()}
    for system in rows[DEFAULT_ENGLISH]:
        cells = "".join(f" {percent(row[system]):12.2f}" for row in rows.values())
        print(f"{system:32} {ALL_FILES[system]:9.2f}{cells}")
    print()


def same_files(default: Scores, stock: Scores) -> None:
    """Compare with what was published for the same files, transcript by transcript."""
    print(f"{'the same files, corpus WER':32} files published    here  farthest file  rules")
    both = []
    for system, published in sorted(BY_FILE.items()):
        scores = stock if system in STOCK else default
        ours = {
            row.recording.removesuffix("_pure_text"): row
            for row in scores.recordings
            if row.system == system
        }
        known = [
            (ours[name].errors, ours[name].words, rate)
            for name, rate in zip(FILES, published, strict=True)
            if name in ours and (system, name) not in OTHER_TEXT
        ]
        words = sum(n for _, n, _ in known)
        here = 100 * sum(e for e, _, _ in known) / words
        theirs = 100 * sum(rate * n for _, n, rate in known) / words
        apart = 100 * max(abs(e / n - rate) for e, n, rate in known)
        rules = "en@1" if system in STOCK else PUBLISHED
        print(f"{system:32} {len(known):5} {theirs:9.2f} {here:7.2f} {apart:14.2f}  {rules}")
        if system not in STOCK:
            both.append((theirs, here))
    print(
        f"{len(both)} systems under {PUBLISHED}: rank correlation with the published figures "
        f"{rank_correlation(both):.3f}, farthest {max(abs(a - b) for a, b in both):.2f} points"
    )


def blind_spots() -> None:
    """Print what plain WER and the clinical score make of pairs that differ in what hurts."""
    tokens = normalizer_for("en").tokens
    lines = (ROOT / "tests" / "benchmark" / "blind_spots.tsv").read_text("utf-8").splitlines()
    rows: dict[str, list[tuple[bool, float]]] = {}
    for kind, *pair in (line.split("\t") for line in lines if not line.startswith("#")):
        # Each sentence stands in a longer turn, as in the test.
        said, wrote = (tokens(AROUND.format(text)) for text in pair)
        edits = align(said, wrote)
        counts = judge(said, wrote, edits, mentions(said)).counts.values()
        flagged = any(count_.lost or count_.invented for count_ in counts)
        rows.setdefault(kind, []).append((flagged, count(edits).rate or 0.0))
    print("blind spots               pairs  flagged %  mean WER %")
    harmful = [row for kind, own in rows.items() if kind != "harmless" for row in own]
    for kind, own in (*rows.items(), ("all that hurts", harmful)):
        flags, rates = zip(*own, strict=True)
        print(f"{kind:24} {len(own):6} {100 * np.mean(flags):10.1f} {100 * np.mean(rates):11.2f}")


def rank_correlation(pairs: list[tuple[float, float]]) -> float:
    """Return Spearman's rank correlation."""
    columns = np.array(pairs).T
    first, second = (np.argsort(np.argsort(column)) for column in columns)
    return float(np.corrcoef(first, second)[0, 1])


def percent(rate: float | None) -> float:
    """Return a rate in percent, NaN where there is none."""
    return float("nan") if rate is None else 100 * rate


if __name__ == "__main__":
    main()
