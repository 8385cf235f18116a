"""What de-identification of text finds, misses and removes needlessly: `make bench-phi`.

speechkit's detector beside Presidio with spaCy's en_core_web_md, in one run, on the developers'
shared data (`phi_spoken`, MEDDOCAN, GraSCCo, EDS-Pseudo's templates) and on the project's own dense
lines (`benchmarks/deidentification/phi_authored`), written before the rules had seen them. Presidio's one pinned model
is English; in other languages it is run as it is. CPU seconds are of this process.

    python -m benchmarks phi [SET ...]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

import msgspec

from benchmarks.deidentification import phi_unseen
from benchmarks.deidentification.detectors import Detect, combined, presidio
from benchmarks.deidentification.phi_sets import TextSet, load_authored, load_sets, with_other_names
from benchmarks.fixtures.clips import data_folder
from speechkit.deidentification.text.evaluate import Count, Evaluation, evaluate

GOALS = {
    "en_natural": "full .98, leak 1.5 %, over 1.5 %",
    "en_natural_asr": "full .97, leak 3 %, over 1.5 %",
    "en_spoken": "full .96",
    "en_spoken_asr": "full .92",
    "es_spoken": "full .93",
    "es_spoken_asr": "full .85",
    "fr_spoken": "full .93",
    "fr_spoken_asr": "full .85",
    "en_authored": "full .96",
    "en_authored_asr": "full .92",
    "es_authored": "full .93",
    "es_authored_asr": "full .85",
    "fr_authored": "full .93",
    "fr_authored_asr": "full .85",
    "meddocan": "leak 4 %, over 3 %",
    "grascco": "leak 12 %",
}


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What one engine did on one set."""

    evaluation: Evaluation
    words: int
    cpu: float


def main(names: Sequence[str]) -> None:
    """Print the tables: authors left out first, unless sets are named; then data in view."""
    if not names:
        phi_unseen.main(())
        print(
            "\nIn view: the rules were written with these sets or with others of their authors.\n"
        )
    ours, theirs = combined(), presidio()
    every = [*load_sets(data_folder()), *load_authored()]
    sets = [one for one in every if not names or one.name in names]
    renamed = [with_other_names(one) for one in sets if one.name in GOALS and "_" in one.name]
    for one in {one.language: one for one in sets}.values():
        # Lists, patterns and models are loaded before anything is timed.
        for detect in (ours, theirs):
            detect(one.documents[0].text, one.language)
    total: dict[str, list[float]] = {"ours": [0, 0], "theirs": [0, 0]}
    results = {}
    print(
        f"{'set':<24}{'mentions':>9}  {'recall full':>16} {'leak':>16} {'over-redaction':>16}"
        f" {'clean docs':>14}   goal"
    )
    print(f"{'':<35}{'speechkit  presidio' + ' ':>17}" + "each the same two")
    for one in [*sets, *renamed]:
        a, b = _measure(one, ours), _measure(one, theirs)
        results[one.name] = (a, b)
        total["ours"][0] += a.cpu
        total["theirs"][0] += b.cpu
        total["ours"][1] += a.words
        total["theirs"][1] += b.words
        x, y = a.evaluation, b.evaluation
        print(
            f"{one.name:<24}{x.all.mentions:>9}  "
            f"{x.all.recall_full:>8.3f}{y.all.recall_full:>8.3f} "
            f"{x.leak:>8.2%}{y.leak:>8.1%} {x.over:>8.2%}{y.over:>8.1%} "
            f"{x.clean:>6}{y.clean:>4}/{x.documents:<4} {GOALS.get(one.name, '')}"
        )
    for title in ("label", "form"):
        for one in sets:
            _details(
                one.name, title, *(getattr(m.evaluation, f"by_{title}") for m in results[one.name])
            )
    speed = {name: words / cpu for name, (cpu, words) in total.items()}
    print(
        f"\nspeed: speechkit {speed['ours']:,.0f}, Presidio + md {speed['theirs']:,.0f} words a "
        f"CPU-second: {speed['ours'] / speed['theirs']:.1f}×"
    )
    for language in ("en", "es", "fr", "de"):
        pairs = [results[one.name] for one in sets if one.language == language]
        if pairs:
            a, b = ((sum(p[i].words for p in pairs) / sum(p[i].cpu for p in pairs)) for i in (0, 1))
            print(f"  {language}: {a:,.0f} and {b:,.0f}: {a / b:.1f}×")


def _details(name: str, title: str, ours: dict[str, Count], theirs: dict[str, Count]) -> None:
    cells = [
        f"{key} {count.recall_full:.2f}/{theirs[key].recall_full:.2f} ({count.mentions})"
        for key, count in sorted(ours.items())
    ]
    print(
        f"\n{name} by {title}, recall full, speechkit/presidio (mentions):\n  " + ", ".join(cells)
    )


def _measure(one: TextSet, detect: Detect) -> Measured:
    total, cpu = Evaluation(), 0.0
    for document in one.documents:
        start = time.process_time()
        found = detect(document.text, one.language)
        cpu += time.process_time() - start
        total += evaluate(document, found)
    return Measured(evaluation=total, words=one.num_words, cpu=cpu)


if __name__ == "__main__":
    main(sys.argv[1:])
