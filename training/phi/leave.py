"""Leave authors out: what a model that never saw an author makes of what that author wrote.

Authors are dealt into folds; for each fold a model is trained on all others. This is the only figure
that says how the detector does on the next author, and what the estimate of identifiers that are
left is calibrated on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from speechkit.deidentification.text.tagger.network import load

from .documents import Dialogue
from .evaluate import STYLES, Detector, Record, detectors, record_of, styled
from .train import save, train

BUILD = Path("build/phi")


class Fold(NamedTuple):
    """Authors whose dialogues one model never sees."""

    authors: tuple[str, ...]
    weights: Path


def folds(dialogues: Sequence[Dialogue], number: int) -> list[tuple[str, ...]]:
    """Deal authors into folds of about as many letters each, the longest first.

    >>> from .documents import parse
    >>> texts = {"a": "one two three", "b": "four five", "c": "six"}
    >>> folds([parse(text, author, "") for author, text in texts.items()], 2)
    [('a',), ('b', 'c')]
    """
    sizes: dict[str, int] = {}
    for dialogue in dialogues:
        sizes[dialogue.author] = sizes.get(dialogue.author, 0) + len(dialogue.text)
    dealt: list[list[str]] = [[] for _ in range(number)]
    for author in sorted(sizes, key=lambda name: (-sizes[name], name)):
        min(dealt, key=lambda names: sum(sizes[name] for name in names)).append(author)
    return [tuple(sorted(names)) for names in dealt]


def trained(
    dialogues: Sequence[Dialogue], language: str, authors: Sequence[str], epochs: int
) -> Path:
    """Return weights that never saw some authors, from an earlier run where nothing has changed."""
    seen = [one for one in dialogues if one.author not in authors]
    told = repr([(one.author, one.pieces) for one in seen]) + f"{language} {epochs}"
    path = BUILD / f"{language}-{hashlib.sha256(told.encode()).hexdigest()[:16]}.npz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        save(train(seen, language, epochs=epochs), path)
    return path


def predict(
    dialogues: Sequence[Dialogue],
    language: str,
    fold: Fold,
    peers: Mapping[str, Detector] = MappingProxyType({}),
) -> list[Record]:
    """Return what rules, tagger, both, and peers make of a fold's dialogues, in each style."""
    network = load(fold.weights)
    chosen = {**detectors(network, language), **peers}
    records = []
    for index, dialogue in enumerate(dialogues):
        if dialogue.author not in fold.authors:
            continue
        for style in STYLES:
            pieces = styled(dialogue, language, style, index)
            records.append(record_of(dialogue.author, style, pieces, chosen, network))
    return records


def table(records: Sequence[Record], by_author: bool = False) -> str:
    """Return full recall, leak and over-redaction by style and detector, as lines of text."""
    authors = sorted({record.author for record in records}) if by_author else [""]
    return "\n".join(
        f"{author:28} {style:9} {detector:7} {_figures(chosen, detector)}"
        for author in authors
        for style in STYLES
        if (chosen := [r for r in records if r.style == style and author in ("", r.author)])
        for detector in chosen[0].counts
    )


def labels(records: Sequence[Record]) -> str:
    """Return full recall of both by label and style, as lines of text."""
    names = sorted({label for record in records for label in record.by_label})
    return "\n".join(
        f"{label:12}" + "".join(f"{_share(records, style, label):>22}" for style in STYLES)
        for label in names
    )


def _share(records: Sequence[Record], style: str, label: str) -> str:
    counts = [r.by_label[label] for r in records if r.style == style and label in r.by_label]
    mentions, whole = (sum(column) for column in zip(*counts, strict=True))
    return f"{style} {whole / mentions:.2f} of {mentions}"


def _figures(records: Sequence[Record], detector: str) -> str:
    counts = [record.counts[detector] for record in records]
    mentions, whole, letters, left, other, taken = np.sum(counts, axis=0).tolist()
    identifying = [count for count in counts if count[0]]
    nothing_left = sum(count[0] == count[1] for count in identifying)
    return (
        f"full recall {whole / max(1, mentions):.3f} of {mentions}, "
        f"leak {left / max(1, letters):6.1%}, over {taken / max(1, other):5.1%}, "
        f"nothing left in {nothing_left / max(1, len(identifying)):4.0%} of {len(identifying)}"
    )
