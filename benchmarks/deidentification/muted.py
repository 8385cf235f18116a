"""Innocent speech that is muted in ordinary recordings: the demo's two.

    python -m benchmarks muted

The real telephone call that pyannote.audio carries, and the synthetic consultation, are taken the
whole way by `speechkit deidentify audio`. Innocent are the lines of the reference without an
identifier. Printed: how long those are, how much of it lies under masks, which masks touch them, and how
much of all sound is muted.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from speechkit._recipes.demo import build

import speechkit
from speechkit.core.time import Interval, duration, overlap, subtract
from speechkit.formats import read_segments


class Masked(NamedTuple):
    """A mask of a report."""

    start: float
    end: float
    identifier: str


def main() -> int:
    """Print a line a recording, and the masks that touch innocent speech."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = build(Path(scratch) / "demo")
        paths = [folder / "call.wav", folder / "consultation.wav"]
        out = Path(scratch) / "out"
        results = speechkit.deidentify_audio(paths, out, language="en")
        report = json.loads((out / "redactions.json").read_text())
        masks = {row["recording"]: row["redactions"] for row in report["recordings"]}
        print(f"{'recording':<14} verdict   innocent s  muted s         all muted s")
        for path, result in zip(paths, results, strict=True):
            found = [Masked(m["start"], m["end"], m["identifier"]) for m in masks[result.recording]]
            show(path, result.verdict, found)
    return 0


def show(path: Path, verdict: str, masks: Sequence[Masked]) -> None:
    """Print how much of the innocent lines is muted, and by what."""
    innocent = innocent_lines(path)
    under = [(mask.start, mask.end) for mask in masks]
    seconds = duration(innocent)
    muted = seconds - duration(subtract(innocent, under))
    print(
        f"{path.stem:<14} {verdict:<8} {seconds:11.1f} {muted:8.2f} {muted / seconds:6.1%} "
        f"{duration(under):12.1f}"
    )
    by_kind: dict[str, float] = defaultdict(float)
    for mask in masks:
        by_kind[mask.identifier] += sum(overlap((mask.start, mask.end), line) for line in innocent)
    told = sorted(((s, kind) for kind, s in by_kind.items() if s > 0), reverse=True)
    print("  " + (", ".join(f"{kind} {s:.2f} s" for s, kind in told) or "by no mask"))


def innocent_lines(path: Path) -> list[Interval]:
    """Return where lines of the reference without an identifier are spoken."""
    (segments,) = read_segments(path.with_suffix(".stm")).values()
    marks = path.with_suffix(".phi.jsonl").read_text("utf-8").splitlines()
    marked = {json.loads(mark)["line"] for mark in marks}
    return [(one.start, one.end) for number, one in enumerate(segments, 1) if number not in marked]


if __name__ == "__main__":
    sys.exit(main())
