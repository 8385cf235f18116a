"""The tagger's network in NumPy: a dilated convolution over the words of a conversation.

Each word is an embedding, a fixed word vector, a convolution over its letters and the flags of
`features`; residual blocks with growing dilation then see about fifteen words to either side.
Trained with PyTorch by `make train-phi`, run without it.

Source of the design: Strubell et al., "Fast and Accurate Entity Recognition with Iterated Dilated
Convolutions", EMNLP 2017.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from speechkit.core.errors import ModelError
from speechkit.deidentification.text.tagger.features import UNKNOWN, Encoded

if TYPE_CHECKING:
    from collections.abc import Mapping

    Floats = NDArray[np.float32]

DILATIONS = (1, 2, 4, 8, 1)
_BLOCK = 8_192  # tokens computed at once, so that memory does not grow with the conversation
_EDGE = sum(DILATIONS)  # words to either side that a word's result depends on
_EPSILON = 1e-5


class Rates(NamedTuple):
    """How often words that nothing covers identify, by what the tagger holds of them.

    `edges` (bins - 1,) part the tagger's chances; `cased`, `bare` and `misheard` (bins,) are
    identifiers a word in text as people write it, as recognizers write it, and misheard; `spread`
    says how far authors differ, see `residual.Left`.
    """

    edges: NDArray[np.float64]
    cased: NDArray[np.float64]
    bare: NDArray[np.float64]
    misheard: NDArray[np.float64]
    spread: float


class Network:
    """Weights and the way through them. Read with `load`.

    `rates` are counted on authors left out of training; None where none were.
    """

    def __init__(self, weights: Mapping[str, NDArray[Any]]) -> None:
        self.language = str(weights["language"])
        # From which chance on a word is taken where a policy asks for half: more where the corpus
        # was small, so that what it never saw is not taken for an identifier.
        self.threshold = float(weights["threshold"])
        words = bytes(weights["vocabulary"]).decode().split("\n")
        self.vocabulary = {word: index for index, word in enumerate(words) if index != UNKNOWN}
        self.rates = _rates(weights)
        self._weights = {
            name: np.asarray(value, np.float32)
            for name, value in weights.items()
            if value.dtype in (np.float16, np.float32)
        }
        scale = self._weights.pop("vectors_scale")
        self._vectors = weights["vectors"].astype(np.float32) * scale

    def probabilities(self, encoded: Encoded) -> Floats:
        """Return (n, kinds): how likely each token is outside (column 0) or of each kind."""
        count = len(encoded.words)
        if not count:
            return np.zeros((0, len(self._weights["out_bias"])), np.float32)
        with _blas().limit(limits=1, user_api="blas"):
            scores = self._in_blocks(encoded)
        exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(exponents / exponents.sum(axis=1, keepdims=True))

    def _in_blocks(self, encoded: Encoded) -> Floats:
        count = len(encoded.words)
        pieces = []
        for start in range(0, count, _BLOCK):
            first, after = max(0, start - _EDGE), min(count, start + _BLOCK + _EDGE)
            part = slice(first, after)
            scores = self._scores(
                encoded.words[part], encoded.characters[part], encoded.flags[part]
            )
            pieces.append(scores[start - first : min(start + _BLOCK, count) - first])
        return np.concatenate(pieces)

    def _scores(self, words: Any, characters: Any, flags: Floats) -> Floats:
        weights = self._weights
        # Words that only the vectors know share the embedding of the unknown.
        known = np.where(words < len(weights["embedding"]), words, UNKNOWN)
        inputs = np.concatenate(
            [weights["embedding"][known], self._vectors[words], self._letters(characters), flags],
            axis=1,
        )
        hidden = np.maximum(inputs @ weights["in_weight"].T + weights["in_bias"], 0)
        for index, dilation in enumerate(DILATIONS):
            name = f"block_{index}"
            wide = _convolve(hidden, weights[f"{name}_weight"], dilation) + weights[f"{name}_bias"]
            hidden = hidden + np.maximum(
                _normalized(wide, weights[f"{name}_gain"], weights[f"{name}_shift"]), 0
            )
        return np.asarray(hidden @ weights["out_weight"].T + weights["out_bias"])

    def _letters(self, characters: Any) -> Floats:
        """Convolve over the letters of each different word once, and take the strongest answers."""
        weights = self._weights
        different, where = np.unique(characters, axis=0, return_inverse=True)
        letters = weights["letters"][different]  # (words, length, size)
        padded = np.pad(letters, ((0, 0), (1, 1), (0, 0)))
        windows = np.concatenate([padded[:, :-2], padded[:, 1:-1], padded[:, 2:]], axis=2)
        answers = windows @ weights["letters_weight"].T + weights["letters_bias"]
        return np.asarray(np.maximum(answers, 0).max(axis=1)[where.reshape(-1)])


def load(path: Path) -> Network:
    """Read a network from an `.npz` file.

    Raises:
        ModelError: if it is missing or is not such a file.
    """
    try:
        with np.load(path, allow_pickle=False) as weights:
            return Network(dict(weights))
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise ModelError(
            f"{path.name} is not a tagger's weights; install speechkit again"
        ) from error


def _rates(weights: Mapping[str, NDArray[Any]]) -> Rates | None:
    if "left_edges" not in weights:
        return None
    cased, bare, misheard = weights["left_rates"]
    return Rates(weights["left_edges"], cased, bare, misheard, float(weights["left_spread"]))


@cache
def _blas() -> ThreadpoolController:
    """Matrices this small are multiplied faster by one thread, and threads that wait burn a core."""
    return ThreadpoolController()


def _convolve(hidden: Floats, weight: Floats, dilation: int) -> Floats:
    """Apply a kernel of three (3, out, in) at a dilation; outside the conversation is silence."""
    count = len(hidden)
    out = hidden @ weight[1].T
    if count > dilation:
        out[dilation:] += hidden[: count - dilation] @ weight[0].T
        out[: count - dilation] += hidden[dilation:] @ weight[2].T
    return np.asarray(out)


def _normalized(values: Floats, gain: Floats, shift: Floats) -> Floats:
    mean = values.mean(axis=1, keepdims=True)
    spread = np.sqrt(values.var(axis=1, keepdims=True) + _EPSILON)
    return np.asarray((values - mean) / spread * gain + shift)
