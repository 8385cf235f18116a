"""English as Whisper's EnglishTextNormalizer has it, written to be fast; and a spoken variant.

Source of the behaviour: openai-whisper, `whisper/normalizers/english.py` and `basic.py`; equality
is tested on real transcripts and on random text. All that looks at one word only is done once a
distinct word and remembered, which makes it many times faster on conversations.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib.resources import files

from speechkit.benchmark.normalise.numbers import POWERS, NumberWriter

_BRACKETS = re.compile(r"[<\[][^>\]]*[>\]]")
_PARENTHESES = re.compile(r"\(([^)]+?)\)")
_BRACES = re.compile(r"\{[^{}]*\}")
_FILLERS = re.compile(r"\b(?:hmm|mm|mhm|mmm|uh|um)\b")
_APART = re.compile(r"\s+'")
# Looks at the next word, so it comes before the words are taken one by one. "let's" is "let us".
_PERFECT = re.compile(r"'(?:(?<!\blet')(s) (been|gone|got)|(d) (been|gone|done))\b")

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

# The spoken variant: spellings of one and the same spoken word, and sounds that carry nothing.
_SAME = {
    "okay": "ok", "k": "ok", "mum": "mom", "mummy": "mommy", "yeah": "yes", "yep": "yes",
    "yea": "yes", "yah": "yes", "nope": "no", "nah": "no", "kinda": "kind of",
    "sorta": "sort of", "dunno": "do not know", "alright": "all right", "goodbye": "bye",
    "ohh": "oh", "ohhh": "oh", "ahh": "ah", "ahhh": "ah", "cos": "because", "cuz": "because",
}  # fmt: skip
_NOT_SAID = frozenset({"er", "erm", "uhm", "umm", "uhh", "hm", "mmhmm", "uhhuh", "em"})


class English:
    """Text → tokens. `spoken` adds what conversations need (see `normalise`)."""

    def __init__(self, *, spoken: bool = False) -> None:
        self.spoken = spoken
        self.numbers = NumberWriter(frozenset(("o", "zero") if spoken else ("o", "oh", "zero")))
        self.spelling = _spelling()

    def __call__(self, text: str) -> list[str]:
        """Return the tokens to compare."""
        text = text.lower()
        if self.spoken:
            text = _BRACES.sub(" ", text)
        text = _FILLERS.sub("", _PARENTHESES.sub("", _BRACKETS.sub("", text)))
        text = _PERFECT.sub(_perfect, _APART.sub("'", text))
        # Most that is to be done, a word at a time; "and a half" has to see words still whole.
        if "half" in text:
            text = _split_digits(self._halves(" ".join(map(_clean_word, text.split()))))
        else:
            text = " ".join(map(_clean_and_split, text.split()))
        words = self._numbers(_ORDINAL.sub(r"\1\2", text).split())
        text = " ".join([self.spelling.get(word, word) for word in words])
        if any(sign in text for sign in _KEPT):
            text = _LOOSE_PERCENT.sub(r"\1 ", _LOOSE_PREFIX.sub(r" \1", text))
        tokens = text.split()
        return _spoken_tokens(tokens) if self.spoken else tokens

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


@lru_cache(maxsize=1 << 16)
def _clean_word(word: str) -> str:
    """Do what needs no neighbour: contractions, commas and full stops, symbols, diacritics."""
    for pattern, replacement in _RULES:
        word = pattern.sub(replacement, word)
    # The space stands for the white space that follows: it may be taken by a full stop.
    word = _FULL_STOP.sub(r" \1", _DIGIT_COMMA.sub(r"\1\2", word) + " ")
    return "".join(map(_clean_char, unicodedata.normalize("NFKD", word)))


@lru_cache(maxsize=1 << 16)
def _clean_and_split(word: str) -> str:
    return _split_digits(_clean_word(word))


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


def _perfect(match: re.Match[str]) -> str:
    if match[1]:
        return f" has {match[2]}"
    return f" had {match[4]}"


def _with_cents(match: re.Match[str]) -> str:
    return f"{match[1]}{match[2]}.{int(match[3]):02d}"


def _only_cents(match: re.Match[str]) -> str:
    return f"¢{int(match[1])}"


def _spoken_tokens(tokens: list[str]) -> list[str]:
    same = (_SAME.get(token, token) for token in tokens if token not in _NOT_SAID)
    return " ".join(same).split()


@lru_cache(maxsize=1)
def _spelling() -> dict[str, str]:
    table = files("speechkit.benchmark.normalise") / "data" / "en_spelling.tsv"
    rows = (line.split("\t") for line in table.read_text("utf-8").splitlines() if line[0] != "#")
    return dict(row for row in rows)
