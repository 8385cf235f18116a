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
_OPEN = frozenset("what where when how why which who".split())


def question_start(tokens: Sequence[Token], text: str) -> int | None:
    """Return the token at which a turn's last closed question begins; None if it asks none.

    Without punctuation a question is told by how it begins ("have you had any").
    """
    last = None
    for at, token in enumerate(tokens):
        after = tokens[at + 1].word if at + 1 < len(tokens) else ""
        before = tokens[at - 1].word if at else ""
        opens = token.word in _OPENERS and (after in _ASKED or token.word == "any")
        if opens and (token.begins or token.stop or before not in _ASKED | _OPENERS | _OPEN):
            if not (before in _OPEN and not token.begins):
                last = at if last is None or token.begins or token.word != "any" else last
        elif token.word in _OPEN and token.begins:
            last = None
    if last is None and text.rstrip().endswith("?"):
        # "Fever? Chills?": each sentence that begins no open question.
        starts = [at for at, token in enumerate(tokens) if token.begins]
        return starts[-1] if starts and tokens[starts[-1]].word not in _OPEN else None
    return last


def is_no(tokens: Sequence[Token]) -> bool:
    """Say whether an answer denies.

    >>> from speechkit.annotation.tokens import tokens_of
    >>> is_no(tokens_of("um no not really")), is_no(tokens_of("no, yeah, I do get that"))
    (True, False)
    """
    words = [token.word for token in tokens[:8]]
    at = 0
    while at < len(words) and words[at] in _BEFORE_NO and words[at] not in _NO:
        at += 1
    denies = at < len(words) and (
        words[at] in _NO or any(tuple(words[at : at + len(p)]) == p for p in _PHRASES)
    )
    return denies and not any(word in _UNDONE for word in words[at + 1 : at + 3])
