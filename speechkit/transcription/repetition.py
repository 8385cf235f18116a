"""Loops: text that repeats itself because the model lost the thread, not because people do.

People do repeat themselves ("no, no, no"), so only long repetitions count, and they are labeled,
never dropped.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

# Whisper's own limit on its zlib ratio; ordinary speech compresses to about half (ratio 2) at most.
MAX_RATIO = 2.4
# A phrase counts as looping from this many repeats in a row on, and only if they make this many
# words: six times "no" may be meant, eight times is rare.
MIN_REPEATS = 4
MIN_WORDS = 8
MAX_PHRASE = 12
# So many segments in a row with the same text.
MIN_SEGMENTS = 4


def find(texts: Sequence[str]) -> list[bool]:
    """Say for each segment's text whether it loops, in itself or together with its neighbors.

    >>> find(["I went to the doctor.", "Thank you. " * 8])
    [False, True]
    >>> find(["Okay."] * 3), find(["Okay."] * 4)
    ([False, False, False], [True, True, True, True])
    """
    looping = [is_loop(text) for text in texts]
    keys = [_words(text) for text in texts]
    run = 0
    for index, key in enumerate(keys):
        run = run + 1 if index and key and key == keys[index - 1] else 1
        if run >= MIN_SEGMENTS:
            looping[index - run + 1 : index + 1] = [True] * run
    return looping


def is_loop(text: str) -> bool:
    """Say whether a text repeats itself beyond what people do.

    >>> is_loop("no, no, no, no, I never did")
    False
    >>> is_loop("and then and then and then and then and then")
    True
    >>> is_loop("はいはいはいはいはいはいはいはいはいはい")
    True
    """
    words = _words(text)
    if len(words) <= 2:  # no spaces: look at characters
        words = list("".join(words))
    return compression_ratio(text) > MAX_RATIO or _repeats(words)


def compression_ratio(text: str) -> float:
    """Return how many times smaller zlib makes a text, as whisper computes it."""
    data = text.strip().encode()
    return len(data) / len(zlib.compress(data))


def _repeats(words: Sequence[str]) -> bool:
    for size in range(1, MAX_PHRASE + 1):
        needed = max(MIN_REPEATS, -(-MIN_WORDS // size)) * size
        same = 0  # how many words in a row equal the one `size` before them
        for index in range(size, len(words)):
            same = same + 1 if words[index] == words[index - size] else 0
            if same + size >= needed:
                return True
    return False


def _words(text: str) -> list[str]:
    kept = "".join(char if char.isalnum() or char.isspace() else " " for char in text.lower())
    return kept.split()
