"""Letters that are spelled out: "h i v" is "hiv", "c o 2" is "co 2"."""

from __future__ import annotations

from collections.abc import Sequence

# Abbreviations of two letters, read out as letters, that consultations are full of.
_TWO_LETTERS = frozenset(
    "bp gp iv im bd od po pr ct tb hb ed er md uk us pm am bm rr hr mi pe".split()
)


def join_letters(tokens: Sequence[str]) -> list[str]:
    """Join letters that are spelled out: "c o 2" is "co 2", "h i v" is "hiv".

    Three to six letters are an abbreviation, two only before a number or where they are known as
    one. "a" and "i" are words, too, and do not begin one.

    >>> join_letters("i i take b 12 and a h i v test i v or c o 2".split())
    ['i', 'i', 'take', 'b', '12', 'and', 'a', 'hiv', 'test', 'iv', 'or', 'co', '2']
    """
    spots = [index for index, word in enumerate(tokens) if len(word) == 1 and word.isalpha()]
    if not spots:
        return list(tokens)
    out: list[str] = []
    at = 0
    for spot in spots:
        if spot < at:
            continue
        end = spot + 1
        while end < len(tokens) and len(tokens[end]) == 1 and tokens[end].isalpha():
            end += 1
        start = spot
        while start < end and tokens[start] == "a":
            start += 1
        if _is_spelled(tokens[start:end], tokens[end] if end < len(tokens) else ""):
            out += [*tokens[at:start], "".join(tokens[start:end])]
        else:
            out += tokens[at:end]
        at = end
    return [*out, *tokens[at:]]


def _is_spelled(letters: Sequence[str], after: str) -> bool:
    if len(letters) == 2:
        return "".join(letters) in _TWO_LETTERS or (
            after[:1].isdigit() and letters[0] != letters[1]
        )
    return 3 <= len(letters) <= 6 and len(set(letters)) > 1 and not set(letters) <= set("aio")
