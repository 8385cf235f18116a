"""What sort of words go wrong: sounds of agreement, small words, numbers, near misses, the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from speechkit.benchmark.errors import Edit

# English, as the normalizers write it; in other languages the first two kinds stay empty.
_AGREEMENT = frozenset(
    "yes no ok oh right ah well alright sure hi hello bye thanks er erm hm uhhuh mhm so".split()
)
_SMALL = frozenset(
    """a an the and or but if then than that this these those there here of in on at to from for with
    by as into about over under up down out off i you he she it we they me him her us them my your
    his its our their is are am was were be been being do does did have has had will would can could
    shall should may might must not what which who when where how why just like""".split()
)
KINDS = ("substitute", "delete", "insert")
SORTS = ("agreement", "small word", "number", "near miss", "other word")


@lru_cache(maxsize=1 << 14)
def sort_of(word: str) -> str:
    """Return what sort of word it is.

    >>> [sort_of(word) for word in ("ok", "the", "500", "headache")]
    ['agreement', 'small word', 'number', 'other word']
    """
    if word in _AGREEMENT:
        return "agreement"
    if word in _SMALL:
        return "small word"
    return "number" if any(char.isdigit() for char in word) else "other word"


def taxonomy(said: Sequence[str], wrote: Sequence[str], edits: Sequence[Edit]) -> dict[str, int]:
    """Count errors by `kind:sort`; a substitution is sorted by the word that was said.

    One by a word that shares most letters ("ankle", "ankles") is a near miss.
    """
    lost: list[str] = []
    made_up: list[str] = []
    exchanged: list[str] = []
    for edit in edits:
        if edit.kind == "delete":
            lost += said[edit.reference_start : edit.reference_end]
        elif edit.kind == "insert":
            made_up += wrote[edit.hypothesis_start : edit.hypothesis_end]
        elif edit.kind == "substitute":
            exchanged += map(
                _exchanged,
                said[edit.reference_start : edit.reference_end],
                wrote[edit.hypothesis_start : edit.hypothesis_end],
            )
    found = {f"delete:{sort}": number for sort, number in Counter(map(sort_of, lost)).items()}
    found |= {f"insert:{sort}": number for sort, number in Counter(map(sort_of, made_up)).items()}
    found |= {f"substitute:{sort}": number for sort, number in Counter(exchanged).items()}
    return dict(sorted(found.items()))


@lru_cache(maxsize=1 << 14)
def _exchanged(said: str, wrote: str) -> str:
    from rapidfuzz.distance import Levenshtein

    sort = sort_of(said)
    if sort == "other word" and Levenshtein.normalized_similarity(said, wrote) >= 0.6:
        return "near miss"
    return sort
