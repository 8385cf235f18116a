"""Amounts, how often, how long, and readings: what is said in numbers and their units."""

from __future__ import annotations

from collections.abc import Sequence

from speechkit.annotation.lexicon import lexicon
from speechkit.annotation.tokens import Token, unbroken
from speechkit.core.annotations import EntityType

_NUMBERS = frozenset(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety "
    "hundred thousand million half quarter".split()
)
_WITHIN = frozenset(("and", "point", "or", "to", "a", "of", "over"))
_PERIODS = frozenset("hour day week month year night morning evening minute meal fortnight".split())
_SPANS = frozenset("second minute hour day night week month year fortnight decade".split())
_WHEN = frozenset(
    "yesterday monday tuesday wednesday thursday friday saturday sunday january february march april "
    "june july august september october november december christmas easter childhood birth "
    "lunchtime breakfast summer winter spring autumn".split()
)
_VAGUE = frozenset("few couple several many".split())
_EVERY = frozenset(("every", "each"))
_POINT_IN_TIME = frozenset(("next", "every"))
_AFTER_SPAN = frozenset(("old", "ago", "time", "later", "apart", "early", "late", "away"))
_ALMOST = frozenset("about around nearly almost roughly maybe over at least only just up".split())
Found = tuple[int, EntityType] | None


def number_end(tokens: Sequence[Token], at: int) -> int:
    """Return where a number that begins at a token ends; `at` if none does. "thirty eight point five",
    "one to two", "140 over 90" and "half a" are one."""
    if at >= len(tokens):
        return at
    end = at + 1
    if tokens[at].word == "a" and _word(tokens, end) in ("hundred", "thousand", "quarter"):
        end += 1
    elif not _is_number(tokens[at]):
        return at
    while end < len(tokens) and not tokens[end].stop:
        if _is_number(tokens[end]):
            end += 1
        elif (
            tokens[end].word in _WITHIN
            and end + 1 < len(tokens)
            and not tokens[end + 1].stop
            and _is_number(tokens[end + 1])
        ):
            end += 2
        else:
            break
    return end


def _is_number(token: Token) -> bool:
    return token.word[:1].isdigit() or token.word in _NUMBERS


def quantity_at(tokens: Sequence[Token], at: int, measured: bool) -> Found:
    """Return the end and the type of the dose, frequency, duration or value at a token.

    Args:
        tokens: of one segment.
        at: the token.
        measured: a test was named shortly before, so that a bare number is its value.
    """
    return _frequency(tokens, at) or _duration(tokens, at) or _amount(tokens, at, measured)


def _amount(tokens: Sequence[Token], at: int, measured: bool) -> Found:
    end = number_end(tokens, at)
    if end == at:
        mass = tokens[at].word == "a" and _word(tokens, at + 1) in (
            "gram",
            "milligram",
            "microgram",
        )
        return (at + 2, "dose") if mass else None
    known = lexicon()
    over = any(token.word == "over" or "/" in token.word for token in tokens[at:end])
    unit = end
    if _word(tokens, unit) in ("a", "of") and tokens[at].word in ("half", "quarter"):
        unit += 1
    following = tokens[unit].form if unit < len(tokens) and not tokens[unit].stop else ""
    if following in known.dose_units and not (measured and following in ("gram", "g", "l")):
        return (unit + 1, "value") if measured and _per(tokens, unit + 1) else (unit + 1, "dose")
    if following in known.value_units:
        last = unit + 1
        if _word(tokens, last) in ("celsius", "centigrade", "fahrenheit"):
            last += 1
        return last, "value"
    if (over and _word(tokens, at - 1) != "the") or (measured and following not in _SPANS):
        # "120 over 80" is a reading whoever says it; another bare number only after its test.
        return end, "value"
    return None


def _per(tokens: Sequence[Token], at: int) -> bool:
    return _word(tokens, at) in ("per", "a")


def _frequency(tokens: Sequence[Token], at: int) -> Found:
    word = tokens[at].word
    if word in _EVERY:
        end = number_end(tokens, at + 1)
        if _word(tokens, end) in ("other", "second", "third", "single", "few"):
            end += 1
        return (end + 1, "frequency") if _form(tokens, end) in _PERIODS else None
    if word in ("once", "twice", "thrice"):
        return _per_period(tokens, at + 1, needed=True)
    end = number_end(tokens, at)
    if end == at and word == "a" and _word(tokens, at + 1) in _VAGUE:
        end = at + 2
    if end > at and _form(tokens, end) == "time":
        return _per_period(tokens, end + 1, needed=True)
    if end > at and _word(tokens, end) == "hourly":
        return end + 1, "frequency"
    if end > at and _word(tokens, end) in ("a", "per") and _form(tokens, end + 1) in _PERIODS:
        return end + 2, "frequency"
    return None


def _per_period(tokens: Sequence[Token], at: int, *, needed: bool) -> Found:
    if _word(tokens, at) in ("daily", "weekly", "monthly", "nightly"):
        return at + 1, "frequency"
    if _word(tokens, at) in ("a", "per", "each", "every", "in") and unbroken(tokens, at, at + 2):
        here = at + 2 if _word(tokens, at + 1) in ("a", "the") else at + 1
        if _form(tokens, here) in _PERIODS:
            return here + 1, "frequency"
    return None if needed else (at, "frequency")


def _duration(tokens: Sequence[Token], at: int) -> Found:
    word = tokens[at].word
    if word == "since":
        here = at + 1
        while _word(tokens, here) in ("last", "the", "about", "this", "around", "early", "late"):
            here += 1
        if _word(tokens, here) in _WHEN or (here > at + 1 and _form(tokens, here) in _SPANS):
            after = here + 1
            if _form(tokens, after) in ("morning", "night", "evening", "afternoon"):
                after += 1
            return after, "duration"
        return None
    end = number_end(tokens, at)
    if end == at and word in ("a", "an", "several", "couple") and _is_asked(tokens, at):
        end = at + 1
        if _word(tokens, end) in _VAGUE or _word(tokens, end) in ("good", "whole", "full"):
            end += 1
        if _word(tokens, end) == "of":
            end += 1
    if end > at and _word(tokens, end) == "more":
        end += 1
    if end == at or _form(tokens, end) not in _SPANS or not unbroken(tokens, at, end + 1):
        return None
    end += 1
    if _word(tokens, end) == "and" and _word(tokens, end + 1) == "a":
        end += 3 if _word(tokens, end + 2) == "half" else 0
    if _word(tokens, at - 1) in _POINT_IN_TIME:
        return None
    return None if _word(tokens, end) in _AFTER_SPAN else (end, "duration")


def _is_asked(tokens: Sequence[Token], at: int) -> bool:
    """Tell "for a week" and "a few days" from "once a week": by the word before, or after."""
    before = _word(tokens, at - 1)
    return (
        tokens[at].word in ("several", "couple")
        or _word(tokens, at + 1) in _VAGUE
        or before in ("for", "about", "nearly", "almost")
    )


def _word(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].word if 0 <= at < len(tokens) else ""


def _form(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].form if 0 <= at < len(tokens) else ""
