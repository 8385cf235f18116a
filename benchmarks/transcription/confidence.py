"""Fits the calibration of segment confidence: `python -m benchmarks confidence`.

For every segment that an engine writes on the shared clips (language given), counts how many of
its words are right, and fits  P(word right) = 1 / (1 + exp(-(a + b · logit(mean word probability))))
by maximum likelihood, a word being a trial. Prints a and b for `speechkit/transcription/confidence.py`,
and how well a fit on one half of the clips describes the other half: expected calibration error
(five bins of equal size) before and after, and the area under the curve for "this segment has a
wrong word".
"""

from __future__ import annotations

import argparse
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.fixtures.clips import Clip, clips, data_folder
from speechkit.benchmark.errors import align
from speechkit.benchmark.normalize import normalizer_for
from speechkit.core.engines import Transcript, make_engine
from speechkit.core.stage import Resources
from speechkit.transcription.confidence import calibrate, logit

ENGINES = ("faster-whisper:base", "whisper:base")
NUM_BINS = 5
# A weak belief in the identity, worth this many words: keeps the fit tame on few wrong words.
PRIOR = 10


class Counted(NamedTuple):
    """A segment: mean word probability, words, right ones, and which half its clip is in."""

    probability: float
    words: int
    right: int
    half: int


def main() -> None:
    """Print the fits."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=1, help="take every n-th clip")
    parser.add_argument("--engines", nargs="+", default=ENGINES)
    given = parser.parse_args()
    spoken = list(clips(data_folder(), every=given.every))
    for spec in given.engines:
        counted: list[Counted] = []
        with make_engine("transcriber", spec).open(Resources(threads=2)) as transcribe:
            for index, clip in enumerate(spoken):
                counted += count(transcribe(clip.samples, clip.language), clip, index % 2)
        report(spec, len(spoken), counted)


def report(spec: str, num_clips: int, counted: list[Counted]) -> None:
    """Print what was fitted on all, and how a fit on one half does on the other."""
    words, right = sum(c.words for c in counted), sum(c.right for c in counted)
    print(f"{spec}: {num_clips} clips, {len(counted)} segments, {words} words, {right} right")
    before, after = [], []
    for half in (0, 1):
        a, b = fit([c for c in counted if c.half != half])
        held_out = [c for c in counted if c.half == half]
        before.append(error(held_out, 0.0, 1.0))
        after.append(error(held_out, a, b))
    a, b = fit(counted)
    print(f"  a {a:.3f}  b {b:.3f}")
    print(f"  held-out calibration error {np.mean(before):.3f} → {np.mean(after):.3f}")
    print(f"  area under the curve {area(counted):.2f}")


def count(heard: Transcript, clip: Clip, half: int) -> list[Counted]:
    """Count right words per segment; a word is right if all its tokens stand in the reference."""
    tokens = normalizer_for(clip.language, "basic@1").tokens
    owners: list[tuple[int, int]] = []
    written: list[str] = []
    for index, segment in enumerate(heard.segments):
        for position, word in enumerate(segment.words):
            for token in tokens(word.text):
                written.append(token)
                owners.append((index, position))
    hit: set[int] = set()
    for edit in align(tokens(clip.text), written):
        if edit.kind == "equal":
            hit.update(range(edit.hypothesis_start, edit.hypothesis_end))
    wrong = {owner for at, owner in enumerate(owners) if at not in hit}
    out = []
    for index, segment in enumerate(heard.segments):
        sure = [word.confidence or 0.0 for word in segment.words]
        mistakes = sum(1 for owner in wrong if owner[0] == index)
        out.append(Counted(float(np.mean(sure)), len(sure), len(sure) - mistakes, half))
    return out


def fit(counted: list[Counted]) -> tuple[float, float]:
    """Return intercept and slope by Newton's method, with a weak prior around (0, 1)."""
    x = np.array([[1.0, logit(c.probability)] for c in counted])
    n = np.array([c.words for c in counted], dtype=float)
    k = np.array([c.right for c in counted], dtype=float)
    prior, strength = np.array([0.0, 1.0]), PRIOR * np.eye(2) / 4
    beta = prior.copy()
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ beta))
        gradient = x.T @ (k - n * p) - strength @ (beta - prior)
        curvature = (x * (n * p * (1 - p))[:, None]).T @ x + strength
        beta = beta + np.linalg.solve(curvature, gradient)
    return float(beta[0]), float(beta[1])


def error(counted: list[Counted], a: float, b: float) -> float:
    """Return the expected calibration error: mean gap over bins of equal size, by words."""
    said = np.array([calibrate(c.probability, a, b) for c in counted])
    gaps, total = 0.0, sum(c.words for c in counted)
    for part in np.array_split(np.argsort(said, kind="stable"), NUM_BINS):
        n = np.array([counted[i].words for i in part])
        k = np.array([counted[i].right for i in part])
        gaps += abs(float(np.sum(said[part] * n) - k.sum()))
    return gaps / total


def area(counted: list[Counted]) -> float:
    """Return how often a segment with a wrong word has the lower confidence of two."""
    sure: NDArray[np.float64] = np.array([c.probability for c in counted])
    bad = np.array([c.right < c.words for c in counted])
    pairs = sure[bad][:, None] - sure[~bad][None, :]
    return float(np.mean((pairs < 0) + 0.5 * (pairs == 0)))


if __name__ == "__main__":
    main()
