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
Pronunciation = tuple[Symbols, ...]  # of a written word: "264" is three or four spoken tokens
Position = tuple[int, int]  # of a word: index of its segment, index in the segment

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

    def pronounce(self, word: str, language: str) -> tuple[Pronunciation, ...]:
        """Return the ways to say a written word, likeliest first; () where it cannot be said."""
        ...


class AlignedWord(NamedTuple):
    """Where a word was found, in seconds, and how well (mean log probability of its symbols)."""

    start: float
    end: float
    score: float


class _Channel(NamedTuple):
    """What is aligned: the sound of one channel and the words of its segments, in one language."""

    samples: Sound
    segments: Sequence[Sequence[Word]]
    language: str
    acoustics: Acoustics

    @property
    def duration(self) -> float:
        return len(self.samples) / SAMPLE_RATE

    def word(self, at: Position) -> Word:
        return self.segments[at[0]][at[1]]


def place_words(
    samples: Sound,
    segments: Sequence[Sequence[Word]],
    language: str,
    acoustics: Acoustics,
    *,
    poor: float,
) -> list[list[AlignedWord | None]]:
    """Return for each word of each segment where it was found; None where it was not.

    A segment whose words fit worse than `poor` is tried again between its neighbors; if that
    does not help either, none of its words counts as found.
    """
    channel = _Channel(samples, segments, language, acoustics)
    found: dict[Position, AlignedWord] = {}
    for run in _runs(channel):
        first, last = channel.word(run[0]), channel.word(run[-1])
        window = (max(0.0, first.start - _REACH), min(channel.duration, last.end + _REACH))
        found |= _align_run(channel, window, run)
    positions = [[(s, w) for w in range(len(words))] for s, words in enumerate(segments)]
    placed = [[found.get(at) for at in each] for each in positions]
    for index, run in enumerate(positions):
        if not run or fit(placed[index]) >= poor:
            continue
        again = _align_run(channel, _between(channel, index, placed, poor), run)
        retried = [again.get(at) for at in run]
        placed[index] = retried if fit(retried) >= poor else [None] * len(run)
    return placed


def fit(words: Sequence[AlignedWord | None]) -> float:
    """Return the mean score of the words that were found; -inf if none was."""
    scores = [word.score for word in words if word is not None]
    return sum(scores) / len(scores) if scores else -np.inf


def _runs(channel: _Channel) -> list[list[Position]]:
    """Cut words into runs at pauses, and at the widest gap of what is too long."""
    runs: list[list[Position]] = []
    last: Word | None = None
    for at in ((s, w) for s, words in enumerate(channel.segments) for w in range(len(words))):
        word = channel.word(at)
        if last is None or word.start - last.end > _PAUSE or word.start < last.start:
            runs.append([])
        runs[-1].append(at)
        last = word
        while word.end - channel.word(runs[-1][0]).start > _MAX_RUN and len(runs[-1]) > 1:
            cut = _widest_gap(channel, runs[-1])
            runs[-1], rest = runs[-1][:cut], runs[-1][cut:]
            runs.append(rest)
    return runs


def _widest_gap(channel: _Channel, run: list[Position]) -> int:
    """Index of the word after the widest gap in a run's second half; segment borders count more."""
    best, cut = -np.inf, len(run) - 1
    for index in range(max(1, len(run) // 2), len(run)):
        gap = channel.word(run[index]).start - channel.word(run[index - 1]).end
        gap += 0.3 if run[index][0] != run[index - 1][0] else 0.0
        if gap > best:
            best, cut = gap, index
    return cut


def _between(
    channel: _Channel, index: int, placed: Sequence[Sequence[AlignedWord | None]], poor: float
) -> tuple[float, float]:
    """Return the neighborhood of a segment: from the last good word before to the next after."""
    words = channel.segments[index]
    start, end = words[0].start - _MAX_RUN / 4, words[-1].end + _MAX_RUN / 4
    for other in (index - 1, index + 1):
        if not 0 <= other < len(channel.segments) or fit(placed[other]) < poor:
            continue
        neighbors = [word for word in placed[other] if word is not None]
        if other < index and neighbors[-1].end < words[-1].end:
            start = max(start, neighbors[-1].end)
        if other > index and neighbors[0].start > words[0].start:
            end = min(end, neighbors[0].start)
    return max(0.0, start), min(channel.duration, end)


def _align_run(
    channel: _Channel, window: tuple[float, float], run: Sequence[Position]
) -> dict[Position, AlignedWord]:
    """Align the words of a run with the sound of a window, in seconds; return those found."""
    begin, end = (int(edge * SAMPLE_RATE) for edge in window)
    if end - begin < SAMPLE_RATE // 10:
        return {}
    sound = channel.samples[begin:end]
    emissions = add_wildcard(channel.acoustics.emissions(sound, channel.language))
    forms = [channel.acoustics.pronounce(channel.word(at).text, channel.language) for at in run]
    breaks = [i > 0 and run[i][0] != run[i - 1][0] for i in range(len(run))]
    offset = begin / SAMPLE_RATE
    return {
        at: AlignedWord(offset + span[0] * FRAME, offset + span[1] * FRAME, span[2])
        for at, span in zip(run, best_spans(emissions, forms, breaks), strict=True)
        if span is not None
    }


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
    emissions: LogProbs, forms: Sequence[tuple[Pronunciation, ...]], breaks: Sequence[bool]
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
            path = _viterbi(emissions, trial, breaks)
            if path is not None and (best is None or path[0] > best[0]):
                best, chosen = path, trial
    return [None] * len(forms) if best is None else best[1]


def _viterbi(
    emissions: LogProbs, words: list[Pronunciation], breaks: Sequence[bool]
) -> tuple[float, list[Span | None]] | None:
    """Align; return the path's score and each word's span. None if there are too few frames."""
    import torch
    from torchaudio.functional import forced_align, merge_tokens

    wildcard = emissions.shape[1] - 1
    targets = [wildcard]
    owners = [(-1, 0)]
    for index, pronunciation in enumerate(words):
        if (breaks[index] or not pronunciation) and targets[-1] != wildcard:
            targets.append(wildcard)
            owners.append((-1, 0))
        for number, symbols in enumerate(pronunciation):
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
    spans: list[dict[int, list[Span]]] = [{} for _ in words]
    for (index, number), span in zip(
        owners, merge_tokens(path[0], scores[0], blank=0), strict=True
    ):
        if index >= 0:
            spans[index].setdefault(number, []).append((span.start, span.end, span.score))
    return float(scores.sum()), [_span(list(tokens.values())) for tokens in spans]


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
