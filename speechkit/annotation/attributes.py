"""What is said of an entity: that it is not there, that it may be, that it was, whose it is.

Scope rules in the manner of NegEx and ConText (Chapman et al. 2001, Harkema et al. 2009), with the
ways of a dialogue: a cue reaches to the end of its clause, or to a word that begins a new one where
there is no punctuation; "no" to a closed question denies what the question named.
"""

from __future__ import annotations

from collections.abc import Sequence

from speechkit.annotation.entities import Span
from speechkit.annotation.lexicon import term_at
from speechkit.annotation.tokens import Token
from speechkit.core.annotations import Attribute

# What is said of these; an amount is neither absent nor a relative's.
TYPES = frozenset(("drug", "condition", "symptom", "finding", "procedure", "test", "allergy"))
_FAMILY_TYPES = frozenset(("condition", "symptom", "procedure", "allergy", "drug"))
_N_T = frozenset(
    "don doesn didn hasn haven hadn isn wasn aren weren wouldn couldn shouldn won ain".split()
)
_NEGATING = frozenset(
    "no not never without denies denied deny denying neither nor dont doesnt didnt hasnt havent hadnt "
    "isnt wasnt arent".split()
)
_PSEUDO = (  # words after "no" or "not" that take its meaning
    ("only",), ("just",), ("sure",), ("certain",), ("doubt",), ("wonder",), ("change",), ("better",),
    ("getting",), ("really", "sure"), ("too", "bad"), ("so", "much"), ("to", "worry"), ("longer",),
    ("worry",), ("problem",), ("stopped",), ("gone",), ("forget",), ("worries",), ("matter",),
    ("miss",), ("missed",), ("as", "bad"),
)  # fmt: skip
_ENDING = frozenset(
    "but however although though except because so which who apart besides until unless then".split()
)
_PRONOUNS = frozenset("i it he she we they you there".split())
_STARTING = frozenset(("and", "just", "only"))
_UNCERTAIN: tuple[tuple[str, ...], ...] = tuple(
    tuple(phrase.split())
    for phrase in (
        "might|may be|may have|could be|could have|possibly|possible|probably|probable|perhaps|maybe|"
        "i think|looks like|look like|suspect|suspected|suspicious|query|wonder if|wondering if|"
        "wondered if|not sure|likely|rule out|worried about|concerned about|suggestive of|suggests|"
        "consistent with|sounds like"
    ).split("|")
)
_PAST: tuple[tuple[str, ...], ...] = tuple(
    tuple(phrase.split())
    for phrase in (
        "used to|in the past|previously|previous|as a child|as a kid|when i was|when he was|when she was|"
        "when you were|years ago|year ago|no longer|last year|back in|years back|a while back|once had|"
        "past history|stopped taking|came off|went away|has gone|have gone|s gone|cleared up|got over|"
        "recovered from|months ago|had a|had my|had the"
    ).split("|")
)
_HYPOTHETICAL: tuple[tuple[str, ...], ...] = tuple(
    tuple(phrase.split())
    for phrase in (
        "if|in case|should you|were to|watch out for|watch for|look out for|looking out for|keep an eye|"
        "any sign of|any signs of|risk of|can cause|could cause|may cause|might cause|side effects|"
        "can give you|to prevent|to avoid|if ever"
    ).split("|")
)
_RELATIVES = frozenset(
    "mother mum mom mam dad father sister brother aunt auntie uncle grandmother grandma grandfather "
    "granddad grandad gran nan nana granny grandpa cousin parent parents relative relatives family "
    "siblings twin".split()
)
_MAY_NOT = (("t", "have"), ("t", "take"), ("t", "use"))
_REACH = 9  # tokens after a cue
_REACH_UNPUNCTUATED = 6  # nothing tells where the clause ends
_FINITE = frozenset("just s m ve re is was has had have does do did get gets got am are".split())
_AFTER = (  # cue behind the entity → what it says
    (("was", "negative"), "negated"), (("is", "negative"), "negated"),
    (("came", "back", "negative"), "negated"), (("were", "negative"), "negated"),
    (("was", "ruled", "out"), "negated"), (("ruled", "out"), "negated"),
    (("has", "gone"), "past"), (("s", "gone"), "past"), (("went", "away"), "past"),
    (("cleared", "up"), "past"), (("has", "settled"), "past"), (("settled",), "past"),
    (("resolved",), "past"), (("years", "ago"), "past"), (("as", "a", "child"), "past"),
    (("as", "a", "kid"), "past"), (("last", "year"), "past"), (("months", "ago"), "past"),
    (("in", "the", "past"), "past"), (("when", "i", "was"), "past"),
)  # fmt: skip


