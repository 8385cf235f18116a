"""How far a draft can be trusted: identifiers that were heard wrong are not found in it.

Listening to the redacted audio again proves that what was found is gone. It cannot prove that all
was found: who wrote "seis ocho cinco" as "se echó cinco" hears it so again. Where too many words
are probably wrong, a copy proves nothing, and a person has to correct the draft first.
"""

from __future__ import annotations

from collections.abc import Sequence

from speechkit.core.types import Segment, Word


def doubt(segments: Sequence[Segment]) -> float:
    """Return the share of words that are probably wrong: one less their mean confidence (0–1).

    A segment's calibrated confidence counts for each of its words, where it has one. Text without
    any confidence was written by people or given: it counts as right.

    >>> def said(confidence, *of_words):
    ...     words = tuple(Word(text="x", start=0, end=1, confidence=c) for c in of_words)
    ...     return Segment(id="s", start=0, end=1, text="x", words=words, confidence=confidence)
    >>> doubt([said(None, 0.9, 0.5), said(None, None, 1.0)])
    0.15
    >>> doubt([said(0.7, 0.9, 0.9, 0.9), said(None)])
    0.3
    >>> doubt([])
    0.0
    """
    sure = [_sure(segment, word) for segment in segments for word in segment.words]
    return round(1 - sum(sure) / len(sure), 4) if sure else 0.0


def _sure(segment: Segment, word: Word) -> float:
    told = segment.confidence if segment.confidence is not None else word.confidence
    return 1.0 if told is None else told
