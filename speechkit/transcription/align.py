"""Placing known words in sound with a CTC model: what the aligners share.

The words of a channel are cut into runs at pauses of their draft times. Each run is aligned as a
whole with `torchaudio.functional.forced_align` (Viterbi over the CTC graph, Kürzinger et al. 2020,
"CTC-segmentation"). A wildcard symbol stands at both ends of a run, between segments and for words
that cannot be pronounced: it takes up speech that no word explains.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from speechkit.core.engines import SAMPLE_RATE, Sound
from speechkit.core.types import Word

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]
    LogProbs = NDArray[np.float32]

Symbols = tuple[int, ...]  # of one spoken token
Said = tuple[Symbols, ...]  # a written word as it may be said: "264" is three or four tokens

FRAME = 0.02  # seconds of every emission
_MAX_RUN = 25.0  # seconds: bounds memory, and how far a wrong text can push its neighbors
_PAUSE = 1.5  # seconds between draft times at which a run is cut
_REACH = 1.0  # seconds that a run looks beyond its draft times, which may be off
_STRAY = 0.3  # seconds within a token after which the smaller part of it is not believed
_WILDCARD = 1.0  # what the wildcard costs a frame, below the best symbol (log)


class Acoustics(Protocol):
    """A CTC model."""

    def emissions(self, samples: Samples, language: str) -> LogProbs:
        """Mono samples (n,) at 16 kHz → log probabilities (frames, symbols); column 0 is blank."""
        ...

    def pronounce(self, word: str, language: str) -> tuple[Said, ...]:
        """Return the ways to say a written word, likeliest first; () where it cannot be said."""
        ...


class Placed(NamedTuple):
    """Where a word was found, in seconds, and how well (mean log probability of its symbols)."""

    start: float
    end: float
    score: float


def place_words(
    samples: Sound,
    segments: Sequence[Sequence[Word]],
    language: str,
    acoustics: Acoustics,
    *,
    poor: float,
) -> list[list[Placed | None]]:
    """Return for each word of each segment where it was found; None where it was not.

    A segment whose words fit worse than `poor` is tried again between its neighbors; if that
    does not help either, none of its words counts as found.
    """
    placed: list[list[Placed | None]] = [[None] * len(words) for words in segments]
    duration = len(samples) / SAMPLE_RATE
    for run in _runs(segments):
        first, last = (segments[s][w] for s, w in (run[0], run[-1]))
        window = (max(0.0, first.start - _REACH), min(duration, last.end + _REACH))
        _place_run(samples, window, run, segments, language, acoustics, placed)
    for index, words in enumerate(segments):
        if not words or fit(placed[index]) >= poor:
            continue
        window = _between(index, placed, segments, poor, duration)
        again: list[list[Placed | None]] = [[None] * len(each) for each in segments]
        indices = [(index, w) for w in range(len(words))]
        _place_run(samples, window, indices, segments, language, acoustics, again)
        good = fit(again[index]) >= poor
        placed[index] = again[index] if good else [None] * len(words)
    return placed


def fit(placed: Sequence[Placed | None]) -> float:
    """Return the mean score of the words that were found; -inf if none was."""
    scores = [word.score for word in placed if word is not None]
    return sum(scores) / len(scores) if scores else -np.inf


def _runs(segments: Sequence[Sequence[Word]]) -> list[list[tuple[int, int]]]:
    """Cut words (segment, index) into runs at pauses, and at the widest gap of what is too long."""
    flat = [(s, w) for s, words in enumerate(segments) for w in range(len(words))]
    runs: list[list[tuple[int, int]]] = []
    for at in flat:
        word = segments[at[0]][at[1]]
        last = segments[runs[-1][-1][0]][runs[-1][-1][1]] if runs else None
        if last is None or word.start - last.end > _PAUSE or word.start < last.start:
            runs.append([at])
            continue
        runs[-1].append(at)
        while word.end - _of(segments, runs[-1][0]).start > _MAX_RUN and len(runs[-1]) > 1:
            cut = _widest_gap(segments, runs[-1])
            runs[-1], rest = runs[-1][:cut], runs[-1][cut:]
            runs.append(rest)
    return runs


def _of(segments: Sequence[Sequence[Word]], at: tuple[int, int]) -> Word:
    return segments[at[0]][at[1]]


def _widest_gap(segments: Sequence[Sequence[Word]], run: list[tuple[int, int]]) -> int:
    """Index of the word after the widest gap in a run's second half; segment borders count more."""
    best, cut = -np.inf, len(run) - 1
    for index in range(max(1, len(run) // 2), len(run)):
        gap = _of(segments, run[index]).start - _of(segments, run[index - 1]).end
        gap += 0.3 if run[index][0] != run[index - 1][0] else 0.0
        if gap > best:
            best, cut = gap, index
    return cut


def _between(
    index: int,
    placed: list[list[Placed | None]],
    segments: Sequence[Sequence[Word]],
    poor: float,
    duration: float,
) -> tuple[float, float]:
    """Return the neighborhood of a segment: from the last good word before to the next after."""
    words = segments[index]
    start, end = words[0].start - _MAX_RUN / 4, words[-1].end + _MAX_RUN / 4
    for other in (index - 1, index + 1):
        if not 0 <= other < len(segments) or fit(placed[other]) < poor:
            continue
        found = [word for word in placed[other] if word is not None]
        if other < index and found[-1].end < words[-1].end:
            start = max(start, found[-1].end)
        if other > index and found[0].start > words[0].start:
            end = min(end, found[0].start)
    return max(0.0, start), min(duration, end)


def _place_run(
    samples: Sound,
    window: tuple[float, float],
    run: list[tuple[int, int]],
    segments: Sequence[Sequence[Word]],
    language: str,
    acoustics: Acoustics,
    placed: list[list[Placed | None]],
) -> None:
    begin, end = (int(edge * SAMPLE_RATE) for edge in window)
    if end - begin < SAMPLE_RATE // 10:
        return
    emissions = add_wildcard(acoustics.emissions(samples[begin:end], language))
    forms = [acoustics.pronounce(_of(segments, at).text, language) for at in run]
    breaks = [i > 0 and run[i][0] != run[i - 1][0] for i in range(len(run))]
    spans = best_spans(emissions, forms, breaks)
    for (s, w), span in zip(run, spans, strict=True):
        if span is not None:
            first, last, score = span
            offset = begin / SAMPLE_RATE
            placed[s][w] = Placed(offset + first * FRAME, offset + last * FRAME, score)


def add_wildcard(emissions: LogProbs) -> LogProbs:
    """Append a column for the wildcard: the best symbol's log probability less a cost.

    The cost differs a little from frame to frame: where two ways into a state score exactly the
    same, forced_align of torchaudio 2.11 takes neither, but stays, however bad that is.
    """
    uneven = np.modf(np.arange(len(emissions)) * 0.618034)[0]
    cost = (_WILDCARD + 0.01 * uneven).astype(np.float32)
    return np.column_stack([emissions, emissions.max(axis=1) - cost])


Span = tuple[int, int, float]


def best_spans(
    emissions: LogProbs, forms: Sequence[tuple[Said, ...]], breaks: Sequence[bool]
) -> list[Span | None]:
    """Return (first frame, last frame + 1, score) for each word, None for what cannot be said.

    Of each word's forms the one with which the whole run scores best is taken, one word at a time.
    `breaks[i]` says that a segment begins with word i. The last column is the wildcard.
    """
    chosen = [form[0] if form else () for form in forms]
    best = _viterbi(emissions, chosen, breaks)
    for index, alternatives in enumerate(forms):
        for alternative in alternatives[1:]:
            trial = [*chosen[:index], alternative, *chosen[index + 1 :]]
            found = _viterbi(emissions, trial, breaks)
            if found is not None and (best is None or found[0] > best[0]):
                best, chosen = found, trial
    return [None] * len(forms) if best is None else best[1]


def _viterbi(
    emissions: LogProbs, words: list[Said], breaks: Sequence[bool]
) -> tuple[float, list[Span | None]] | None:
    """Align; return the path's score and each word's span. None if there are too few frames."""
    import torch
    from torchaudio.functional import forced_align, merge_tokens

    wildcard = emissions.shape[1] - 1
    targets = [wildcard]
    owners = [(-1, 0)]
    for index, said in enumerate(words):
        if (breaks[index] or not said) and targets[-1] != wildcard:
            targets.append(wildcard)
            owners.append((-1, 0))
        for number, symbols in enumerate(said):
            targets += symbols
            owners += [(index, number)] * len(symbols)
    if targets[-1] != wildcard:
        targets.append(wildcard)
        owners.append((-1, 0))
    repeats = sum(a == b for a, b in pairwise(targets))
    if len(targets) + repeats > len(emissions):
        return None
    log_probs = torch.from_numpy(emissions)[None]
    path, scores = forced_align(log_probs, torch.tensor([targets], dtype=torch.int32), blank=0)
    found: list[dict[int, list[Span]]] = [{} for _ in words]
    for (index, number), span in zip(
        owners, merge_tokens(path[0], scores[0], blank=0), strict=True
    ):
        if index >= 0:
            found[index].setdefault(number, []).append((span.start, span.end, span.score))
    return float(scores.sum()), [_span(list(tokens.values())) for tokens in found]


def _span(tokens: list[list[Span]]) -> Span | None:
    """Return the span of a word from the spans of its tokens' symbols."""
    symbols = [span for token in tokens for span in without_strays(token)]
    if not symbols:
        return None
    return symbols[0][0], symbols[-1][1], sum(score for *_, score in symbols) / len(symbols)


def without_strays(token: list[Span]) -> list[Span]:
    """Drop symbols that a long pause parts from the rest of their token.

    CTC knows no durations: a weak first or last sound may be placed a second away, where some
    other voice has something like it.

    >>> without_strays([(0, 1, -3.0), (60, 62, -0.1), (64, 65, -0.1)])
    [(60, 62, -0.1), (64, 65, -0.1)]
    """
    parts = [[token[0]]]
    for before, span in pairwise(token):
        if (span[0] - before[1]) * FRAME > _STRAY:
            parts.append([])
        parts[-1].append(span)
    return max(parts, key=lambda part: (len(part), sum(score for *_, score in part)))
