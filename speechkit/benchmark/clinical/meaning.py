"""Where a meaning is turned though no term is lost: denials, answers, opposites, who is spoken of.

All of it is read at the places where two texts differ, never from what they share.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from speechkit.benchmark.clinical.lists import NEGATIONS, opposites
from speechkit.benchmark.errors import Edit
from speechkit.language.clinical.forms import plain, plain_tokens, same_form

_APART = 1  # equal words between two edits that are one place
_BRIEF = 4  # the same for pronouns
_SMALL = 8  # words of a place in which one word can be said to stand in for another
_ASKED = 14  # words before an answer in which the question stands
_REPEATED = 8  # words around in which the same answer makes one more of it idle
_CUT_OFF = 4  # words of content that are an answer when left out
_AT_ONCE = 4  # words within which an answer comes, else it answers another question
_SCOPE = 4  # words after "not" in which that stands which is denied

_CONCORD = frozenset("nothing none nobody neither nor no".split())  # "not … nothing" denies once
_PRONOUNS = frozenset("nothing none nobody".split())  # they turn a meaning where these stood:
_WHATEVER = frozenset(
    "anything something everything anybody somebody everybody all some any".split()
)
_YES = frozenset("yes yep yup yeah".split())
_NO = frozenset("no nope nah none never".split())
_ANSWERS = _YES | _NO | {"not"}
_NOT_AS_ANSWER = (("not", "really"), ("not", "that"), ("not", "at"), ("not", "specifically"))
_CUES = frozenset(
    ("do you", "have you", "are you", "did you", "were you", "is it", "is there", "was it",
     "are there", "does it", "has it", "is that", "what about", "have they", "has he", "has she",
     "does he", "does she", "can you", "will you", "would you", "do they", "has your", "is your",
     "are your", "does your", "did it", "is he", "is she", "do i", "how about", "which part",
     "where is", "what do", "how many", "how long")
)  # fmt: skip
_ASKING = frozenset(cue.split()[0] for cue in _CUES)
_ALSO_ASK = frozenset(("any", "anything", "anyone", "anybody", "which", "ever"))
_ON_TO = frozenset(  # words that begin something new: the answer before them is over
    "ok okay right and any anything do have are is was did does has what how so sure all great good "
    "well now that when where in uhm um excellent lovely perfect fine you".split()
)
_SKIPPED = frozenset(  # between "not" and what it denies
    "really actually even any a an the be been very too to much particularly quite so going gonna "
    "history of family known in on at for with from".split()
)
_LIGHT = frozenset(
    "have had has got get getting feel feeling".split()
)  # verbs that may stand alone
_NO_SCOPE = frozenset(
    "i you we they he she it that this ok yes no not and but so well because or if um uhm oh "
    "right sure is are was were all as my your what when mind know think just general will would "
    "can could should shall do does did sorry thanks thank please".split()
)
_PREFIXES = ("un", "non", "dis", "ab", "in", "im", "a")
_WHOLE = frozenset("able normal symptomatic febrile complete active regular possible".split())
_FEW = 5  # letters of a word that a prefix can turn
_IDLE = frozenset(
    "the a an and or but so to of in on at for with is are was were be been am i you we they he she "
    "it that this there my your do does did have has had not no yes ok right well um uhm uh just "
    "like you know kind sort thank thanks bye hello hi good morning all please sorry mean think "
    "really very can could would will shall as if then now oh ah sure great fine lovely let us me "
    "what how any some about".split()
)


_ENDING = re.compile(r"(?<=..)(ing|ed|e)$")
# Words of questions that are not about health.
_CHAT = frozenset(
    "hear see question questions name birth address audio video screen camera connection line call "
    "confirm".split()
)


class Place(msgspec.Struct, frozen=True, gc=False):
    """A stretch that differs: reference tokens [start, end), hypothesis tokens [low, high)."""

    start: int
    end: int
    low: int
    high: int


class Turned(msgspec.Struct, frozen=True, kw_only=True):
    """A meaning that was turned at a place. `kind` says which side the word stands on."""

    category: str
    value: str
    kind: str
    place: Place
    severity: int


def places(edits: Sequence[Edit], said: Sequence[str], wrote: Sequence[str]) -> list[Place]:
    """Return where two texts differ in more than spelling; edits one word apart are one place."""
    found: list[Place] = []
    last_end = -1 << 30
    for edit in edits:
        if edit.kind == "equal":
            continue
        if found and edit.reference_start - last_end <= _APART:
            found[-1] = Place(
                found[-1].start, edit.reference_end, found[-1].low, edit.hypothesis_end
            )
        else:
            found.append(
                Place(
                    edit.reference_start,
                    edit.reference_end,
                    edit.hypothesis_start,
                    edit.hypothesis_end,
                )
            )
        last_end = edit.reference_end
    return [p for p in found if not same_form(said[p.start : p.end], wrote[p.low : p.high])]


def turned(
    said: Sequence[str], wrote: Sequence[str], place: Place, terms: Sequence[tuple[int, int]]
) -> list[Turned]:
    """Return the meanings that are turned at a place: denials, answers, opposites.

    `terms` are the clinical terms of the reference, as token spans.
    """
    here, there = said[place.start : place.end], wrote[place.low : place.high]
    if not (NEGATIONS.isdisjoint(here) and NEGATIONS.isdisjoint(there)):
        mirror = Place(place.low, place.high, place.start, place.end)
        found = [
            *_denials(said, wrote, place, "lost", place),
            *_denials(wrote, said, mirror, "invented", place),
        ]
        if found:
            return found
    found = []
    if len(there) <= 1 < len(here) or not (
        _ANSWERS.isdisjoint(here) and _ANSWERS.isdisjoint(there)
    ):
        found += _answers(said, wrote, place, terms)
    if here and there:
        found += _opposites(said, wrote, place)
    return found


def _denials(
    here: Sequence[str], there: Sequence[str], at: Place, kind: str, place: Place
) -> list[Turned]:
    """Find a denial on one side only, of something that both sides have."""
    if NEGATIONS.isdisjoint(here[at.start : at.end]):
        return []
    own = [i for i in range(at.start, at.end) if here[i] in NEGATIONS]
    beside = (*here[max(at.start - 2, 0) : at.start], *here[at.end : at.end + _SCOPE])
    if not own or any(word in NEGATIONS for word in (*there[at.low : at.high], *beside)):
        return []
    other = {_stem(word) for word in there[at.low : at.high + 2]}
    for i in own:
        if here[i] in _CONCORD and any(w in NEGATIONS for w in here[max(i - _SCOPE, 0) : i]):
            continue
        if here[i] in _PRONOUNS and not any(word in _WHATEVER for word in there[at.low : at.high]):
            continue
        scope = _scope(here, i + 1)
        # Both sides have what is denied: it stands behind the place, or was moved within it.
        if scope is not None and (
            scope >= at.end
            or (here[scope] not in _LIGHT and len(here[scope]) > 2 and _stem(here[scope]) in other)
        ):
            if scope >= at.end + _SCOPE:
                continue
            return [Turned(category="negation", value="not", kind=kind, place=place, severity=2)]
    return []


def _stem(word: str) -> str:
    """Return what forms of a verb share, roughly: "take", "taking"."""
    return _ENDING.sub("", plain(word))


def _scope(tokens: Sequence[str], at: int) -> int | None:
    """Return where that stands which a denial before `at` denies."""
    light = None
    for i in range(at, min(at + _SCOPE, len(tokens))):
        if tokens[i] in _NO_SCOPE or tokens[i] in NEGATIONS:
            break
        if tokens[i] in _LIGHT:
            light = i if light is None else light
        elif tokens[i] not in _SKIPPED:
            return i
    return light


def _answers(
    said: Sequence[str], wrote: Sequence[str], at: Place, terms: Sequence[tuple[int, int]]
) -> list[Turned]:
    """Find answers to a clinical question that are lost, invented or turned.

    `terms` are where the reference has clinical terms. A "yes" is often no answer, but goes along:
    it counts where the question has a term. Questions about the line or the name do not count.
    """
    first = _answer(said, at.start, min(at.end, at.start + _AT_ONCE))
    other = _answer(wrote, at.low, min(at.high, at.low + _AT_ONCE))
    if not (first or other or at.high - at.low <= 1 < at.end - at.start):
        return []
    asked = _question(said, at.start)
    if asked is None or any(word in _CHAT for word in said[asked : at.end]):
        return []
    clinical = any(start < at.start and end > asked for start, end in terms)
    before = said[max(at.start - _REPEATED, 0) : at.start]
    after = said[at.end : at.end + _REPEATED]
    # What comes later in the place on the other side is there, too.
    ours, theirs = _answer(said, at.start, at.end), _answer(wrote, at.low, at.high)
    open_ended = tuple(said[at.end - 2 : at.end]) in _NOT_AS_ANSWER  # "not that" I know of
    goes_on = bool(after) and after[0] not in _ON_TO and not open_ended
    if first and other and {ours, theirs} == {"yes", "no"}:
        return [Turned(category="answer", value=ours, kind="lost", place=at, severity=2)]
    first = "no" if first == "both" else first  # "yes, no, not that I know of"
    for answer, there, kind in ((first, theirs, "lost"), (other, ours, "invented")):
        if answer in ("", "both", there) or there == "both" or goes_on:
            continue
        if (answer, kind) == ("yes", "invented"):
            continue
        words = _YES if answer == "yes" else NEGATIONS
        soon = () if open_ended or after[:1] == ["you"] else after[:3]
        if answer == "yes" and (not clinical or before[-1] in _IDLE):
            continue
        if not any(word in words for word in (*before, *soon)):
            return [Turned(category="answer", value=answer, kind=kind, place=at, severity=1)]
    content = [word for word in said[at.start : at.end] if word not in _IDLE]
    ends = at.end == len(said) and at.end - at.start > 1 and at.low == at.high
    if clinical and at.high - at.low <= 1 and (len(content) >= _CUT_OFF or (ends and content)):
        return [Turned(category="answer", value="cut off", kind="lost", place=at, severity=1)]
    return []


def _question(tokens: Sequence[str], at: int) -> int | None:
    """Return where the question begins that what stands at `at` may answer."""
    for i in range(at - 1, max(at - _ASKED, 0) - 1, -1):
        word = tokens[i]
        if word in _ALSO_ASK or (word in _ASKING and " ".join(tokens[i : i + 2]) in _CUES):
            return i
    return None


def _answer(tokens: Sequence[str], start: int, end: int) -> str:
    """Return what stretch [start, end) answers: "yes", "no", "both" or nothing."""
    words = tokens[start:end]
    if _ANSWERS.isdisjoint(words):
        return ""
    no = any(word in _NO for word in words) or any(
        tuple(tokens[i : i + 2]) in _NOT_AS_ANSWER for i in range(start, end)
    )
    yes = any(word in _YES for word in words)
    return "both" if yes and no else "yes" if yes else "no" if no else ""


def _opposites(said: Sequence[str], wrote: Sequence[str], at: Place) -> list[Turned]:
    """Find words that stand in for their opposite."""
    if at.end - at.start > _SMALL or at.high - at.low > _SMALL:
        return []
    ours = _values(said, at.start, at.end)
    theirs = _values(wrote, at.low, at.high) if ours else {}
    found = []
    brief = max(at.end - at.start, at.high - at.low) <= _BRIEF
    for group, values in ours.items():
        if group == "person" and not brief:
            continue
        others = theirs.get(group, set())
        if values - others and others - values:
            severity = 1 if group == "person" else 2
            value = min(values - others)
            found.append(
                Turned(category="opposite", value=value, kind="lost", place=at, severity=severity)
            )
    if not found:
        pairs = (
            (a, b)
            for a in plain_tokens(said[at.start : at.end])
            for b in plain_tokens(wrote[at.low : at.high])
            if a != b and (a.endswith(b) or b.endswith(a))
        )
        found = [
            Turned(category="opposite", value=a, kind="lost", place=at, severity=2)
            for a, b in pairs
            if _is_prefixed(a, b, said[at.start : at.end])
            or _is_prefixed(b, a, wrote[at.low : at.high])
        ]
    return found[:1]


def _values(tokens: Sequence[str], start: int, end: int) -> dict[str, set[str]]:
    """Return group → values of the opposites that reach into [start, end)."""
    known = opposites()
    around = plain_tokens(tokens[max(start - 2, 0) : end + 2])
    if known.keys().isdisjoint(around):
        return {}
    shift = max(start - 2, 0)
    found: dict[str, set[str]] = {}
    for i, word in enumerate(around):
        for phrase, group, value in known.get(word, ()):
            last = i + len(phrase)
            if shift + i < end and shift + last > start and tuple(around[i:last]) == phrase:
                found.setdefault(group, set()).add(value)
                break
    return found


def _is_prefixed(word: str, longer: str, beside: Sequence[str] = ()) -> bool:
    """Say whether one word denies the other by its prefix, which does not stand beside it apart.

    >>> _is_prefixed("normal", "abnormal"), _is_prefixed("form", "inform")
    (True, False)
    """
    for prefix in _PREFIXES:
        if longer == prefix + word and prefix not in beside:
            return word in _WHOLE or (prefix in ("un", "non", "dis") and len(word) >= _FEW)
    return False


def garbled_words(
    said: Sequence[str], wrote: Sequence[str], differing: Sequence[Place]
) -> tuple[int, int]:
    """Return how many of a text's words of content are lost or changed, and how many it has."""
    wrong = sum(
        word not in _IDLE and word not in wrote[place.low : place.high]
        for place in differing
        for word in said[place.start : place.end]
    )
    return wrong, sum(word not in _IDLE for word in said)
