"""How far beyond a word's estimated edges its audio may reach, by aligner.

Measured by `make bench-align` on words whose edges are known; see docs/align.md.
"""

from __future__ import annotations

from collections.abc import Iterable

# Padding in seconds that covers 99 % of the word audio at 10 dB SNR, in the language where `ctc`
# needs most among those that can be de-identified. `mms` has not been measured and `attention` only
# on words that it got right, which flatters it: both get more than was measured.
WORD_MARGIN: dict[str, float] = {"ctc": 0.16, "mms": 0.2, "attention": 0.5}

ALIGNED = "aligned:"
UNALIGNED = "unaligned"


def word_margin(labels: Iterable[str]) -> float:
    """Return the padding, in seconds, that the word times of a segment with these labels need.

    Times of unknown origin and words that could not be placed get the largest one.

    >>> word_margin(["aligned:ctc"]) < word_margin(["aligned:ctc", "unaligned"])
    True
    """
    widest = max(WORD_MARGIN.values())
    names = [label.removeprefix(ALIGNED) for label in labels if label.startswith(ALIGNED)]
    if UNALIGNED in labels or not names:
        return widest
    return max(WORD_MARGIN.get(name, widest) for name in names)
