"""Identifiers in dialogues of authors that nobody had seen: `python -m benchmarks phi-unseen`.

The authored dialogues of `training/phi/corpus` are dealt into folds by author; what is printed of an
author is found by a tagger that was trained without the whole fold, and by rules that were written
before most of these dialogues were. Presidio with en_core_web_md reads the same texts. Taggers of
folds are trained where `build/phi` does not hold them yet, which takes a quarter of an hour each.

    python -m benchmarks phi-unseen [LANGUAGE ...]
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import torch

from benchmarks.deidentification.detectors import presidio
from training.phi.calibrate import coverage
from training.phi.documents import read_corpus
from training.phi.leave import Fold, folds, labels, predict, table, trained
from training.phi.train import epochs_for

FOLDS = {"en": 3}
PEER = "presidio"


def main(languages: Sequence[str]) -> None:
    """Print the tables of each language."""
    torch.set_num_threads(1)
    detect = presidio()
    peers = {PEER: lambda text: detect(text, "en")}
    for language in languages or FOLDS:
        dialogues = read_corpus(language)
        epochs = epochs_for(len(dialogues))
        records = [
            record
            for authors in folds(dialogues, FOLDS[language])
            for record in predict(
                dialogues,
                language,
                Fold(authors, trained(dialogues, language, authors, epochs)),
                peers,
            )
        ]
        authors = len({one.author for one in dialogues})
        print(
            f"{language}: {len(dialogues)} dialogues by {authors} authors, {FOLDS[language]} folds"
        )
        print(table(records), table(records, by_author=True), labels(records), sep="\n\n")
        print("\nestimate of what is left, authors left out of the rates as well:")
        print(coverage(records))


if __name__ == "__main__":
    main(sys.argv[1:])
