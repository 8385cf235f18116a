"""Words as the ear has them: what is compared when listening again.

Text is folded (case, accents, punctuation), number words become digits, runs of digits become one
number and spelled letters one string, so that "five, five - 5" is "555" and "C-A-L-L-A" is "calla".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from speechkit.core.types import Word
from speechkit.language import digits_of_words, fold, primary_subtag

Kind = Literal["word", "digits", "letters"]


class Token(NamedTuple):
    """A word, number or spelled string and its time. Never logged: it is what a person said."""

    text: str
    kind: Kind
    start: float
    end: float

    def __repr__(self) -> str:
        return f"Token(<{len(self.text)}>, {self.kind}, {self.start}, {self.end})"


_PIECES = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’]s$")
_MIXED = re.compile(r"\d+|[^\W\d_]+")

# Words that are a number only beside others: "oh" in "four oh seven", "double" in "double five".
_ZEROS = frozenset({"oh", "o"})
_REPEATS = {"double": 2, "triple": 3, "doble": 2}
_FILLERS = frozenset({"uh", "um", "er", "dash", "hyphen", "minus", "euh", "eh", "ah", "guion"})


_LANGUAGES = ("de", "en", "es", "fr")


def _known(language: str) -> str:
    """Return a language that has number words here: its own, else English."""
    code = primary_subtag(language)
    return code if code in _LANGUAGES else "en"


def tokens_of(text: str) -> tuple[str, ...]:
    """Return the folded words of a text; "'s" is dropped, digits and letters are parted.

    >>> tokens_of("Müller's B12, so-called")
    ('muller', 'b', '12', 'so', 'called')
    """
    found: list[str] = []
    for piece in _PIECES.findall(fold(text)):
        bare = _POSSESSIVE.sub("", piece)
        found += _MIXED.findall(bare.replace("'", "").replace("’", ""))
    return tuple(found)


def number_of(token: str, language: str) -> str | None:
    """Return the digits a folded token stands for, or None.

    >>> number_of("seven", "en"), number_of("12", "en"), number_of("may", "en")
    ('7', '12', None)
    """
    if token.isdecimal():
        return "".join(str(unicodedata.digit(char)) for char in token)
    return digits_of_words(_known(language)).get(token)


def is_number(text: str, language: str) -> bool:
    """Say whether a word is a number, or a part of one ("oh", "double").

    >>> is_number("Five,", "en"), is_number("555-1234.", "en"), is_number("milligrams", "en")
    (True, True, False)
    """
    tokens = tokens_of(text)
    return bool(tokens) and all(
        number_of(token, language) is not None or token in _ZEROS or token in _REPEATS
        for token in tokens
    )


def is_letters(text: str) -> bool:
    """Say whether a word is letters read out one by one ("C", "C-A-L-L-A", "N.").

    >>> is_letters("C-A-L-L-A,"), is_letters("Calla")
    (True, False)
    """
    tokens = tokens_of(text)
    return bool(tokens) and all(len(token) == 1 and token.isalpha() for token in tokens)


def listen(words: Iterable[Word], language: str) -> tuple[Token, ...]:
    """Return words as tokens: numbers and spelled letters joined into one each.

    Letters that stand alone stay words ("a", "I"); two or more in a row are spelled.

    >>> from speechkit.core.types import Word
    >>> said = ["Diane's", "C-A-L-L,", "double", "five", "oh", "uh", "12."]
    >>> words = [Word(text=text, start=i, end=i + 1) for i, text in enumerate(said)]
    >>> [(token.text, token.kind, token.start, token.end) for token in listen(words, "en")]
    [('diane', 'word', 0, 1), ('call', 'letters', 1, 2), ('55012', 'digits', 2, 7)]
    """
    pieces = [
        Token(piece, "word", word.start, word.end)
        for word in words
        for piece in tokens_of(word.text)
    ]
    joined: list[Token] = []
    at = 0
    while at < len(pieces):
        number, after = _number_run(pieces, at, language)
        if number is None:
            number, after = _letter_run(pieces, at)
        if number is None:
            number, after = pieces[at], at + 1
        joined.append(number)
        at = after
    return tuple(joined)


def _number_run(pieces: Sequence[Token], at: int, language: str) -> tuple[Token | None, int]:
    digits, end, index, repeat, counted = "", at, at, 1, False
    while index < len(pieces):
        text = pieces[index].text
        number = number_of(text, language)
        if number is not None:
            # "twenty four" is 24, not 204.
            tens = index > at and _is_tens(pieces[index - 1].text, language)
            if tens and len(number) == 1 and number != "0":
                digits = digits[:-1]
            digits += number * repeat
            repeat, end, counted = 1, index + 1, True
        elif text in _ZEROS and _beside_number(pieces, index, language):
            digits += "0" * repeat
            repeat, end = 1, index + 1
        elif text in _REPEATS and repeat == 1:
            repeat = _REPEATS[text]
        elif not (text in _FILLERS and digits):
            break
        index += 1
    if not counted:
        return None, at
    return Token(digits, "digits", pieces[at].start, pieces[end - 1].end), end


def _is_tens(text: str, language: str) -> bool:
    value = "" if text.isdecimal() else number_of(text, language) or ""
    return len(value) == 2 and value[0] > "1" and value[1] == "0"


def _beside_number(pieces: Sequence[Token], index: int, language: str) -> bool:
    beside = [*pieces[max(0, index - 1) : index], *pieces[index + 1 : index + 2]]
    return any(number_of(p.text, language) is not None or p.text in _REPEATS for p in beside)


def _letter_run(pieces: Sequence[Token], at: int) -> tuple[Token | None, int]:
    letters, index = "", at
    while index < len(pieces):
        text = pieces[index].text
        doubled = text == "double" and index + 1 < len(pieces)
        if doubled and _is_letter(pieces[index + 1].text):
            letters += pieces[index + 1].text * 2
            index += 2
        elif _is_letter(text):
            letters += text
            index += 1
        else:
            break
    if len(letters) < 2:
        return None, at
    return Token(letters, "letters", pieces[at].start, pieces[index - 1].end), index


def _is_letter(text: str) -> bool:
    return len(text) == 1 and text.isalpha()