def attributes_of(tokens: Sequence[Token], spans: Sequence[Span]) -> list[set[Attribute]]:
    """Return what is said of each entity of one segment."""
    said: list[set[Attribute]] = [set() for _ in spans]
    for at in range(len(tokens)):
        cue = _cue_at(tokens, at)
        if cue is None:
            continue
        attribute, start = cue
        end = _scope_end(tokens, start, attribute)
        for index, span in enumerate(spans):
            if span.type in TYPES and start <= span.start < end:
                if attribute != "family" or span.type in _FAMILY_TYPES:
                    said[index].add(attribute)
    for index, span in enumerate(spans):
        if span.type in TYPES:
            said[index] |= _told_after(tokens, span)
    for marks in said:
        if "hypothetical" in marks:
            marks -= {"uncertain", "negated"}
    return said


def _cue_at(tokens: Sequence[Token], at: int) -> tuple[Attribute, int] | None:
    """Return the attribute that a cue at a token gives, and where its scope begins."""
    word = tokens[at].word
    if word in _RELATIVES:
        return "family", at + 1
    start = at + 1
    if word == "don" and tokens[at].begins:  # an order is no finding: "don't take his"
        return None
    if word == "can" and _words(tokens, at + 1, 2) in _MAY_NOT:
        return "negated", at + 3
    if word in _N_T and start < len(tokens) and tokens[start].word == "t":
        start += 1
    elif word not in _NEGATING:
        start = 0
    if start:
        after = tuple(token.word for token in tokens[start : start + 2])
        if any(after[: len(pseudo)] == pseudo for pseudo in _PSEUDO):
            return ("uncertain", start + 1) if "sure" in after else None
        return "negated", start
    for attribute, cues in (
        ("hypothetical", _HYPOTHETICAL),
        ("uncertain", _UNCERTAIN),
        ("past", _PAST),
    ):
        for cue in cues:
            if word == cue[0] and _words(tokens, at, len(cue)) == cue:
                if cue in (("had", "a"), ("had", "my"), ("had", "the")):
                    if tokens[max(at - 1, 0)].word in ("have", "has", "ve", "s"):
                        return None
                    if not _dated(tokens, at):
                        return None
                return attribute, at + len(cue)  # type: ignore[return-value]
    return None


def _dated(tokens: Sequence[Token], at: int) -> bool:
    """Say whether what somebody had was long ago: a time stands in the same sentence."""
    for token in tokens[at : at + 14]:
        if token.begins and token is not tokens[at]:
            return False
        if token.word in ("ago", "child", "kid", "teenager", "years", "back"):
            return True
    return False


def _scope_end(tokens: Sequence[Token], start: int, attribute: Attribute) -> int:
    reach = _REACH if attribute == "negated" else 2 * _REACH
    if attribute == "negated" and len(tokens) > reach and not any(t.stop for t in tokens):
        reach = _REACH_UNPUNCTUATED
    for at in range(start, min(len(tokens), start + reach)):
        token, before = tokens[at], tokens[at - 1] if at else None
        if token.begins:
            return at
        if token.word in _ENDING and attribute not in ("hypothetical", "family"):
            return at
        if attribute == "hypothetical" and token.word in ("then", "call", "ring", "come", "phone"):
            return at
        if attribute == "negated":
            # "no, it's my chest": what follows the comma is no longer denied, a list is.
            if token.stop and at == start:
                return at
            if token.word in _RELATIVES:
                return at
            after = tokens[at + 1].word if at + 1 < len(tokens) else ""
            if (
                token.word in _PRONOUNS
                and before
                and (
                    token.stop
                    or before.word in _STARTING
                    or before.word == "no"
                    or (at > start and after in _FINITE)
                )
            ):
                return at
            if token.stop and (token.word in _STARTING or _is_body(tokens, at)):
                return at
        if attribute == "family" and token.word in ("i", "me") and at > start:
            return at
    return min(len(tokens), start + reach)


def _is_body(tokens: Sequence[Token], at: int) -> bool:
    """Say whether the next part of the body is examined: "no crackles, abdomen soft"."""
    found = term_at(tokens, at)
    return found is not None and found[1] == "body"


def _told_after(tokens: Sequence[Token], span: Span) -> set[Attribute]:
    found: set[Attribute] = set()
    for at in range(span.end, min(len(tokens), span.end + 5)):
        if tokens[at].begins or tokens[at].word in _ENDING:
            break
        for cue, attribute in _AFTER:
            if _words(tokens, at, len(cue)) == cue:
                found.add(attribute)  # type: ignore[arg-type]
    return found


def _words(tokens: Sequence[Token], at: int, count: int) -> tuple[str, ...]:
    return tuple(token.word for token in tokens[at : at + count])
