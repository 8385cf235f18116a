"""Words and text: how words make a segment's text, and where each of them stands in it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from speechkit.core.errors import InputError
from speechkit.core.time import round_ms
from speechkit.core.types import Segment, Word

# Languages written without spaces between words; the ones whisper splits by character
# (whisper.tokenizer.Tokenizer.split_to_word_tokens).
UNSPACED = frozenset({"zh", "yue", "ja", "th", "lo", "my"})


def primary_subtag(language: str) -> str:
    """Return the primary subtag of a language tag (BCP 47; an underscore is accepted).

    >>> primary_subtag("es-MX"), primary_subtag("pt_BR"), primary_subtag("EN"), primary_subtag("")
    ('es', 'pt', 'en', '')
    """
    return language.replace("_", "-").partition("-")[0].strip().lower()


def is_unspaced(language: str) -> bool:
    """Say whether a language (ISO 639, region allowed) is written without spaces between words.

    >>> is_unspaced("zh-TW"), is_unspaced("en"), is_unspaced("")
    (True, False, False)
    """
    return primary_subtag(language) in UNSPACED


def join_words(words: Iterable[str], language: str) -> str:
    """Return the text that words make: joined by a space, or by nothing in unspaced languages.

    >>> join_words(["Good", "morning,", "Diane."], "en")
    'Good morning, Diane.'
    >>> join_words(["お", "早う"], "ja")
    'お早う'
    """
    return ("" if is_unspaced(language) else " ").join(words)


def evenly_timed_words(segment: Segment) -> tuple[Word, ...]:
    """Return the words of a segment that has none yet, sharing its time evenly.

    >>> evenly_timed_words(Segment(id="", start=1.0, end=2.0, text="good morning"))[1].start
    1.5
    """
    texts = segment.text.split()
    step = (segment.end - segment.start) / max(1, len(texts))
    return tuple(
        Word(
            text=text,
            start=round_ms(segment.start + index * step),
            end=round_ms(segment.start + (index + 1) * step),
        )
        for index, text in enumerate(texts)
    )


def word_offsets(segment: Segment) -> tuple[tuple[int, int], ...]:
    """Return (start_char, end_char) in `segment.text` for each of its words, in order.

    Between words there may be any spacing and punctuation, but no letter, digit or mark: so a
    word is never found inside another one. Where people edited punctuation, a word is found by
    its text without the punctuation around it.

    Raises:
        InputError: if words and text do not go together; says which word, not what it is.

    >>> from speechkit.core.types import Word
    >>> def make(text, *words):
    ...     spoken = tuple(Word(text=word, start=0, end=0) for word in words)
    ...     return Segment(id="s", start=0, end=1, text=text, words=spoken)
    >>> word_offsets(make("Good morning, Diane.", "Good", "morning,", "Diane."))
    ((0, 4), (5, 13), (14, 20))
    >>> word_offsets(make(" A  cat — a  dog!", "A", "cat", "a", "dog"))
    ((1, 2), (4, 7), (10, 11), (13, 16))
    >>> word_offsets(make("お早う", "お", "早う"))
    ((0, 1), (1, 3))
    >>> word_offsets(make("Yes; Diane", "Yes,", "Diane"))
    ((0, 3), (5, 10))
    >>> word_offsets(make("concatenate", "cat"))
    Traceback (most recent call last):
        ...
    speechkit.core.errors.InputError: segment s: word 1 of 1 is not where its text has it
    """
    offsets: list[tuple[int, int]] = []
    at = 0
    for index, word in enumerate(segment.words):
        found = _find(segment.text, word.text, at) or _find(segment.text, _bare(word.text), at)
        if found is None:
            raise _mismatch(segment, index)
        offsets.append(found)
        at = found[1]
    if segment.words and any(_is_spoken(char) for char in segment.text[at:]):
        raise _mismatch(segment, len(segment.words) - 1)
    return tuple(offsets)


def _find(text: str, word: str, at: int) -> tuple[int, int] | None:
    """Find `word` at or after `at`, passing over spacing and punctuation only."""
    while not text.startswith(word, at):
        if at >= len(text) or _is_spoken(text[at]):
            return None
        at += 1
    return at, at + len(word)


def _bare(word: str) -> str:
    spoken = [index for index, char in enumerate(word) if _is_spoken(char)]
    return word[spoken[0] : spoken[-1] + 1] if spoken else ""


def _is_spoken(char: str) -> bool:
    return unicodedata.category(char)[0] in "LNM"


def _mismatch(segment: Segment, index: int) -> InputError:
    return InputError(
        f"segment {segment.id}: word {index + 1} of {len(segment.words)} "
        "is not where its text has it"
    )
