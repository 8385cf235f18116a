"""Was what had to go removed, and did what had to stay survive? A known truth against a copy.

A mention counts as removed when it can neither be read in the released text nor heard: where its
time is known, all of it but `TOLERANCE` lies under masks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from speechkit.core.time import duration, subtract
from speechkit.core.types import Identifier, RedactedCopy
from speechkit.language import cardinals, pronounced

TOLERANCE = (
    0.05  # seconds of a mention's edges that may lie bare: it is silence in synthetic speech
)

_NUMBERS = {word: str(value) for value, word in enumerate(pronounced(cardinals("en").ones))}
_TENS = {word: str(value) for value, word in enumerate(pronounced(cardinals("en").tens), start=2)}


class Mention(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stretch of the reference: an identifier that must go, or a look-alike that must stay.

    `identifier` is None for a look-alike; `time` is None where the reference does not tell it.
    """

    text: str
    identifier: Identifier | None = None
    time: tuple[float, float] | None = None

    def __repr__(self) -> str:
        return f"Mention(<{len(self.text)}>, {self.identifier!r}, {self.time!r})"


class PhiCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many mentions were removed, and how many look-alikes were left standing."""

    removed: int = 0
    missed: int = 0
    kept: int = 0
    lost: int = 0
    missed_identifiers: tuple[str, ...] = ()


def count_phi(mentions: Sequence[Mention], copy: RedactedCopy) -> PhiCount:
    """Compare a redacted copy with what is known to have been said."""
    masks = [(r.start, r.end) for r in copy.redactions]
    text = _letters(" ".join(segment.text for segment in copy.segments))
    tokens = set(_tokens(" ".join(segment.text for segment in copy.segments)))
    removed, kept, lost = 0, 0, 0
    missed: list[str] = []
    for mention in mentions:
        bare = duration(subtract([mention.time], masks)) if mention.time else 0.0
        if mention.identifier is None:
            if mention.time:
                gone = duration([mention.time]) - bare > TOLERANCE
            else:
                gone = not _readable(mention, text, tokens)
            kept, lost = kept + (not gone), lost + gone
        elif bare > TOLERANCE or _readable(mention, text, tokens):
            missed.append(str(mention.identifier))
        else:
            removed += 1
    return PhiCount(
        removed=removed,
        missed=len(missed),
        kept=kept,
        lost=lost,
        missed_identifiers=tuple(missed),
    )


def _readable(mention: Mention, text: str, tokens: set[str]) -> bool:
    """Say whether the mention stands in the text as a whole, or a name of it does."""
    whole = _letters(mention.text)
    if len(whole) >= 4 and whole in text:
        return True
    names = [t for t in _tokens(mention.text) if len(t) > 2 and not t.isdigit()]
    return mention.identifier is Identifier.NAME and any(name in tokens for name in names)


def _tokens(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold().replace("'s", ""))


def _letters(text: str) -> str:
    """Letters and digits alone, number words as digits: "six one four" and "614" are the same.

    >>> _letters("Six one four, twenty two") == _letters("614-22")
    True
    """
    out: list[str] = []
    tokens = _tokens(text)
    for index, token in enumerate(tokens):
        if token in _TENS:
            following = tokens[index + 1] if index + 1 < len(tokens) else ""
            ones = following in _NUMBERS and len(_NUMBERS[following]) == 1 and following != "zero"
            out.append(_TENS[token] if ones else _TENS[token] + "0")
        else:
            out.append(_NUMBERS.get(token, token))
    return "".join(out)
