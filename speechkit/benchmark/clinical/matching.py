"""Which terms of two texts are the same, though they moved, were split, or are spelled otherwise."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

from speechkit.benchmark.clinical.lists import is_listed
from speechkit.benchmark.clinical.mentions import Mention
from speechkit.benchmark.errors import Edit
from speechkit.language.clinical.forms import differ_at_once, plain, plain_tokens

_SLACK = 3  # tokens a term may stand from where the alignment puts it
_MOVED = 8  # the same for what says by itself what it is about: a drug, "twice a day"
_EXACT = frozenset(("side", "dose", "number", "negation"))
REPEATED = 10  # tokens around in which the same term makes one more of it idle
_PARTS = 4  # words that a term may be split into
_SPLIT = 4  # letters of a term from which it is looked for across the spaces
_MISSPELLED = 0.75  # likeness from which an unknown word is a listed one misspelled


def windows_of(
    edits: Sequence[Edit], reference: Sequence[Mention], num_wrote: int
) -> list[tuple[int, int]]:
    """Return where in the hypothesis each mention stands: [start, end), from the alignment."""
    kept = [edit for edit in edits if edit.reference_end > edit.reference_start]
    # An end that no mention reaches: positions beyond the alignment stand at its end.
    kept.append(Edit("equal", 1 << 60, 1 << 61, num_wrote, num_wrote))
    rows = iter(kept)
    edit = next(rows)
    windows = []
    for mention in reference:
        while edit.reference_end <= mention.start:
            edit = next(rows)
        low = edit.hypothesis_start + max(mention.start - edit.reference_start, 0)
        low = min(low, edit.hypothesis_end)
        last = mention.end - 1
        while edit.reference_end <= last:
            edit = next(rows)
        high = edit.hypothesis_start + max(last - edit.reference_start, 0)
        windows.append((low, min(high, edit.hypothesis_end) + 1))
    return windows


def match(
    reference: Sequence[Mention], windows: Sequence[tuple[int, int]], found: Sequence[Mention]
) -> dict[int, int]:
    """Match mentions that are certain to the nearest of the same value, each one used once."""
    there = {(m.start, m.category, m.value): i for i, m in enumerate(found)}
    matched: dict[int, int] = {}
    loose = []
    for i, mention in enumerate(reference):
        if mention.certain:
            exact = there.get((windows[i][0], mention.category, mention.value))
            if exact is None:
                loose.append(i)
            else:
                matched[i] = exact
    if not loose:
        return matched
    used = set(matched.values())
    free: dict[tuple[str, str], list[int]] = {}
    for j, mention in enumerate(found):
        if j not in used:
            free.setdefault((mention.category, mention.value), []).append(j)
    for i in loose:
        mention, (low, high) = reference[i], windows[i]
        same = free.get((mention.category, mention.value), ())
        slack = _SLACK if mention.category in _EXACT else _MOVED
        near = [(abs(found[j].start - low), j) for j in same if reaches(found[j], low, high, slack)]
        if near:
            matched[i] = min(near)[1]
            free[mention.category, mention.value].remove(matched[i])
    return matched


def reaches(mention: Mention, low: int, high: int, slack: int = _SLACK) -> bool:
    return low - slack < mention.end and mention.start < high + slack


def is_repeated(
    at: int, reference: Sequence[Mention], matched: dict[int, int], said: Sequence[str]
) -> bool:
    """Say whether the same was said close by, and kept there: "both ankles, yes, both ankles"."""
    mention = reference[at]
    words = tuple(said[mention.start : mention.end])
    if tuple(said[mention.start - len(words) : mention.start]) == words:
        return True
    for step in (-1, 1):
        i = at + step
        while 0 <= i < len(reference):
            other = reference[i]
            if not reaches(other, mention.start, mention.end, REPEATED):
                break
            if i in matched and (other.category, other.value) == (mention.category, mention.value):
                return True
            i += step
    return False


def is_replaced(mention: Mention, window: tuple[int, int], unmatched: Sequence[Mention]) -> bool:
    """Say whether something else of its kind stands in its place."""
    return any(
        other.category == mention.category
        and other.value != mention.value
        and reaches(other, *window, slack=1)
        for other in unmatched
    )


def is_there(
    mention: Mention, here: Sequence[str], there: Sequence[str], window: tuple[int, int]
) -> bool:
    """Say whether a term stands on the other side after all, split or joined in another way."""
    low, high = window
    if mention.category == "number":
        digits = re.sub(r"\D", "", "".join(here[mention.start : mention.end]))
        written = "".join(there[max(low - _SLACK, 0) : high + _SLACK])
        return len(digits) > 1 and digits in re.sub(r"[^\d.]", "", written)
    term = "".join(plain_tokens(here[mention.start : mention.end]))
    if len(term) < _SPLIT or not term.isalpha():
        return False
    near = plain_tokens(there[max(low - _SLACK, 0) : high + _SLACK])
    return any(term in word for word in near) or any(
        plain("".join(near[i:j])) == term
        for i in range(len(near))
        if not differ_at_once(near[i], term)
        for j in range(i + 2, min(i + _PARTS, len(near)) + 1)
    )


def is_respelled(
    mention: Mention, said: Sequence[str], wrote: Sequence[str], window: tuple[int, int]
) -> bool:
    """Say whether the reference misspells what the hypothesis writes as it is in the lists."""
    word = said[mention.start]
    if mention.end - mention.start > 1 or is_listed(word):
        return False
    return any(
        is_listed(other) and Levenshtein.normalized_similarity(word, other) >= _MISSPELLED
        for other in wrote[max(window[0] - 1, 0) : window[1] + 1]
    )


def is_known(
    mention: Mention,
    said: Sequence[str],
    wrote: Sequence[str],
    at: int,
    reference: Sequence[Mention],
) -> bool:
    """Say whether what seems invented was said near by, or is misspelled in the reference."""
    if any(
        (other.category, other.value) == (mention.category, mention.value)
        and reaches(other, at, at, REPEATED)
        for other in reference
    ):
        return True
    near = said[max(at - _SLACK, 0) : at + _SLACK]
    if mention.category == "number":
        return any(word in mention.value.split() for word in near)
    own = wrote[mention.start : mention.end]
    if len(own) > 1 and any(len(word) >= _SPLIT and word in near for word in own):
        return True  # "a urine test" for "test the urine"
    written = own[0]
    return any(
        not is_listed(word) and Levenshtein.normalized_similarity(word, written) >= _MISSPELLED
        for word in near
    )


def beside(edits: Sequence[Edit], position: int) -> int:
    """Return the reference position that a hypothesis position stands beside."""
    for edit in edits:
        if edit.hypothesis_start <= position < edit.hypothesis_end:
            width = edit.reference_end - edit.reference_start
            return edit.reference_start + min(position - edit.hypothesis_start, width)
    return edits[-1].reference_end if edits else 0
