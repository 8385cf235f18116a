"""Finding clinical terms among tokens, and writing each in one form."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import compress

import msgspec

from speechkit.benchmark.clinical.lists import Lexicon, lexicon
from speechkit.benchmark.errors import Edit
from speechkit.language.clinical.forms import plain_tokens
from speechkit.language.clinical.terms import Entry, by_stem

# How much an error of a kind weighs in the weighted score.
WEIGHTS = {
    "drug": 3, "dose": 3, "negation": 3, "side": 3, "answer": 3, "opposite": 3, "frequency": 2,
    "condition": 2, "number": 1, "symptom": 1, "body": 1, "care": 1,
}  # fmt: skip

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_BORN = frozenset("birth born birthday".split())
AHEAD = 8  # tokens from the first of a term beyond which nothing tells what it is
_DATED = 8  # words after these in which numbers are a date
_NEAR = 2  # words around a digit that tell what it counts
_MEASURED = frozenset(
    "old aged age over out scale degree week day month year hour tablet dose score pressure pulse "
    "rate level sugar weigh stone pound feet inch grade stage type point pint glass unit time "
    "pack cup liter percent mg".split()
)
_LONGEST = 3  # digits of a number that measures something
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)")
_TIME = frozenset(
    "second seconds minute minutes hour hours day days week weeks month months year years time "
    "times night nights".split()
)
_SPANS = _TIME - {"time", "times"}
_VAGUE_BODY = frozenset(("back", "head", "face", "hand", "heart", "nail", "calf", "bottom"))
_COUNTS = {"couple": "2", "dozen": "12", "fortnight": "2 week"}
_OFTEN = {"once": "1", "twice": "2", "thrice": "3"}
_PERIODS = frozenset("hour day week month year".split())
_HALVED = frozenset("tablet pill dose capsule milligram mg".split())
_POINTING = frozenset("the your my his her their on".split())
_OWNED = frozenset("my your his her their lower upper the left right both of".split())
_HURTING = frozenset("pain ache hurt injury is problem spasm".split())
_AFTER_SIDE = frozenset("side sided handed hand upper lower eye ear lung".split())
_COUNTED_ONCE = frozenset(("negation", "side"))


class Mention(msgspec.Struct, frozen=True, gc=False):
    """A term at tokens [start, end). `value` is its one form; `certain` is off for a word that is
    one only by its neighbors ("right", "one"), which stands as evidence but is not counted."""

    category: str
    value: str
    start: int
    end: int
    certain: bool = True


def mentions(tokens: Sequence[str]) -> list[Mention]:
    """Find the clinical terms among normalized English tokens, left to right, longest first.

    >>> [(m.category, m.value) for m in mentions("no 500 mg of amoxicillin b d".split())]
    [('negation', 'not'), ('dose', '500000 ug'), ('drug', 'amoxicillin'), ('frequency', '2/day')]
    """
    found: list[Mention] = []
    _add_mentions(found, plain_tokens(tokens), 0, len(tokens))
    return found


def mentions_of_copy(
    wrote: Sequence[str], edits: Sequence[Edit], reference: Sequence[Mention]
) -> list[Mention]:
    """Return `mentions(wrote)`, in less time where `wrote` mostly repeats a text whose mentions are
    known: only what stands near a difference is read again.

    Args:
        wrote: tokens.
        edits: alignment of the other text's tokens with `wrote`.
        reference: mentions of the other text.
    """
    tokens = plain_tokens(wrote)
    starts = [mention.start for mention in reference]
    found: list[Mention] = []
    done = 0
    for edit in edits:
        shift = edit.hypothesis_start - edit.reference_start
        # Nothing is read farther back than a date is.
        meet, high = edit.hypothesis_start + _DATED, edit.hypothesis_end - AHEAD
        if edit.kind != "equal" or meet >= high:
            continue
        while meet < high:
            # From a token on before which neither text is within a term, both have the same terms.
            _add_mentions(found, tokens, done, meet)
            done = meet
            first = bisect_left(starts, meet - shift)
            ends = [found[-1].end] if found else []
            ends += [reference[first - 1].end + shift] if first else []
            if max(ends, default=-1) < meet:
                found += [
                    Mention(m.category, m.value, m.start + shift, m.end + shift, m.certain)
                    for m in reference[first : bisect_left(starts, high - shift)]
                ]
                done = high
                break
            meet = max(ends) + 1
    _add_mentions(found, tokens, done, len(tokens))
    return found


def _add_mentions(found: list[Mention], tokens: Sequence[str], low: int, high: int) -> None:
    """Add the mentions that begin in [low, high) to those before; tokens are in plain form."""
    known = lexicon()
    at = found[-1].end if found else 0
    simple, may_begin = known.simple, known.may_begin
    for start in compress(range(low, high), map(may_begin.__getitem__, tokens[low:high])):
        if start < at:
            continue
        entry = simple.get(tokens[start])
        mention = (
            Mention(entry.category, entry.value, start, start + 1, _is_body(tokens, start, entry))
            if entry is not None
            else (_may_be_phrase(known, tokens, start) and _phrase(known, tokens, start))
            or _frequency(tokens, start)
            or _quantity(known, tokens, start)
            or _unlisted(tokens[start], start)
        )
        if mention is None:
            continue
        # "no, no, no" is one denial: how often it is repeated is not an error.
        if not (
            found
            and mention.category in _COUNTED_ONCE
            and found[-1].end == at == start
            and (found[-1].category, found[-1].value) == (mention.category, mention.value)
        ):
            found.append(mention)
        else:
            found[-1] = msgspec.structs.replace(found[-1], end=mention.end)
        at = mention.end


def _may_be_phrase(known: Lexicon, tokens: Sequence[str], at: int) -> bool:
    seconds = known.seconds.get(tokens[at])
    return seconds is not None and (
        "" in seconds or (at + 1 < len(tokens) and tokens[at + 1] in seconds)
    )


def _is_body(tokens: Sequence[str], at: int, entry: Entry) -> bool:
    """Tell "my back" from "come back": by the words beside it. Other words are what they are."""
    if entry.category != "body" or tokens[at] not in _VAGUE_BODY:
        return True
    before = tokens[max(at - 2, 0) : at]
    after = tokens[at + 1 : at + 2]
    return any(word in _OWNED for word in before) or any(word in _HURTING for word in after)


def _unlisted(word: str, at: int) -> Mention | None:
    entry = by_stem(word)
    return None if entry is None else Mention(entry.category, entry.value, at, at + 1)


def _phrase(known: Lexicon, tokens: Sequence[str], at: int) -> Mention | None:
    after = tokens[at + 1] if at + 1 < len(tokens) else ""
    for phrase, entry in known.phrases.get(tokens[at], ()):
        length = len(phrase)
        # Most phrases fail at their second word: it is looked at before a slice is made.
        if length == 1 or (phrase[1] == after and tuple(tokens[at : at + length]) == phrase):
            certain = (
                _is_side(known, tokens, at, length)
                if entry.category == "side"
                else length > 1 or _is_body(tokens, at, entry)
            )
            return Mention(entry.category, entry.value, at, at + length, certain)
    return None


def _is_side(known: Lexicon, tokens: Sequence[str], at: int, length: int) -> bool:
    """Tell "the right knee" from "right, okay": by the body part after or the "on the" before."""
    if length > 1 or tokens[at].startswith("bilateral"):
        return True
    after = tokens[at + 1 : at + 3]
    if any(word in known.body or word in _AFTER_SIDE for word in after):
        return True
    before = tokens[max(at - 2, 0) : at]
    return len(before) == 2 and before[0] in ("on", "in", "to") and before[1] in _POINTING


def _frequency(tokens: Sequence[str], at: int) -> Mention | None:
    """Read how often: "3 times a day", "twice in a week", "2 times per month"."""
    often = _OFTEN.get(tokens[at])
    here = at + 1
    if often is None:
        if not _NUMBER.fullmatch(tokens[at]) or tokens[here : here + 1] != ["time"]:
            return None
        often, here = tokens[at], here + 1
    while here < min(at + 5, len(tokens)) and tokens[here] in ("in", "a", "per", "each", "every"):
        here += 1
    if here < len(tokens) and here > at + 1 and tokens[here] in _PERIODS:
        return Mention("frequency", f"{often}/{tokens[here]}", at, here + 1)
    return None


def _quantity(known: Lexicon, tokens: Sequence[str], at: int) -> Mention | None:
    """A number with a unit is a dose, without one a number."""
    if tokens[at] in _COUNTS:
        value = _COUNTS[tokens[at]]
        return Mention("number", value, at, at + 1, " " in value)
    if tokens[at] == "half":
        certain = any(word in _HALVED for word in tokens[at + 1 : at + 3])
        return Mention("number", "0.5", at, at + 1, certain)
    kind, value = _read(tokens[at])
    if kind == "ordinal":
        following = tokens[at + 1] if at + 1 < len(tokens) else ""
        return Mention("number", value[:-2], at, at + 1, following in _TIME)
    if kind != "number":
        return Mention(kind, value, at, at + 1) if kind else None
    after = tokens[at + 1] if at + 1 < len(tokens) else ""
    for phrase, unit, factor in known.units.get(after, ()):
        if len(phrase) == 1 or tuple(tokens[at + 1 : at + 1 + len(phrase)]) == phrase:
            return Mention("dose", _dose(value, unit, factor), at, at + 1 + len(phrase))
    if any(word in _BORN for word in tokens[max(at - _DATED, 0) : at]):
        return Mention("number", value, at, at + 1, certain=False)  # a date of birth
    if len(value) == 1 and after not in _TIME and not _measures(tokens, at):
        return Mention("number", value, at, at + 1, certain=False)
    if (
        len(value) > _LONGEST and value.isdigit()
    ):  # read-out digits: a telephone, somebody who counts
        return Mention("number", value, at, at + 1, certain=False)
    # "one" is mostly no number, and "0" mostly Whisper's reading of "oh".
    certain = value not in ("1", "0") or after in _TIME
    # Three weeks are not three days; of an age the "years" may be left out.
    old = at + 2 < len(tokens) and tokens[at + 2] == "old"
    if after in _SPANS and not old:
        return Mention("number", f"{value} {after.removesuffix('s')}", at, at + 2, certain)
    return Mention("number", value, at, at + 1, certain)


def _measures(tokens: Sequence[str], at: int) -> bool:
    """Say whether a single digit is of clinical account, by the words around it: of "put two fingers
    up" it is not."""
    around = (*tokens[max(at - _NEAR, 0) : at], *tokens[at + 1 : at + 1 + _NEAR])
    return any(word in _MEASURED for word in around)


@lru_cache(maxsize=1 << 12)
def _read(word: str) -> tuple[str, str]:
    """Return what a word in digits is, and its one form; empty if it is not a number."""
    if _ORDINAL.fullmatch(word):
        return "ordinal", word
    plain = "1" if word == "one" else word.rstrip("%")
    if not _NUMBER.fullmatch(plain):
        return "", ""
    number = _shown(Fraction(plain))
    return ("dose", f"{number} percent") if word.endswith("%") else ("number", number)


@lru_cache(maxsize=1 << 12)
def _dose(number: str, unit: str, factor: Fraction) -> str:
    return f"{_shown(Fraction(number) * factor)} {unit}"


def _shown(number: Fraction) -> str:
    return str(number.numerator) if number.denominator == 1 else f"{float(number):g}"
