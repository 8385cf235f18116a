"""How far beyond a word's estimated edges its audio may reach.

Each aligner says it in its `EngineInfo.word_margin`; what `make bench-align` measured on words whose
edges are known stands in docs/align.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from speechkit.core.engines import engine_info
from speechkit.core.errors import SpeechkitError

ALIGNED = "aligned:"  # + the aligner's name: a label of segments
UNALIGNED = "unaligned"  # a label of segments: some words could not be placed
# What `aligned:` says of words that keep the transcriber's own times: the aligner that leaves them.
DRAFT_TIMES = "attention"

# Seconds for words whose times are of unknown origin, and for those that could not be placed: what
# the times of whisper's cross-attention need, and more than was measured, as it was measured on
# words that whisper got right.
WIDEST = 0.5


def word_margin(labels: Iterable[str]) -> float:
    """Return the padding, in seconds, that the word times of a segment with these labels need.

    Times of unknown origin and words that could not be placed get the widest one.

    >>> word_margin(["aligned:ctc"]) < word_margin(["aligned:ctc", "unaligned"])
    True
    """
    labels = list(labels)
    names = [label.removeprefix(ALIGNED) for label in labels if label.startswith(ALIGNED)]
    margins = [_margin_of(name) for name in names]
    if UNALIGNED in labels or not names:
        margins.append(WIDEST)
    return max(margins)


@cache
def _margin_of(aligner: str) -> float:
    try:
        margin = engine_info("aligner", aligner).word_margin
    except (SpeechkitError, ImportError):  # not installed here: nothing is known
        margin = None
    return WIDEST if margin is None else margin
