"""Which words people should look at first: `python -m benchmarks queue`.

Two kinds of real drafts with their truth, each with a second transcript by another engine:

- 25 mock consultations by stored transcripts of published systems, which give no confidence;
- short clips, transcribed here by two engines with confidence (`review_drafts.py`, made once).

The model of `speechkit/review/expected.py` is fitted on the other pairs, or on the consultations and
the other half of the clips, and measured on what it has not seen: what share of the errors lies within the 20 % of words ranked
first, against chance and against confidence alone. A word has an error if it is wrong, or if words
after it were left out. The model fitted on everything is printed at the end, and what
`speechkit review simulate` says of the clips with the model that speechkit has.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from benchmarks.fixtures.clips import data_folder
from benchmarks.review.drafts import DRAFT, SECOND_ELSE, SECOND_ENGLISH, drafts
from speechkit.benchmark.normalize import normalizer_for
from speechkit.core.reviewed import REFERENCE
from speechkit.core.types import Segment
from speechkit.review.error_model import Model, expect, features
from speechkit.review.load_drafts import SECOND
from speechkit.review.queue import Tokens, simulate, word_errors
from speechkit.storage.corpus import Corpus

SHARE, TARGET = 0.2, 2.5
SPLITS = 10
PRIOR_WORDS = 300  # as how many words a collection counts in a fit: as half of the clips has
PAIRS = (
    ("openai-whisper-1", "parakeet-parakeet-tdt-0.6b-v3"),
    ("parakeet-parakeet-tdt-0.6b-v3", "canary-1b-v2"),
    ("canary-1b-v2", "groq-whisper-large-v3-turbo"),
    ("groq-whisper-large-v3-turbo", "parakeet-parakeet-tdt-0.6b-v3"),
)


class Draft(NamedTuple):
    """One recording: what each engine wrote, and how many errors lie in each word of the first."""

    first: tuple[Segment, ...]
    second: tuple[Segment, ...]
    errors: list[int]


def main() -> None:
    """Fit, print, and say whether the targets were met."""
    systems = [stored(*pair) for pair in PAIRS]
    corpus = drafts()
    spoken = of_corpus(corpus)
    consultations = [one for pair in systems for one in pair]
    met = [report_systems(systems), report_clips(spoken, consultations[::8])]
    print(f"all of it: {fit(spoken, consultations)}")
    print("speechkit review simulate, the first 20 %:")
    for row in simulate(corpus, normalizer_for("en").tokens):
        if row.share == SHARE:
            minute = (
                "" if row.errors_per_minute is None else f", {row.errors_per_minute:.1f} a minute"
            )
            print(
                f"  {row.unit:8} {row.order:14} {row.errors_found:6.1%} of the errors, "
                f"{row.times_random:.2f} times chance{minute}"
            )
    sys.exit(not all(met))


def report_systems(systems: Sequence[list[Draft]]) -> bool:
    """Print what disagreement between two systems finds in the draft of one."""
    met = True
    for pair, held_out in zip(PAIRS, systems, strict=True):
        model = fit([one for other in systems if other is not held_out for one in other])
        share, chance = found(held_out, model), by_chance(held_out)
        met &= share >= TARGET * chance
        print(f"consultations by {pair[0]}, second {pair[1]}: {counted(held_out)}")
        print(f"  {share:.1%} within the first {SHARE:.0%}, {share / chance:.2f} times chance")
    return met


def report_clips(spoken: Sequence[Draft], others: Sequence[Draft]) -> bool:
    """Print what the model finds with confidences, and what confidence alone does."""
    print(
        f"{len(spoken)} clips by {DRAFT}, second {SECOND_ENGLISH} (other languages {SECOND_ELSE}): "
        f"{counted(spoken)}; mean of {SPLITS} splits in halves"
    )
    shares: dict[str, list[float]] = {}
    for seed in range(SPLITS):
        drawn = random.Random(seed).sample(list(spoken), len(spoken))
        for learn, held_out in ((drawn[::2], drawn[1::2]), (drawn[1::2], drawn[::2])):
            model = fit(learn, others)
            for name, share in (
                ("both", found(held_out, model)),
                ("confidence alone", found(held_out, None)),
                ("chance", by_chance(held_out)),
            ):
                shares.setdefault(name, []).append(share)
    mean = {name: float(np.mean(values)) for name, values in shares.items()}
    for name, share in mean.items():
        print(
            f"  {name:16} {share:6.1%} within the first {SHARE:.0%}, "
            f"{share / mean['chance']:.2f} times chance"
        )
    return mean["both"] >= TARGET * mean["chance"] and mean["both"] > mean["confidence alone"]


def stored(first: str, second: str) -> list[Draft]:
    """Return the stored consultations of two systems: text only, a segment each."""
    folder = data_folder() / "primock57_12_systems"
    made = []
    for path in sorted((folder / "hypotheses" / first).glob("*.txt")):
        said = folder / "reference" / path.name.replace("_conversation_transcript", "_pure_text")
        other = folder / "hypotheses" / second / path.name
        one, two, three = (
            (Segment(id=path.stem, start=0, end=1, text=each.read_text("utf-8"), language="en"),)
            for each in (path, other, said)
        )
        made.append(Draft(one, two, errors_of(one, three)))
    return made


def of_corpus(corpus: Corpus) -> list[Draft]:
    """Return the recordings that have both transcripts, but those in which nothing was written."""
    made = []
    for session in corpus.sessions():
        layers = [corpus.layer(session, name) for name in ("attributed", SECOND, REFERENCE)]
        first, second, said = (layer.items if layer else () for layer in layers)
        if any(segment.words for segment in first) and second:
            made.append(Draft(first, second, errors_of(first, said)))
    return made


def errors_of(draft: Sequence[Segment], said: Sequence[Segment]) -> list[int]:
    """Return how many errors lie in each word of a draft."""
    tokens = tokens_of(said[0].language)
    return [errors for segment in word_errors(draft, said, tokens) for errors in segment]


@cache
def tokens_of(language: str) -> Tokens:
    """Return the normalizer of a language, which remembers words."""
    return cache(normalizer_for(language).tokens)


def fit(*collections: Sequence[Draft]) -> Model:
    """Fit the logistic model by Newton's method, each collection counting the same; a weak prior
    at zero."""
    rows, wrong, weights = [], [], []
    for drafts_of in collections:
        words = [row for draft in drafts_of for row in features(draft.first, draft.second)]
        rows += words
        wrong += [errors > 0 for draft in drafts_of for errors in draft.errors]
        weights += [PRIOR_WORDS / len(words)] * len(words)
    x = np.hstack([np.ones((len(rows), 1)), np.array(rows)])
    y, w = np.array(wrong, dtype=float), np.array(weights)
    beta = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ beta))
        curvature = (x * (w * p * (1 - p))[:, None]).T @ x + np.eye(len(beta))
        beta += np.linalg.solve(curvature, x.T @ (w * (y - p)) - beta)
    return Model(*(round(float(b), 2) for b in beta))


def found(some: Sequence[Draft], model: Model | None) -> float:
    """Return the share of the errors among the words ranked first; by confidence if no model."""
    scores: list[float] = []
    for draft in some:
        if model is None:
            scores += [1 - (w.confidence or 0.0) for s in draft.first for w in s.words]
        else:
            told = expect(draft.first, draft.second, model=model)
            scores += [chance for one in told for chance in one.words]
    return share_of(some, scores)


def by_chance(some: Sequence[Draft], seeds: int = 20) -> float:
    """Return the share of the errors among words drawn by lot."""
    shares = []
    for seed in range(seeds):
        draw = random.Random(seed)
        shares.append(share_of(some, [draw.random() for d in some for _ in d.errors]))
    return float(np.mean(shares))


def share_of(some: Sequence[Draft], scores: Sequence[float]) -> float:
    """Return the share of the errors in the words of the highest scores; ties by lot."""
    errors = [one for draft in some for one in draft.errors]
    draw = random.Random(0)
    order = sorted(range(len(scores)), key=lambda at: (-scores[at], draw.random()))
    return sum(errors[at] for at in order[: round(SHARE * len(order))]) / sum(errors)


def counted(some: Sequence[Draft]) -> str:
    """Say how many words there are, and errors."""
    errors = [one for draft in some for one in draft.errors]
    return f"{len(errors)} words, {sum(errors)} errors"


if __name__ == "__main__":
    main()
