"""How often words that nothing covers identify somebody, counted on authors left out of training."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from speechkit.core.estimates import count_interval
from speechkit.deidentification.text.residual import rate_sum
from speechkit.deidentification.text.tagger.network import Rates

from .evaluate import Record

EDGES = np.array([0.001, 0.003, 0.01, 0.02, 0.04, 0.08, 0.15, 0.25, 0.4, 0.6])
_BY_STYLE = ("cased", "ASR", "misheard")
RELEASE = 20  # dialogues
_DRAWS = 20


def rates_of(records: Sequence[Record]) -> Rates:
    """Return identifiers a word by style and chance, and how far authors differ.

    For the latter each author is expected from the rates of all others.
    """
    authors = sorted({record.author for record in records})
    by_author = [
        [expected_and_left([r for r in records if r.author == author and r.style == style], rates)
         for style in _BY_STYLE]
        for author in authors
        for rates in [_rates([r for r in records if r.author != author], math.inf)]
    ]  # fmt: skip
    pairs = np.array([pair for pairs in by_author for pair in pairs])
    expected, left = pairs[:, 0], pairs[:, 1]
    variance = float(((left - expected) ** 2 - left).sum() / max(1e-9, (expected**2).sum()))
    return _rates(records, 1 / variance if variance > 1e-3 else 1e3)


def _rates(records: Sequence[Record], spread: float) -> Rates:
    by_style = []
    for style in _BY_STYLE:
        chosen = [record for record in records if record.style == style]
        chances = np.concatenate([record.chances for record in chosen])
        left = np.concatenate([record.left for record in chosen])
        bins = np.searchsorted(EDGES, chances, side="right")
        words = np.bincount(bins, minlength=len(EDGES) + 1)
        identifying = np.bincount(bins, weights=left, minlength=len(EDGES) + 1)
        # A mention of three words of which two are left is one that is left.
        mentions = sum(record.parts for record in chosen) / max(1, int(left.sum()))
        by_style.append(_rising(identifying * mentions, words))
    return Rates(EDGES, *by_style, spread)


def _rising(counts: NDArray[np.float64], words: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return rates that rise with the chance: neighbors that do not are taken together."""
    groups: list[list[float]] = []  # counts, words, bins
    for count, number in zip(counts, words, strict=True):
        groups.append([float(count), float(number), 1])
        while len(groups) > 1 and _rate(groups[-2]) >= _rate(groups[-1]):
            last = groups.pop()
            groups[-1] = [a + b for a, b in zip(groups[-1], last, strict=True)]
    return np.concatenate([np.full(int(group[2]), _rate(group)) for group in groups])


def _rate(group: Sequence[float]) -> float:
    return group[0] / group[1] if group[1] else 0.0


def expected_and_left(records: Sequence[Record], rates: Rates) -> tuple[float, int]:
    """Return how many identifiers are expected to be left in dialogues, and how many are."""
    expected = sum(
        rate_sum(rates, r.chances, bare=r.style != "cased", misheard=float(r.style == "misheard"))
        for r in records
    )
    return expected, sum(record.parts for record in records)


def coverage(records: Sequence[Record], seed: int = 1) -> str:
    """Say in how many releases of 20 dialogues the 90 % interval holds what is really left.

    Each release is one author's, who is in neither the model, the rates, nor the spread.
    """
    rng = random.Random(seed)
    lines = []
    held: dict[str, list[tuple[bool, float, int]]] = {style: [] for style in _BY_STYLE}
    for author in sorted({record.author for record in records}):
        rates = rates_of([record for record in records if record.author != author])
        for style in _BY_STYLE:
            own = [r for r in records if r.author == author and r.style == style]
            for _ in range(_DRAWS if len(own) > RELEASE else 1):
                chosen = rng.sample(own, min(RELEASE, len(own)))
                expected, left = expected_and_left(chosen, rates)
                low, high = count_interval(expected, rates.spread)
                held[style].append((low <= left <= high, expected, left))
    for style, releases in held.items():
        share = sum(inside for inside, _, _ in releases) / max(1, len(releases))
        lines.append(
            f"{style:9} 90 % interval holds in {share:.0%} of {len(releases)} releases; "
            f"expected {sum(e for _, e, _ in releases):.0f}, "
            f"left {sum(n for _, _, n in releases)}"
        )
    return "\n".join(lines)
