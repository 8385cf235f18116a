"""The tagger in PyTorch, layer for layer what `speechkit…tagger.network` computes with NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from speechkit.deidentification.text.tagger.features import (
    KINDS,
    NUM_CHARACTERS,
    NUM_FLAGS,
    UNKNOWN,
    Encoded,
)
from speechkit.deidentification.text.tagger.network import DILATIONS

EMBEDDING, LETTERS, ANSWERS, CHANNELS = 48, 20, 64, 160


class Tagger(nn.Module):
    """Arrays of a batch of conversations → scores (batch, tokens, kinds)."""

    def __init__(self, num_words: int, vectors: np.ndarray[Any, Any]) -> None:
        super().__init__()
        self.num_words = num_words
        self.register_buffer("vectors", torch.from_numpy(vectors.astype(np.float32)))
        self.embedding = nn.Embedding(num_words, EMBEDDING)
        self.letters = nn.Embedding(NUM_CHARACTERS, LETTERS)
        self.spelling = nn.Linear(3 * LETTERS, ANSWERS)
        size = EMBEDDING + vectors.shape[1] + ANSWERS + NUM_FLAGS
        self.inner = nn.Linear(size, CHANNELS)
        self.blocks = nn.ModuleList(
            nn.Conv1d(CHANNELS, CHANNELS, 3, dilation=d, padding=d) for d in DILATIONS
        )
        self.norms = nn.ModuleList(nn.LayerNorm(CHANNELS) for _ in DILATIONS)
        self.out = nn.Linear(CHANNELS, len(KINDS))
        nn.init.normal_(self.embedding.weight, std=0.3)

    def forward(self, words: Tensor, characters: Tensor, flags: Tensor, mask: Tensor) -> Tensor:
        if self.training:  # the words of training will be rare elsewhere: do without some
            lost = torch.rand(words.shape) < 0.12
            words = torch.where(lost, UNKNOWN, words)
            flags = flags * (torch.rand(flags.shape) > 0.07)
        known = torch.where(words < self.num_words, words, UNKNOWN)
        spelled = self.letters(characters)
        padded = functional.pad(spelled, (0, 0, 1, 1))
        windows = torch.cat([padded[:, :, :-2], padded[:, :, 1:-1], padded[:, :, 2:]], dim=3)
        shape = functional.relu(self.spelling(windows)).amax(dim=2)
        inputs = torch.cat([self.embedding(known), self.vectors[words], shape, flags], dim=2)
        drop = 0.25 if self.training else 0.0
        hidden = functional.relu(self.inner(functional.dropout(inputs, drop * 0.6)))
        hidden = hidden * mask[:, :, None]
        for block, norm in zip(self.blocks, self.norms, strict=True):
            wide = norm(block(hidden.transpose(1, 2)).transpose(1, 2))
            hidden = hidden + functional.dropout(functional.relu(wide), drop)
            hidden = hidden * mask[:, :, None]
        return self.out(hidden)

    def weights(self) -> dict[str, np.ndarray[Any, Any]]:
        """Return what `network.Network` reads, in half precision."""
        named = {
            "embedding": self.embedding.weight,
            "letters": self.letters.weight,
            "letters_weight": self.spelling.weight,
            "letters_bias": self.spelling.bias,
            "in_weight": self.inner.weight,
            "in_bias": self.inner.bias,
            "out_weight": self.out.weight,
            "out_bias": self.out.bias,
        }
        for index, (block, norm) in enumerate(zip(self.blocks, self.norms, strict=True)):
            named[f"block_{index}_weight"] = block.weight.permute(2, 0, 1)
            named[f"block_{index}_bias"] = block.bias
            named[f"block_{index}_gain"] = norm.weight
            named[f"block_{index}_shift"] = norm.bias
        return {name: value.detach().numpy().astype(np.float16) for name, value in named.items()}


def batch(
    encoded: Sequence[Encoded], labels: Sequence[np.ndarray[Any, Any]]
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Pad conversations to one length: words, characters, flags, mask, labels (−100: none)."""
    longest = max(len(one.words) for one in encoded)

    def padded(array: np.ndarray[Any, Any], fill: int = 0) -> np.ndarray[Any, Any]:
        width = [(0, longest - len(array))] + [(0, 0)] * (array.ndim - 1)
        return np.pad(array, width, constant_values=fill)

    words = torch.from_numpy(np.stack([padded(one.words) for one in encoded])).long()
    characters = torch.from_numpy(np.stack([padded(one.characters) for one in encoded])).long()
    flags = torch.from_numpy(np.stack([padded(one.flags) for one in encoded]))
    mask = torch.from_numpy(
        np.stack([padded(np.ones(len(one.words), np.float32)) for one in encoded])
    )
    target = torch.from_numpy(np.stack([padded(one, -100) for one in labels])).long()
    return words, characters, flags, mask, target
