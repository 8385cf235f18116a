"""Tokens of which only the start is known → pieces of words with an end.

CTC and transducer models emit a token at one frame, and say nothing of how long it sounds. A piece is
taken to end where the next begins, at most `LONGEST` later: rough, as all times of recognizers are
until words are aligned.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from speechkit.transcription.postprocess import DecodedWord

LONGEST = 0.4  # seconds


def timed_pieces(
    tokens: Sequence[str],
    starts: Sequence[float],
    scores: Sequence[float] | None,
    duration: float,
) -> tuple[DecodedWord, ...]:
    """Return tokens as pieces of words; none if there are none, or not each has its start.

    Args:
        tokens: with their own spacing.
        starts: in seconds, never falling.
        scores: log probabilities; None, or fewer than tokens: unknown.
        duration: of the sound, in seconds.

    >>> [(p.text, p.start, p.end) for p in timed_pieces([" so", "me"], [0.0, 0.25], None, 1.0)]
    [(' so', 0.0, 0.25), ('me', 0.25, 0.65)]
    >>> timed_pieces([], [], None, 1.0)  # a sound in which nothing was heard
    ()
    """
    if not tokens or len(tokens) != len(starts):
        return ()
    known = scores if scores is not None and len(scores) == len(tokens) else [None] * len(tokens)
    ends = [*starts[1:], duration]
    return tuple(
        DecodedWord(
            text=token,
            start=start,
            end=max(start, min(end, start + LONGEST)),
            probability=None if score is None else math.exp(min(0.0, score)),
        )
        for token, start, end, score in zip(tokens, starts, ends, known, strict=True)
    )
