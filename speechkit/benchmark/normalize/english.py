"""English as Whisper's EnglishTextNormalizer has it, written to be fast; and rules for conversations.

Source of the behavior: openai-whisper, `whisper/normalizers/english.py` and `basic.py`; equality
is tested on real transcripts and on random text. Most words mean the same whatever stands beside
them: what becomes of such a word is found once and remembered. Only stretches of words that may
have to do with a number go through the rules that look at neighbors.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from itertools import chain

from speechkit.benchmark.normalize.numbers import POWERS, NumberWriter

_BRACKETS = re.compile(r"[<\[][^>\]]*[>\]]")
_PARENTHESES = re.compile(r"\(([^)]+?)\)")
_BRACES = re.compile(r"\{[^{}]*\}")
FILLER_WORDS = frozenset("hmm mm mhm mmm uh um".split())
_FILLERS = re.compile(rf"\b(?:{'|'.join(sorted(FILLER_WORDS))})\b")
_APART = re.compile(r"\s+'")
# Looks at the next word, so it comes before the words are taken one by one. "let's" is "let us".
PERFECT = re.compile(r"'(?:(?<!\blet')(s) (been|gone|got)|(d) (been|gone|done))\b")

_WORDS = {
    "won't": "will not", "can't": "can not", "let's": "let us", "ain't": "aint", "y'all": "you all",
    "wanna": "want to", "gotta": "got to", "gonna": "going to", "i'ma": "i am going to",
    "imma": "i am going to", "woulda": "would have", "coulda": "could have",
    "shoulda": "should have", "ma'am": "madam",
    "mr": "mister ", "mrs": "missus ", "st": "saint ", "dr": "doctor ", "prof": "professor ",
    "capt": "captain ", "gov": "governor ", "ald": "alderman ", "gen": "general ",
    "sen": "senator ", "rep": "representative ", "pres": "president ", "rev": "reverend ",
    "hon": "honorable ", "asst": "assistant ", "assoc": "associate ", "lt": "lieutenant ",
    "col": "colonel ", "jr": "junior ", "sr": "senior ", "esq": "esquire ",
}  # fmt: skip
_ENDINGS = {
    "n't": " not", "'re": " are", "'s": " is", "'d": " would", "'ll": " will", "'t": " not",
    "'ve": " have", "'m": " am",
}  # fmt: skip
_RULES = [(re.compile(rf"\b{word}\b"), to) for word, to in _WORDS.items()]
_RULES += [(re.compile(rf"{ending}\b"), to) for ending, to in _ENDINGS.items()]
_ANY_RULE = re.compile(rf"'|\b(?:{'|'.join(_WORDS)})\b")

_DIGIT_COMMA = re.compile(r"(\d),(\d)")
_FULL_STOP = re.compile(r"\.([^0-9]|$)")
_KEPT = frozenset(".%$¢€£")
_LETTERS = {
    "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "ß": "ss", "ẞ": "SS",
    "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "th", "ł": "l", "Ł": "L",
}  # fmt: skip

_AND_A_HALF = re.compile(r"\band\s+a\s+half\b")
_LETTER_DIGIT = re.compile(r"([a-z])([0-9])")
_DIGIT_LETTER = re.compile(r"([0-9])([a-z])")
_ORDINAL = re.compile(r"([0-9])\s+(st|nd|rd|th|s)\b")
_CENTS = re.compile(r"([€£$])([0-9]+) (?:and )?¢([0-9]{1,2})\b")
_ONLY_CENTS = re.compile(r"[€£$]0.([0-9]{1,2})\b")
_ONE = re.compile(r"\b1(s?)\b")
_LOOSE_PREFIX = re.compile(r"[.$¢€£]([^0-9])")
_LOOSE_PERCENT = re.compile(r"([^0-9])%")
_ORDINAL_ENDINGS = frozenset(("st", "nd", "rd", "th", "s"))
_AND = ("and",)
_REMEMBERED = 1 << 16  # words and stretches each

# Conversations: spellings of one and the same spoken word, and sounds that carry nothing.
SAME_WORD = {
    "okay": "ok", "k": "ok", "mum": "mom", "mummy": "mommy", "yeah": "yes", "yep": "yes",
    "yea": "yes", "yah": "yes", "nope": "no", "nah": "no", "kinda": "kind of",
    "sorta": "sort of", "dunno": "do not know", "alright": "all right", "goodbye": "bye",
    "ohh": "oh", "ohhh": "oh", "ahh": "ah", "ahhh": "ah", "cos": "because", "cuz": "because",
}  # fmt: skip
HESITATIONS = frozenset({"er", "erm", "uhm", "umm", "uhh", "hm", "mmhmm", "uhhuh", "em"})


class English:
    """Text → tokens.

    Args:
        oh_is_zero: read "oh" as the digit 0, as Whisper does.
        same: token → token (or tokens) that counts as the same.
        dropped: tokens that carry nothing.
        braces: leave out what stands in {braces}.
    """

    def __init__(
        self,
        *,
        oh_is_zero: bool = True,
        same: Mapping[str, str] | None = None,
        dropped: frozenset[str] = frozenset(),
        braces: bool = False,
    ) -> None:
        self.numbers = NumberWriter(frozenset(("o", "oh", "zero") if oh_is_zero else ("o", "zero")))
        self.same = same or {}
        self.dropped = dropped
        self.special = self.dropped.union(self.same)
        self.braces = braces
        self.spelling = spelling()
        self.plain = _Plain(self)
        self.stretches: dict[tuple[str, bool, bool], list[str]] = {}

    def __call__(self, text: str) -> list[str]:
        """Return the tokens to compare."""
        text = text.lower()
        if self.braces and "{" in text:
            text = _BRACES.sub(" ", text)
        if "<" in text or "[" in text:
            text = _BRACKETS.sub("", text)
        if "(" in text:
            text = _PARENTHESES.sub("", text)
        if " '" in text or (not text.isprintable() and _APART.search(text)):
            text = _APART.sub("'", _FILLERS.sub("", text))
        text = PERFECT.sub(perfect, text)
        words = text.split()
        found = list(map(self.plain.__getitem__, words))
        if "half" in text:
            _doubt_halves(words, found)
        out: list[str] = []
        at = 0
        for start in [index for index, tokens in enumerate(found) if tokens is None]:
            if start < at:
                continue
            end = start + 1
            # A filler does not end a stretch: "twenty, um, five". An "and" behind belongs to it.
            while end < len(found) and (not found[end] or found[end] == _AND):
                end += 1
            out += chain.from_iterable(filter(None, found[at:start]))
            out += self._stretch(words[start:end], first=not out, last=end == len(found))
            at = end
        out += chain.from_iterable(filter(None, found[at:]))
        return out

    def _stretch(self, words: list[str], *, first: bool, last: bool) -> list[str]:
        key = (" ".join(words), first, last)
        tokens = self.stretches.get(key)
        if tokens is None:
            tokens = self._rewrite(words, first=first, last=last)
            if len(self.stretches) < _REMEMBERED:
                self.stretches[key] = tokens
        return tokens

    def _rewrite(self, words: list[str], *, first: bool, last: bool) -> list[str]:
        """Apply the rules that look at neighbors; `first` and `last`: the text begins, ends."""
        text = " ".join([clean_word(word) for word in words])
        if "half" in text:
            text = self._halves(" ".join(text.split()))
        text = _ORDINAL.sub(r"\1\2", _split_digits(text))
        text = " ".join(self._spelled(self._numbers(text.split())))
        if any(sign in text for sign in _KEPT):
            text = f"{'' if first else ' '}{text}{'' if last else ' '}"
            text = _LOOSE_PERCENT.sub(r"\1 ", _LOOSE_PREFIX.sub(r" \1", text))
        return self.joined(text.split())

    def joined(self, tokens: list[str]) -> list[str]:
        """Write what counts as the same in one way, and leave out what carries nothing."""
        if not self.same and not self.dropped:
            return tokens
        kept = [self.same.get(token, token) for token in tokens if token not in self.dropped]
        return " ".join(kept).split()

    def _spelled(self, words: list[str]) -> list[str]:
        return [self.spelling.get(word, word) for word in words]

    def _numbers(self, words: list[str]) -> list[str]:
        words = self.numbers.rewrite(words)
        text = " ".join(words)
        if any(sign in text for sign in "€£$"):
            words = _ONLY_CENTS.sub(_only_cents, _CENTS.sub(_with_cents, text)).split()
        return [_ONE.sub(r"one\1", word) if "1" in word else word for word in words]

    def _halves(self, text: str) -> str:
        """Write "two and a half" as "two point five"."""
        *pieces, last = _AND_A_HALF.split(text)
        kept: list[str] = []
        for piece in pieces:
            if piece.strip():
                word = piece.split()[-1]
                number = word in self.numbers.decimals or word in POWERS
                kept += [piece, "point five" if number else "and a half"]
        return " ".join([*kept, last] if last.strip() else kept)


class _Plain(dict[str, tuple[str, ...] | None]):
    """A written word → its tokens, None where they depend on the words beside it; remembered."""

    def __init__(self, rules: English) -> None:
        super().__init__()
        self.rules = rules

    def __missing__(self, word: str) -> tuple[str, ...] | None:
        made = self._tokens(word)
        if len(self) < _REMEMBERED:
            self[word] = made
        return made

    def _tokens(self, word: str) -> tuple[str, ...] | None:
        rules = self.rules
        core = word.rstrip(".,?!;:")
        # Plain letters with a stop behind: most words, and no contraction, symbol or diacritic.
        if core.isascii() and core.isalpha() and ".." not in word:
            if core in FILLER_WORDS:
                return ()
            if core in _WORDS:
                tokens = _WORDS[core].split()
            elif core in _ORDINAL_ENDINGS or rules.numbers.may_count[core]:
                return _AND if core == "and" else None
            else:
                core = rules.spelling.get(core, core)
                return (core,) if core not in rules.special else tuple(rules.joined([core]))
        else:
            tokens = _split_digits(clean_word(word)).split()
        if not tokens:
            return ()
        if tokens == ["and"]:
            return _AND
        if tokens[0] in _ORDINAL_ENDINGS or any(map(self._may_count, tokens)):
            return None
        spelled = [rules.spelling.get(token, token) for token in tokens]
        return tuple(rules.joined(spelled))

    def _may_count(self, token: str) -> bool:
        return self.rules.numbers.may_count[token] or not _KEPT.isdisjoint(token)


def _doubt_halves(words: list[str], found: list[tuple[str, ...] | None]) -> None:
    """Mark "half" and the three words before it: "two and a half" is to be seen as a whole."""
    for index, word in enumerate(words):
        if "half" in word:
            marked = 0
            while index >= 0 and marked < 4:
                if found[index] != ():
                    found[index] = None
                    marked += 1
                index -= 1


@lru_cache(maxsize=_REMEMBERED)
def clean_word(word: str) -> str:
    """Do what needs no neighbor: contractions, commas and full stops, symbols, diacritics."""
    word = _FILLERS.sub("", word)
    if _ANY_RULE.search(word):
        for pattern, replacement in _RULES:
            word = pattern.sub(replacement, word)
    # The space stands for the white space that follows: it may be taken by a full stop.
    word = _FULL_STOP.sub(r" \1", _DIGIT_COMMA.sub(r"\1\2", word) + " ")
    return "".join(map(_clean_char, unicodedata.normalize("NFKD", word)))


def _split_digits(text: str) -> str:
    """Put a space between letters and digits: "5mg" → "5 mg"."""
    return _DIGIT_LETTER.sub(r"\1 \2", _LETTER_DIGIT.sub(r"\1 \2", text))


def _clean_char(char: str) -> str:
    if char in _KEPT:
        return char
    if char in _LETTERS:
        return _LETTERS[char]
    category = unicodedata.category(char)
    if category == "Mn":
        return ""
    return " " if category[0] in "MSP" else char


def perfect(match: re.Match[str]) -> str:
    if match[1]:
        return f" has {match[2]}"
    return f" had {match[4]}"


def _with_cents(match: re.Match[str]) -> str:
    return f"{match[1]}{match[2]}.{int(match[3]):02d}"


def _only_cents(match: re.Match[str]) -> str:
    return f"¢{int(match[1])}"


@lru_cache(maxsize=1)
def spelling() -> dict[str, str]:
    table = files("speechkit.benchmark.normalize") / "data" / "en_spelling.tsv"
    rows = (line.split("\t") for line in table.read_text("utf-8").splitlines() if line[0] != "#")
    return dict(row for row in rows)
