"""How far a draft can be trusted: identifiers that were heard wrong are not found in it.

Listening to the redacted audio again proves that what was found is gone. It cannot prove that all
was found: who wrote "seis ocho cinco" as "se echó cinco" hears it so again. Where too many words
are probably wrong, a copy is no proof of anything, and a person has to correct the draft first.
"""

from __future__ import annotations

from collections.abc import Sequence

from speechkit.core.types import Segment


def doubt(segments: Sequence[Segment]) -> float:
    """Return the share of words that are probably wrong: one less their mean confidence (0–1).

    Words without a confidence were written by people or given: they count as right.

    >>> from speechkit.core.types import Word
    >>> def said(*confidences):
    ...     words = [Word(text="x", start=0, end=1, confidence=c) for c in confidences]
    ...     return Segment(id="s", start=0, end=1, speaker="A", text="x", words=tuple(words))
    >>> doubt([said(0.9, 0.5), said(None, 1.0)])
    0.15
    >>> doubt([])
    0.0
    """
    sure = [
        1.0 if word.confidence is None else word.confidence
        for segment in segments
        for word in segment.words
    ]
    return round(1 - sum(sure) / len(sure), 4) if sure else 0.0
