"""Real recordings through the whole pipeline: `python -m benchmarks corpora [DIR]`.

Accented speakers, five languages on the telephone, meetings, eight languages: ingested into one
corpus, run, released, and scored by accent and by language. Prints what each stage did, what was
released and withheld and why, and the error rates. DIR (build/corpora) keeps the corpus: a second
call only prints.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import speechkit
from benchmarks import ROOT
from benchmarks.fixtures.clips import data_folder
from speechkit.manifest.versions import read_release
from speechkit.recipe.discovery import load_recipe
from speechkit.storage.corpus import Corpus
from speechkit.workflows.recipe_to_corpus import ingest_prepared

# recipe → folder of the test data
RECIPES = {
    "alnum_phi_accents": "alnum_phi_accents",
    "asterisk_prompts": "asterisk_prompts_5lang",
    "picovoice": "picovoice_8lang",
    "ami": "ami_diar_30s",
}


def main() -> None:
    """Ingest, run, release, score."""
    data = data_folder()
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "corpora")
    corpus = folder / "real"
    for name, published in RECIPES.items():
        prepared = load_recipe(name).prepare(data / published, folder / "prepared" / name, {})
        report = ingest_prepared(prepared, Corpus(corpus))
        print(f"{name}: {report.recordings} recordings, {len(report.failures)} failures")
    report = speechkit.run(corpus)
    for stage in report.stages:
        print(
            f"{stage.stage:<10} {stage.engine:<22} {stage.done:4} done {stage.cached:4} before "
            f"{stage.failed:3} failed {stage.seconds:8.1f} s"
        )
    for reason, count in Counter(row.reason for row in report.failures).most_common():
        print(f"  {count} × {reason}")
    version = folder / "manifests" / "real" / "1.0.0"
    if not version.exists():
        speechkit.release(corpus, "1.0.0", dest=folder / "manifests")
    release = read_release(version)
    print(f"released {release.counts.recordings} recordings, withheld {len(release.withheld)}")
    for reason, count in Counter(item.reason for item in release.withheld).most_common():
        print(f"  {count} × {reason}")
    scores = speechkit.score(
        f"{corpus}#reference", [f"{corpus}#attributed"], by=("accent", "language"), draws=1000
    )
    (system,) = scores.systems
    print(f"WER {percent(system.wer)} of {system.num_words} words ({system.normalizer})")
    print(f"DER {percent(system.der)} (meetings)")
    print("accents from Chinese to Tamil: who reads a name spells it, the references hold the name")
    for cell in scores.slices:
        value = ", ".join(cell.values.values())
        print(
            f"  {cell.by:<9} {value:<28} {cell.num_words:5} words WER {percent(cell.wer)} DER {percent(cell.der)}"
        )


def percent(rate: float | None) -> str:
    return "   –  " if rate is None else f"{100 * rate:5.1f} %"


if __name__ == "__main__":
    main()
