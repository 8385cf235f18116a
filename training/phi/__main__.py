"""`python -m training.phi LANGUAGE …`: see `train.py`."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from speechkit.deidentification.text import tagger

from .documents import read_corpus
from .evaluate import evaluate
from .train import save, train


def main() -> None:
    """Train on a language's corpus; write the weights, or leave an author out and say how it goes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("languages", nargs="+")
    parser.add_argument("--leave", default="", help="an author whose dialogues are never seen")
    parser.add_argument("--epochs", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1, help="one gives the same bytes anew")
    parser.add_argument("--output", default="")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    for language in given.languages:
        _train(language, given)


def _train(language: str, given: argparse.Namespace) -> None:
    dialogues = read_corpus(language)
    seen = [one for one in dialogues if one.author != given.leave]
    left = [one for one in dialogues if one.author == given.leave]
    # A smaller corpus is read more often.
    epochs = given.epochs or max(45, min(110, 20_000 // max(1, len(seen))))
    weights = train(seen, language, epochs=epochs)
    path = Path(given.output or Path(tagger.__file__).parent / f"{language}.npz")
    if left and not given.output:
        path = Path(f"build/{language}-without-{given.leave}.npz")
        path.parent.mkdir(exist_ok=True)
    save(weights, path)
    print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")
    if left:
        evaluate(path, left, language)


if __name__ == "__main__":
    main()
