"""A conversation as tokens with exact code-point offsets, in one form for all kinds of text.

Recognizers work on `plain` text: words folded to lower case without accents, no punctuation, no
fillers, one space between words, one newline between turns. Cased and ASR-style text look the
same there; punctuation and capitals stay on the tokens as extra evidence. Every match leads back
to offsets in the original.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence

import msgspec

from speechkit.deidentification.text.titles import title_abbreviations
from speechkit.language import fold_word

_TOKEN = re.compile(r"\d+|[^\W\d_]+|[^\s]")
# Breaks between tokens: what stands there tells how much belongs together.
NONE, SPACE, COMMA, STOP, TURN = 0, 1, 2, 3, 4
_STOPS = frozenset(".?!;…:¿¡")
_COMMAS = frozenset(',()[]{}"“”«»–—|')
# "ohhh", "uum", "hmmm"; "oh" alone is a digit.
_DRAWN_OUT = re.compile(
    r"o+h{2,}|o{2,}h+|u+h*m+h*|u+h{2,}|a+h{2,}|a{2,}h+|e+r+m+|h+m+|m{2,}h*m*|u+g+h+"
)


class Token(msgspec.Struct, frozen=True):
    """A word or number: where it stands, its folded form, what separates it from the one before.

    `gap` is one of NONE (glued), SPACE, COMMA, STOP, TURN.
    """

    start: int
    end: int
    text: str
    key: str
    gap: int
    line: int

    def __repr__(self) -> str:
        return f"Token({self.start}, {self.end})"

    @property
    def capital(self) -> bool:
        """Starts with a capital and has a small letter, or is a single capital."""
        return self.text[0].isupper() and (len(self.text) == 1 or not self.text.isupper())

    @property
    def abbreviated(self) -> bool:
        """Begins with two capitals and goes on with small letters, as no name does: "QTc"."""
        stem = self.text.replace("’", "'").partition("'")[0]
        return stem[:2].isupper() and len(stem) > 2 and not stem.isupper()

    @property
    def shouted(self) -> bool:
        """All capitals, two letters or more."""
        return len(self.text) > 1 and self.text.isupper()


class Conversation:
    """A text with turns, tokenized: `tokens` holds words and numbers, not punctuation.

    `skipped` are stretches of the text without tokens: labels of those who speak.
    """

    def __init__(
        self,
        text: str,
        fillers: Collection[str] = (),
        skipped: Sequence[tuple[int, int]] = (),
    ) -> None:
        self.text = text
        self.tokens = _tokenize(text, frozenset(fillers), skipped)
        pieces: list[str] = []
        self._starts: list[int] = []
        at = 0
        for token in self.tokens:
            if pieces:
                pieces.append("\n" if token.gap == TURN else " ")
                at += 1
            self._starts.append(at)
            pieces.append(token.key)
            at += len(token.key)
        self.plain = "".join(pieces)
        self.num_lines = self.tokens[-1].line + 1 if self.tokens else 0
        self.cased = _is_cased(self.tokens)

    def __repr__(self) -> str:
        return f"Conversation(<{len(self.tokens)} tokens>)"

    def token_at(self, plain_offset: int) -> int:
        """Return the index of the token that holds an offset of `plain`."""
        return max(0, bisect_right(self._starts, plain_offset) - 1)

    def matches(self, pattern: re.Pattern[str]) -> Iterator[tuple[int, int, re.Match[str]]]:
        """Yield (first token, token after the last, match) for each match in `plain`."""
        for match in pattern.finditer(self.plain):
            first, after = self.tokens_of(match)
            if after > first:
                yield first, after, match

    def tokens_of(self, match: re.Match[str], group: int | str = 0) -> tuple[int, int]:
        """Return (first token, token after the last) of a group of a match in `plain`."""
        start, end = match.span(group)
        if end <= start:
            return 0, 0
        return self.token_at(start), self.token_at(end - 1) + 1

    def plain_span(self, first: int, after: int) -> tuple[int, int]:
        """Return the offsets in `plain` of tokens first … after-1."""
        return self._starts[first], self._starts[after - 1] + len(self.tokens[after - 1].key)

    def words(self, first: int, after: int) -> str:
        """Return tokens first … after-1 as plain text."""
        return " ".join(token.key for token in self.tokens[first:after])

    def span(self, first: int, after: int) -> tuple[int, int]:
        """Return the offsets in the original text of tokens first … after-1."""
        return self.tokens[first].start, self.tokens[after - 1].end

    def gap(self, index: int) -> int:
        """Return what separates a token from the one before; TURN at either end of the text."""
        return self.tokens[index].gap if 0 <= index < len(self.tokens) else TURN

    def tokens_in(self, start: int, end: int) -> tuple[int, int]:
        """Return (first token, token after the last) that overlap offsets of the original text."""
        first = bisect_right(self.tokens, start, key=lambda token: token.end)
        after = first
        while after < len(self.tokens) and self.tokens[after].start < end:
            after += 1
        return first, after


def _tokenize(
    text: str, fillers: frozenset[str], skipped: Sequence[tuple[int, int]]
) -> tuple[Token, ...]:
    tokens: list[Token] = []
    labels = list(reversed(skipped))
    line = 0
    gap = TURN
    before = 0
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        while labels and labels[-1][1] <= start:
            labels.pop()
        if labels and labels[-1][0] <= start:
            if gap != TURN and tokens:
                line += 1
            gap = TURN
            before = end
            continue
        if text.find("\n", before, start) >= 0 and tokens:
            if gap != TURN:
                line += 1
            gap = TURN
        elif start > before:
            gap = max(gap, SPACE)
        before = end
        word = match.group()
        if not word[0].isalnum():
            gap = max(gap, _gap_of(word, text, start))
            if word == "?" and gap == STOP and tokens:
                # Recognizers write question and answer of two people on one line.
                gap = TURN
                line += 1
            continue
        if _glue(tokens, word, text, start, gap):
            continue
        key = fold_word(word)
        if key in fillers or _DRAWN_OUT.fullmatch(key):
            gap = max(gap, SPACE)
            continue
        tokens.append(Token(start, end, word, key, gap, line))
        gap = NONE
    return tuple(tokens)


def _glue(tokens: list[Token], word: str, text: str, start: int, gap: int) -> bool:
    """Join `I'm`, `O'Brien`, `name's` to one token; leave the possessive `'s` out of names."""
    if not tokens or gap != NONE or start == 0 or text[start - 1] not in "'’":
        return False
    last = tokens[-1]
    if last.end != start - 1 or not last.text[-1].isalpha() or not word[0].isalpha():
        return False
    if last.key in _ELIDED:
        return False
    end = start + len(word)
    if word.lower() == "s":
        # The possessive belongs to the word for matching, but not to a name.
        tokens[-1] = Token(last.start, last.end, last.text, last.key + "'s", last.gap, last.line)
        return True
    whole = text[last.start : end]
    tokens[-1] = Token(
        last.start, end, whole, fold_word(whole.replace("’", "'")), last.gap, last.line
    )
    return True


# French and Italian elisions stand before a word of their own.
_ELIDED = frozenset("l d j m n s t c qu jusqu lorsqu puisqu quelqu aujourd".split())


def _gap_of(sign: str, text: str, start: int) -> int:
    if sign in _STOPS:
        # A point or colon inside digits (5.4, 12:30) or after an abbreviation (Dr.) does not end a sentence.
        after = text[start + 1 : start + 2]
        if sign in ".:" and after and not after.isspace():
            return NONE
        if sign == "." and _abbreviated(text, start):
            return SPACE
        return STOP
    if sign in _COMMAS:
        return COMMA
    return NONE


_ABBREVIATIONS = frozenset(
    "dr dra drs prof mr mrs ms st ste sr sra srta d dna mme mlle av avda c n no nr tel tlf hr fr "
    "str med dipl rua bd all pl ctra apt doz priv univ ao oa ass ing mag pat hosp avd".split()
)


def _abbreviated(text: str, start: int) -> bool:
    at = start
    while at > 0 and text[at - 1].isalpha():
        at -= 1
    word = text[at:start]
    initial = len(word) == 1 and word.isupper() and not text[max(0, at - 1) : at].isdecimal()
    if initial or fold_word(word) in _ABBREVIATIONS:
        return True
    # A title is one with its capital and a name after it: not "Tell me. Then".
    following = text[start + 1 : start + 4].lstrip(" ")
    return (
        word[:1].isupper() and following[:1].isupper() and fold_word(word) in title_abbreviations()
    )


def _is_cased(tokens: Sequence[Token]) -> bool:
    """Say whether capitals mean anything here: some words have them, most do not."""
    # "I" has a capital even where nothing else has.
    words = [
        token for token in tokens if token.text[0].isalpha() and token.key.split("'")[0] != "i"
    ]
    capitals = sum(token.text[0].isupper() for token in words)
    return bool(words) and 0.02 < capitals / len(words) < 0.7
