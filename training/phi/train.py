"""Train the tagger of a language: `python -m training.phi LANGUAGE [--leave AUTHOR] [--epochs N]`.

The same seed gives the same weights on the same kind of processor. With `--leave` one author's
dialogues are never seen, and what the model makes of them is printed.
"""

from __future__ import annotations

import io
import math
import random
import time
import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import wordfreq
from numpy.typing import NDArray
from spacy.vocab import Vocab
from torch.nn import functional

from speechkit.deidentification.text.cues import get_language
from speechkit.deidentification.text.tagger.features import KINDS, Encoded, encode
from speechkit.deidentification.text.tagger.network import Rates
from speechkit.deidentification.text.tokens import Conversation
from speechkit.storage import models

from .documents import Dialogue, Piece
from .fill import filled
from .model import Tagger, batch
from .noise import as_written

KIND_OF = {
    "NAME": "NAME", "LOCATION": "LOCATION", "ORG": "ORG", "DATE": "DATE", "AGE": "AGE",
    "EMAIL": "CONTACT", "URL": "CONTACT", "IP": "CONTACT",
}  # fmt: skip
_MOST_VECTORS = 20_000
_DIMENSION = 64
_RATE = 4e-3
_WARM_UP = 0.1
_LEAST_EPOCHS = 14
_TOKENS = 1_200  # of a batch, padding included
_POOL = 384  # dialogues among which those of like length are put together
_LARGE = 1_000  # dialogues from which on half a chance is enough; chosen on authors left out
_SURE, _SURER = 0.5, 0.85


def kind_of(label: str) -> int:
    """Return the number of a label's kind."""
    return KINDS.index(KIND_OF.get(label, "NUMBER")) if label else 0


def vocabulary_of(dialogues: Sequence[Dialogue]) -> list[str]:
    """Return words outside of identifiers that at least two dialogues have, the unknown first."""
    seen: Counter[str] = Counter()
    for dialogue in dialogues:
        keys = {
            token.key
            for piece in dialogue.pieces
            if not piece.label
            for token in Conversation(piece.text).tokens
        }
        seen.update(keys)
    return ["", *sorted(word for word, count in seen.items() if count >= 2 and word)]


def word_vectors(language: str, known: list[str]) -> tuple[list[str], NDArray[Any]]:
    """Return all words, `known` first, and a vector (64,) for each: zero where nobody has one."""
    if language != "en":
        return known, np.zeros((len(known), 1), np.float32)
    vocab = Vocab().from_disk(models.resolve("en-core-web-md") / "vocab")
    frequent = [w for w in wordfreq.top_n_list("en", 40_000) if vocab.has_vector(w)]
    basis = np.stack([vocab.get_vector(word) for word in frequent[:_MOST_VECTORS]])
    basis = basis - basis.mean(0)
    _, _, axes = np.linalg.svd(basis[:8_000], full_matrices=False)
    projected = basis @ axes[:_DIMENSION].T
    projected = projected / np.linalg.norm(projected, axis=1, keepdims=True) * 4
    table = dict(zip(frequent, projected, strict=False))
    words = known + [w for w in frequent[:_MOST_VECTORS] if w not in set(known)]
    nothing = np.zeros(_DIMENSION, np.float32)
    return words, np.stack([table.get(word, nothing) for word in words]).astype(np.float32)


def encoded_dialogue(
    pieces: Sequence[Piece], language: str, vocabulary: dict[str, int]
) -> tuple[Conversation, Encoded, NDArray[Any]]:
    """Return a dialogue's conversation, features and kinds (n,) by token."""
    conversation = Conversation(
        "".join(piece.text for piece in pieces), get_language(language).cues.fillers
    )
    edges = np.cumsum([0, *(len(piece.text) for piece in pieces)])
    kinds = np.zeros(len(conversation.tokens), np.int64)
    for index, token in enumerate(conversation.tokens):
        at = int(np.searchsorted(edges, token.start, side="right")) - 1
        kinds[index] = kind_of(pieces[at].label)
    return conversation, encode(conversation, language, vocabulary), kinds


