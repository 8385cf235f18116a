"""Which words people should look at first: `python -m benchmarks.review_queue [--clips]`.

A draft by one engine, a second transcript by another; a word of the draft is wrong if it does not
stand in the reference. The model of `speechkit/review/expected.py` is fitted on some and measured on
others. Printed: what share of the wrong words lies within the 20 % ranked first, by the model and by
chance.

First: 25 mock consultations, by stored transcripts of published systems, which give no confidence;
fitted on the other pairs. With --clips also real clips, transcribed here by two engines with
confidence: fitted on one half, measured on the other, against ranking by confidence alone.
"""

from __future__ import annotations

import argparse
import random
from typing import NamedTuple

import numpy as np

from benchmarks.clips import clips, data_folder
from speechkit.benchmark.errors import align
from speechkit.benchmark.normalise import normaliser_for
from speechkit.core.engines import make_engine
from speechkit.core.stage import Resources
from speechkit.core.types import Segment
from speechkit.review.expected import Model, expect, features

FIRST, SECOND = "faster-whisper:base", "whisper:base"
SHARE = 0.2
PAIRS = (
    ("openai-whisper-1", "parakeet-parakeet-tdt-0.6b-v3"),
    ("parakeet-parakeet-tdt-0.6b-v3", "canary-1b-v2"),
    ("canary-1b-v2", "groq-whisper-large-v3-turbo"),
    ("groq-whisper-large-v3-turbo", "parakeet-parakeet-tdt-0.6b-v3"),
)


class Draft(NamedTuple):
    """A clip: what each engine wrote, and which words of the first one are wrong."""

    first: tuple[Segment, ...]
    second: tuple[Segment, ...]
    wrong: list[bool]


def main() -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", action="store_true", help="transcribe clips too: minutes")
    parser.add_argument("--every", type=int, default=2, help="take every n-th clip")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    report_systems()
    if given.clips:
        report_clips(transcribe_all(given.every, given.threads))


def report_systems() -> None:
    """Print what disagreement between two systems finds in the draft of one."""
    pairs = [stored(*pair) for pair in PAIRS]
    for index, (pair, drafts) in enumerate(zip(PAIRS, pairs, strict=True)):
        model = fit([one for other in pairs if other is not drafts for one in other])
        num_words, num_wrong = sum(len(d.wrong) for d in drafts), sum(sum(d.wrong) for d in drafts)
        share = found(drafts, model)
        chance = np.mean([found(drafts, None, seed=seed) for seed in range(5)])
        print(f"draft {pair[0]}, second {pair[1]}: {num_words} words, {num_wrong} wrong")
        print(
            f"  within the first {SHARE:.0%}: {share:.1%}, {share / SHARE:.2f} times what chance "
            f"finds ({chance:.1%})"
        )
        if index == len(PAIRS) - 1:
            print(f"all pairs: {fit([one for other in pairs for one in other])}")


def stored(first: str, second: str) -> list[Draft]:
    """Return the stored consultations of two systems: text only, a segment each."""
    folder = data_folder() / "primock57_12_systems"
    drafts = []
    for path in sorted((folder / "hypotheses" / first).glob("*.txt")):
        reference = path.name.replace("_conversation_transcript", "_pure_text")
        texts = (
            path.read_text("utf-8"),
            (folder / "hypotheses" / second / path.name).read_text("utf-8"),
        )
        one, two = ((Segment(id=path.stem, start=0, end=1, text=text),) for text in texts)
        said = (folder / "reference" / reference).read_text("utf-8")
        drafts.append(Draft(one, two, mistakes(texts[0].split(), said, "en", "")))
    return drafts


def report_clips(drafts: list[Draft]) -> None:
    """Print what the model finds with confidences, and what confidence alone does."""
    num_words, num_wrong = sum(len(d.wrong) for d in drafts), sum(sum(d.wrong) for d in drafts)
    print(f"{len(drafts)} clips, {num_words} words of {FIRST}, {num_wrong} wrong")
    gains = {name: [] for name in ("model", "without the second", "confidence")}
    for half in (0, 1):
        learn, held_out = drafts[1 - half :: 2], drafts[half::2]
        model = fit(learn)
        gains["model"].append(found(held_out, model))
        gains["without the second"].append(found(held_out, model, alone=True))
        gains["confidence"].append(found(held_out, None))
    print(f"errors among the {SHARE:.0%} of words that are ranked first, on clips not fitted on:")
    for name, shares in gains.items():
        mean = float(np.mean(shares))
        print(f"  {name:20} {mean:.0%}  {mean / SHARE:.2f} times what chance finds")
    chance = np.mean([found(drafts, None, seed=seed) for seed in range(20)])
    print(f"  {'at random':20} {chance:.0%}")
    print(f"all clips: {fit(drafts)}")


def transcribe_all(every: int, threads: int) -> list[Draft]:
    """Return both transcripts of every n-th clip, one engine after the other."""
    spoken = list(clips(data_folder(), every=every))
    written = []
    for spec in (FIRST, SECOND):
        with make_engine("transcriber", spec).open(Resources(threads=threads)) as transcribe:
            written.append([transcribe(c.samples, c.language).segments for c in spoken])
    return [
        Draft(
            first,
            second,
            mistakes([w.text for s in first for w in s.words], clip.text, clip.language, "basic@1"),
        )
        for clip, first, second in zip(spoken, *written, strict=True)
        if sum(len(segment.words) for segment in first)
    ]


def mistakes(words: list[str], text: str, language: str, normaliser: str) -> list[bool]:
    """Say of each word whether a token of it is missing in the reference."""
    tokens = normaliser_for(language, normaliser).tokens
    owners = [at for at, word in enumerate(words) for _ in tokens(word)]
    written = [token for word in words for token in tokens(word)]
    wrong = [False] * len(words)
    for edit in align(tokens(text), written):
        if edit.kind != "equal":
            for at in range(edit.hypothesis_start, edit.hypothesis_end):
                wrong[owners[at]] = True
    return wrong


def fit(drafts: list[Draft]) -> Model:
    """Fit the logistic model by Newton's method, with a weak prior at zero."""
    x = np.array([row for d in drafts for row in features(d.first, d.second)])
    x = np.hstack([np.ones((len(x), 1)), x])
    y = np.array([wrong for d in drafts for wrong in d.wrong], dtype=float)
    beta = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ beta))
        curvature = (x * (p * (1 - p))[:, None]).T @ x + 0.1 * np.eye(len(beta))
        beta += np.linalg.solve(curvature, x.T @ (y - p) - 0.1 * beta)
    return Model(*(round(float(b), 2) for b in beta))


def found(
    drafts: list[Draft], model: Model | None, *, alone: bool = False, seed: int | None = None
) -> float:
    """Return the share of the wrong words among those ranked first; by confidence if no model."""
    wrong = [one for draft in drafts for one in draft.wrong]
    scores: list[float] = []
    for draft in drafts if seed is None else ():
        if model is None:
            scores += [1 - (w.confidence or 0.0) for s in draft.first for w in s.words]
        else:
            second = None if alone else draft.second
            scores += [p for one in expect(draft.first, second, model=model) for p in one.words]
    if seed is not None:
        draw = random.Random(seed)
        scores = [draw.random() for _ in wrong]
    order = sorted(range(len(scores)), key=lambda at: -scores[at])
    first = order[: round(SHARE * len(order))]
    return sum(wrong[at] for at in first) / sum(wrong)


if __name__ == "__main__":
    main()
