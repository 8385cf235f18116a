"""How much of what is said about health is marked as people marked it: `python -m benchmarks dialogue [FILE ...]`.

Without files: each of `written/`, by independent writers. An entity counts if its first and last
character and its type are right. Negation is compared on the entities that were found. Every file is
scored as it is written, and once more without case and punctuation, as most recognizers write.
`gp_uk` was used to develop the rules; the others were not looked at.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.dialogue.marked import MarkedDialogue, read_marked
from speechkit.annotation.attributes import TYPES
from speechkit.annotation.rules import annotate

WRITTEN = Path(__file__).parent / "written"
DEVELOPED_ON = ("gp_uk",)
Counts = Counter[tuple[str, str]]  # (type, "right" | "marked" | "found")


def main() -> None:
    """Print a row for each file, and one for each type over the unseen ones (or all that were given)."""
    given = [Path(name) for name in sys.argv[1:]]
    files = given or sorted(WRITTEN.glob("*.txt"))
    unseen: Counts = Counter()
    print(
        "| writer | text | words | span and type F1 | negation of what was found | words per CPU second |"
    )
    print("|---|---|---:|---:|---:|---:|")
    for path in files:
        for written, as_recognized in (("as written", False), ("no case, no punctuation", True)):
            counts, words, seconds = score(list(read_marked(path, as_recognized=as_recognized)))
            name = f"{path.stem} (in view)" if path.stem in DEVELOPED_ON else path.stem
            print(
                f"| {name} | {written} | {words:,} | {f1(counts):.3f} | {negation(counts)} "
                f"| {words / max(seconds, 1e-9):,.0f} |"
            )
            if not as_recognized and (given or path.stem not in DEVELOPED_ON):
                unseen += counts
    kinds = sorted({kind for kind, _ in unseen if kind != "negation"})
    if kinds:
        print("\n| type | marked | precision | recall | F1 |\n|---|---:|---:|---:|---:|")
    for kind in kinds:
        right, found, marked = (unseen[kind, part] for part in ("right", "found", "marked"))
        precision, recall = right / max(found, 1), right / max(marked, 1)
        print(f"| {kind} | {marked} | {precision:.3f} | {recall:.3f} | {f1(unseen, kind):.3f} |")


def score(dialogues: Sequence[MarkedDialogue]) -> tuple[Counts, int, float]:
    """Annotate dialogues; return counts by type, the number of words and the CPU seconds it took."""
    counts: Counts = Counter()
    words = 0
    annotate([dialogues[0].turns[0].segment], {}, "en")  # the lists are read once
    seconds = 0.0
    for dialogue in dialogues:
        segments = [turn.segment for turn in dialogue.turns]
        words += sum(len(segment.text.split()) for segment in segments)
        roles = {turn.segment.speaker: turn.role for turn in dialogue.turns}
        begun = time.process_time()
        annotations = annotate(segments, roles, "en")
        seconds += time.process_time() - begun
        marked = {
            (e.segment, e.start_char, e.end_char, e.type): e
            for t in dialogue.turns
            for e in t.entities
        }
        found = {(e.segment, e.start_char, e.end_char, e.type): e for e in annotations.entities}
        counts.update((key[3], "marked") for key in marked)
        counts.update((key[3], "found") for key in found)
        for key in marked.keys() & found.keys():
            counts[key[3], "right"] += 1
            if key[3] in TYPES:
                same = ("negated" in marked[key].attributes) == ("negated" in found[key].attributes)
                counts["negation", "right" if same else "wrong"] += 1
    return counts, words, seconds


def f1(counts: Counts, kind: str = "") -> float:
    """F1 of a type, or of all together (micro)."""

    def total(part: str) -> int:
        return sum(
            n for (k, p), n in counts.items() if p == part and k != "negation" and kind in ("", k)
        )

    return 2 * total("right") / max(total("found") + total("marked"), 1)


def negation(counts: Counts) -> str:
    """Share of found entities that are denied, or not, as in the marks; a dash where none was found."""
    right, wrong = counts["negation", "right"], counts["negation", "wrong"]
    return f"{right / (right + wrong):.3f}" if right + wrong else "–"


if __name__ == "__main__":
    main()