def epochs_for(num_dialogues: int) -> int:
    """Return how often a corpus is read: a smaller one more often."""
    return max(_LEAST_EPOCHS, min(110, 14_500 // max(1, num_dialogues)))


def rate_at(progress: float) -> float:
    """Return the learning rate: up over the first tenth, then down along a cosine to nothing."""
    if progress < _WARM_UP:
        return _RATE * (0.04 + 0.96 * progress / _WARM_UP)
    return _RATE * (0.5 + 0.5 * math.cos(math.pi * (progress - _WARM_UP) / (1 - _WARM_UP)))


def _batches(
    dialogues: Sequence[Dialogue], language: str, vocabulary: dict[str, int], rng: random.Random
) -> list[list[tuple[Encoded, NDArray[np.int64]]]]:
    """Return dialogues with other identifiers and noise, those of like length together."""
    made = []
    for dialogue in dialogues:
        # A second dialogue behind the first: conversations do not end with one exchange.
        pieces = filled(dialogue, language, rng)
        if rng.random() < 0.5:
            other = rng.choice(dialogues)
            pieces = (*pieces, Piece("\n", ""), *filled(other, language, rng))
        _, encoded, kinds = encoded_dialogue(
            as_written(pieces, language, rng), language, vocabulary
        )
        made.append((encoded, kinds))
    made.sort(key=lambda item: len(item[1]))
    batches: list[list[tuple[Encoded, NDArray[np.int64]]]] = [[]]
    for item in made:
        if (len(batches[-1]) + 1) * len(item[1]) > _TOKENS and batches[-1]:
            batches.append([])
        batches[-1].append(item)
    rng.shuffle(batches)
    return batches


def train(
    dialogues: Sequence[Dialogue], language: str, *, epochs: int, seed: int = 1
) -> dict[str, Any]:
    """Train on dialogues and return the weights as `network.load` reads them."""
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True)
    rng = random.Random(seed)
    known = vocabulary_of(dialogues)
    words, vectors = word_vectors(language, known)
    scale = np.float32(np.abs(vectors).max() / 127 or 1)
    small = np.round(vectors / scale).astype(np.int8)
    vocabulary = {word: index for index, word in enumerate(words) if index}
    model = Tagger(len(known), small.astype(np.float32) * scale)
    optimizer = torch.optim.AdamW(model.parameters(), lr=_RATE, weight_decay=0.01)
    began = time.monotonic()
    for epoch in range(epochs):
        total = 0.0
        order = rng.sample(dialogues, len(dialogues))
        batches = [
            made
            for start in range(0, len(order), _POOL)
            for made in _batches(order[start : start + _POOL], language, vocabulary, rng)
        ]
        for index, made in enumerate(batches):
            optimizer.param_groups[0]["lr"] = rate_at((epoch + index / len(batches)) / epochs)
            tensors = batch([one for one, _ in made], [kinds for _, kinds in made])
            scores = model(*tensors[:4])
            loss = functional.cross_entropy(
                scores.flatten(0, 1), tensors[4].flatten(), ignore_index=-100, label_smoothing=0.02
            )
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            total += float(loss.detach())
        print(
            f"epoch {epoch + 1}: loss {total / len(batches):.4f}, {time.monotonic() - began:.0f} s",
            flush=True,
        )
    return {
        **model.eval().weights(),
        "language": np.array(language),
        "threshold": np.array(_SURE if len(dialogues) >= _LARGE else _SURER),
        "vocabulary": np.frombuffer("\n".join(words).encode(), np.uint8),
        "vectors": small,
        "vectors_scale": scale.astype(np.float32),
    }


def save(weights: dict[str, Any], path: Path) -> None:
    """Write weights so that the same weights are the same bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(weights):
            data = io.BytesIO()
            np.lib.format.write_array(data, np.asarray(weights[name]), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data.getvalue())


def add_rates(path: Path, rates: Rates) -> None:
    """Write weights anew with rates of what is left, see `tagger.network.Rates`."""
    with np.load(path, allow_pickle=False) as archive:
        weights = dict(archive)
    save(
        {
            **weights,
            "left_edges": rates.edges,
            "left_rates": np.round([rates.cased, rates.bare, rates.misheard], 6),
            "left_spread": np.array(round(rates.spread, 4)),
        },
        path,
    )
