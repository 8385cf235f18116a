"""What the next turn says about this one: "no" to a closed question denies what the question named."""

from __future__ import annotations

from collections.abc import Sequence

from speechkit.annotation.tokens import Token

_NO = frozenset("no nope nah none never neither nothing".split())
_BEFORE_NO = frozenset("uh um oh er well ah hmm no nope doctor".split())
_PHRASES = (
    ("not", "really"), ("not", "at", "all"), ("not", "that", "i"), ("i", "don", "t"), ("i", "haven", "t"),
    ("i", "dont"), ("i", "havent"), ("don", "t", "think"), ("not", "anymore"), ("not", "a"), ("not", "any"),
)  # fmt: skip
_UNDONE = frozenset(("yes", "yeah", "yep"))  # "no, yeah, I do"
_OPENERS = frozenset("any do does did have has had are is was were can could would will".split())
_ASKED = frozenset("you he she it they there your any the that this i we".split())
_AHEAD = 5
_PREFIX = 6  # words of "have you been having any"
_OPEN = frozenset("what where when how why which who".split())


def question_start(tokens: Sequence[Token], text: str) -> int | None:
    """Return the token at which the closed questions at the end of a turn begin; None if it asks none.

    "Fever? Chills?" are two in a row. Without punctuation a question is told by how it begins ("have
    you had any").
    """
    starts = [at for at, token in enumerate(tokens) if token.begins]
    if not starts:
        return None
    found = None
    for start, end in reversed(list(zip(starts, [*starts[1:], len(tokens)], strict=True))):
        after = text[tokens[end - 1].end : tokens[end].start if end < len(tokens) else len(text)]
        if "?" not in after or tokens[start].word in _OPEN:
            break
        found = start
    if found is not None:
        return found
    openers = [at for at in range(starts[-1], len(tokens)) if _opens(tokens, at)]
    return openers[-1] if openers else None


def _opens(tokens: Sequence[Token], at: int) -> bool:
    """Say whether a closed question may begin at a token: "any pain", "and are you on steroids"."""
    after = tokens[at + 1].word if at + 1 < len(tokens) else ""
    before = tokens[at - 1].word if at else ""
    if tokens[at].word == "any":
        return before not in _ASKED | _OPENERS and not any(
            _opens(tokens, back) for back in range(max(at - _PREFIX, 0), at)
        )
    return tokens[at].word in _OPENERS and after in _ASKED and before not in _ASKED | _OPEN


def is_no(tokens: Sequence[Token]) -> bool:
    """Say whether an answer denies.

    >>> from speechkit.annotation.tokens import tokens_of
    >>> is_no(tokens_of("um no not really")), is_no(tokens_of("no, yeah, I do get that"))
    (True, False)
    """
    for at, token in enumerate(tokens[:_AHEAD]):  # "I wish. No, it's fine."
        if at and token.begins and token.word in _NO:
            return True
    words = [token.word for token in tokens[:8]]
    at = 0
    while at < len(words) and words[at] in _BEFORE_NO and words[at] not in _NO:
        at += 1
    denies = at < len(words) and (
        words[at] in _NO or any(tuple(words[at : at + len(p)]) == p for p in _PHRASES)
    )
    return denies and not any(word in _UNDONE for word in words[at + 1 : at + 3])
