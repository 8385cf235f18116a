"""Which hypothesis belongs to which reference: by id, or by the part of the names they share."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection

_PART = re.compile(r"[^_\-. ]+|[_\-. ]+")


def match_names(references: Collection[str], hypotheses: Collection[str]) -> dict[str, str]:
    """Return hypothesis name → reference name.

    Equal names match, in whatever case and Unicode form. Only if no name is equal, what all
    references have in common at the end (`_pure_text`) is left off, and a hypothesis matches the
    reference with whose rest it begins, up to a separator. A hypothesis that matches nothing keeps
    its own name: it is extra.

    >>> match_names(["day1_c01_text", "day1_c02_text"], ["day1_c02_transcript", "x"])
    {'day1_c02_transcript': 'day1_c02_text', 'x': 'x'}
    >>> match_names(["a", "b"], ["A", "b_2"])
    {'A': 'a', 'b_2': 'b_2'}
    """
    same = _equal_names(references, hypotheses)
    if set(references) & set(same.values()):
        return same
    cores = _cores(references)
    for name in hypotheses:
        pieces = _PART.findall(name)
        for stop in range(len(pieces), 0, -1):
            if (core := "".join(pieces[:stop])) in cores:
                same[name] = cores[core]
                break
    # Two hypotheses of one recording: neither can be preferred, so neither is taken.
    taken = [to for name, to in same.items() if to != name]
    return {name: (to if taken.count(to) < 2 else name) for name, to in same.items()}


def _equal_names(references: Collection[str], hypotheses: Collection[str]) -> dict[str, str]:
    """Return hypothesis name → reference name where they are the same but for case and form."""
    written: dict[str, list[str]] = {}
    for name in references:
        written.setdefault(_plain(name), []).append(name)
    wanted = Counter(map(_plain, hypotheses))
    same = {name: name for name in hypotheses}
    for name in hypotheses:
        plain = _plain(name)
        # "a" and "A" side by side are two recordings, whatever the other side calls them.
        if name not in references and len(written.get(plain, ())) == wanted[plain] == 1:
            same[name] = written[plain][0]
    return same


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _cores(names: Collection[str]) -> dict[str, str]:
    split = {name: _PART.findall(name) for name in names}
    shortest = min((len(pieces) for pieces in split.values()), default=0)
    shared = 0
    if len(split) > 1:
        while (
            shared < shortest - 1
            and len({tuple(pieces[len(pieces) - shared - 1 :]) for pieces in split.values()}) == 1
        ):
            shared += 1
    cores: dict[str, str] = {}
    for name, pieces in split.items():
        kept = pieces[: len(pieces) - shared]
        cores["".join(kept).rstrip("_-. ")] = name
    return cores
