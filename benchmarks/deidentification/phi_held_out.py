"""Identifiers in dialogues of writers whom neither rules nor tagger have seen: `python -m benchmarks phi-held-out`.

`training/phi/held_out` was written after the rules and the weights that ship; nothing was changed for
it. It is read by rules, tagger and both as they ship, and by Presidio with en_core_web_md.

    python -m benchmarks phi-held-out [LANGUAGE ...]
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.deidentification.detectors import presidio
from speechkit.deidentification.text import tagger
from training.phi.documents import HELD_OUT, read_corpus
from training.phi.leave import Fold, labels, predict, table

PEER = "presidio"


def main(languages: Sequence[str]) -> None:
    """Print the tables of each language, or of all that have a writer held out."""
    detect = presidio()
    peers = {PEER: lambda text: detect(text, "en")}  # one model reads all, as it is
    for language in languages or sorted(path.name for path in HELD_OUT.iterdir()):
        dialogues = read_corpus(language, HELD_OUT)
        every = tuple(sorted({one.author for one in dialogues}))
        weights = Path(tagger.__file__).parent / f"{language}.npz"
        records = predict(dialogues, language, Fold(every, weights), peers)
        mentions = sum(bool(piece.label) for one in dialogues for piece in one.pieces)
        print(
            f"{language}: {len(dialogues)} dialogues, {mentions:,} mentions, {len(every)} authors"
        )
        print(table(records), table(records, by_author=True), labels(records), "", sep="\n\n")


if __name__ == "__main__":
    main(sys.argv[1:])
