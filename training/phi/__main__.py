"""`python -m training.phi LANGUAGE …`: train, leave authors out, calibrate; see `train.py`."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from speechkit.deidentification.text import tagger

from .calibrate import coverage, rates_of
from .documents import read_corpus
from .leave import Fold, folds, labels, predict, table, trained
from .train import add_rates, epochs_for, save, train


def main() -> None:
    """Write the weights of a language, or say how it goes with authors that a model never saw."""
    parser = argparse.ArgumentParser()
    parser.add_argument("languages", nargs="+")
    parser.add_argument("--calibrate", action="store_true", help="with --folds: write the rates")
    parser.add_argument(
        "--leave", default="", help="authors whose dialogues are never seen, with commas"
    )
    parser.add_argument("--folds", type=int, default=0, help="leave all authors out, by folds")
    parser.add_argument("--fold", type=int, default=-1, help="train this one only, from 0")
    parser.add_argument("--by-author", action="store_true", help="a table for each author")
    parser.add_argument("--epochs", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1, help="one gives the same bytes anew")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    for language in given.languages:
        if given.leave or given.folds:
            _leave(language, given)
        else:
            dialogues = read_corpus(language)
            path = Path(tagger.__file__).parent / f"{language}.npz"
            save(
                train(dialogues, language, epochs=given.epochs or epochs_for(len(dialogues))), path
            )
            print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB")


def _leave(language: str, given: argparse.Namespace) -> None:
    dialogues = read_corpus(language)
    left = [tuple(given.leave.split(","))] if given.leave else folds(dialogues, given.folds)
    records = []
    for index, authors in enumerate(left):
        if given.fold in (-1, index):
            weights = trained(
                dialogues, language, authors, given.epochs or epochs_for(len(dialogues))
            )
            records += predict(dialogues, language, Fold(authors, weights))
    print(table(records, given.by_author))
    print(labels(records))
    if given.folds and given.fold == -1:
        print(coverage(records))
        if given.calibrate:
            add_rates(Path(tagger.__file__).parent / f"{language}.npz", rates_of(records))


if __name__ == "__main__":
    main()
