"""Do clinical flags say what a reader says? Precision, recall and harmless rewordings: `make bench-clinical`.

`readings/primock57.tsv` holds places where systems differ from the reference, drawn at random and read
before the flags were seen; `--sheet` prints it with the flags. The sets "flags" are mostly places that
were flagged when they were drawn, read in one heap with others: they tell of precision, not of recall.
`tests/benchmark/rewordings.tsv` holds harmless rewordings and errors in the parts of six people. All were
in view when the rules were last mended, of the set "held out" the first flags only. `FIRST_SEEN` keeps
what each set gave when it was new.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from math import sqrt
from pathlib import Path

import msgspec

from benchmarks import ROOT
from benchmarks.fixtures.clips import data_folder
from speechkit.benchmark.clinical import ClinicalMiss, assess, judge, mentions
from speechkit.benchmark.errors import align
from speechkit.benchmark.normalize import normalizer_for
from speechkit.benchmark.types import Hypothesis, Reference
from speechkit.workflows.score_inputs import read_references, read_systems

FOLDER = data_folder("primock57_12_systems") / "primock57_12_systems"
SHEET = Path(__file__).parent / "readings" / "primock57.tsv"
REWORDINGS = ROOT / "tests" / "benchmark" / "rewordings.tsv"
# Of flags on places that were new then, (real, all): the figures that were not adjusted to.
FIRST_SEEN = {"flags 1": (41, 80), "flags 2": (36, 70), "flags 3": (44, 70), "held out": (7, 11)}
READ_UNDER = "en@3"  # the normalizer whose tokens the sheet counts


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the sheet: a place and what the reader made of it."""

    group: str
    system: str
    recording: str
    said: tuple[int, int]
    written: tuple[int, int]
    severity: int
    doubtful: bool
    shown: str


def main() -> None:
    """Print how flags agree with the reading, and what they make of the rewordings."""
    reading(show="--sheet" in sys.argv)
    print()
    rewordings()


def reading(*, show: bool) -> None:
    """Compare flags with the reader's verdicts, place by place."""
    references = read_references(str(FOLDER / "reference"))
    systems = {s.name: s for s in read_systems((str(FOLDER / "hypotheses"),), references)}
    by_text: dict[tuple[str, str], list[Read]] = defaultdict(list)
    for line in sheet():
        by_text[line.system, line.recording].append(line)
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for (system, recording), lines in by_text.items():
        said = tokens_of(references[recording])
        wrote = tokens_of(systems[system].hypotheses[recording])
        edits = align(said, wrote)
        flags = judge(said, wrote, edits, mentions(said), contexts=True).misses
        for line in lines:
            own = [flag for flag in flags if touches(flag, line)]
            outcome = f"{'flagged' if own else 'passed'} {'real' if line.severity else 'harmless'}"
            whole = (line.group, "all")
            for key in (
                (whole,) if line.group.startswith("flags") else (whole, (line.group, system))
            ):
                counts[key][outcome] += 1
                counts[key][f"doubtful {outcome}"] += line.doubtful
            if show:
                kinds = ", ".join(f"{flag.category} {flag.term} {flag.kind}" for flag in own)
                print(f"{line.severity}  {kinds or '-':40}  {line.shown}")
    print(f"{'set':9} {'system':32} places  real  flagged  precision            recall")
    for (group, system), n in sorted(counts.items()):
        flagged = n["flagged real"] + n["flagged harmless"]
        real = n["flagged real"] + n["passed real"]
        places = flagged + n["passed real"] + n["passed harmless"]
        precision = share(n["flagged real"], flagged)
        recall = "" if group.startswith("flags") else share(n["flagged real"], real)
        print(f"{group:9} {system:32} {places:6} {real:5} {flagged:8}  {precision:20} {recall}")
    for group, (real, flagged) in FIRST_SEEN.items():
        print(f"{group}, when it was new: precision {share(real, flagged)}")
    n = counts["view", "all"]
    doubtful = n["doubtful flagged real"] + n["doubtful flagged harmless"]
    print(f"view: {doubtful} of the flags lie where the reference is probably wrong")


def rewordings() -> None:
    """Print what is flagged of each writer's harmless rewordings and errors."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for line in REWORDINGS.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        writer, severity, said, written = line.split("\t")
        flagged = bool(assess(said, written).changes)
        for who in (writer, "all"):
            counts[who][severity] += 1
            counts[who][f"{severity} flagged"] += flagged
    print("writer   harmless flagged    little flagged    much flagged")
    for writer, n in sorted(counts.items(), key=lambda item: (item[0] == "all", item[0])):
        cells = (f"{n[f'{level} flagged']:4} of {n[level]:3}" for level in "012")
        print(f"{writer:8}" + "        ".join(cells))


def sheet() -> Iterator[Read]:
    """Read the sheet."""
    lines = [line for line in SHEET.read_text("utf-8").splitlines() if not line.startswith("#")]
    for line in lines[1:]:
        group, system, recording, said, written, severity, doubt, before, old, new, after = (
            line.split("\t")
        )
        yield Read(
            group=group,
            system=system,
            recording=recording,
            said=span(said),
            written=span(written),
            severity=int(severity),
            doubtful=bool(doubt),
            shown=f"{before} [{old} → {new}] {after}",
        )


def span(text: str) -> tuple[int, int]:
    """Read a span as it is written in the sheet.

    >>> span("12-14")
    (12, 14)
    """
    first, _, last = text.partition("-")
    return int(first), int(last)


def tokens_of(side: Reference | Hypothesis) -> list[str]:
    """Return the tokens that the sheet counts."""
    text = " ".join(segment.text for segment in side.segments)
    return normalizer_for("en", READ_UNDER).tokens(text)


def touches(flag: ClinicalMiss, line: Read) -> bool:
    """Say whether a flag is about a place; a gap is touched by what ends or begins at it."""
    start, end = line.said if flag.kind == "lost" else line.written
    if start == end and flag.kind == "lost":
        return flag.start <= start <= flag.end
    return flag.start < max(end, start + 1) and start < flag.end


def share(part: int, whole: int) -> str:
    """Return a share with its 95 % interval (Wilson 1927).

    >>> share(9, 10), share(0, 0)
    ('0.90 (0.60-0.98)', '')
    """
    if not whole:
        return ""
    z, p = 1.96, part / whole
    middle = (p + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z * sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole)) / (1 + z * z / whole)
    return f"{p:.2f} ({middle - half:.2f}-{middle + half:.2f})"


if __name__ == "__main__":
    main()
