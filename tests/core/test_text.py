"""Words are found in text exactly, whatever spacing and punctuation stand between them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from speechkit.core.errors import InputError
from speechkit.core.text import join_words, word_offsets
from speechkit.core.types import Segment, Word

WORD = st.text(alphabet="abcé'5客.", min_size=1, max_size=6).filter(
    lambda word: any(char.isalnum() for char in word)
)
GAP = st.text(alphabet=" \n,.—…", min_size=1, max_size=3)


def make(text: str, words: list[str]) -> Segment:
    spoken = tuple(Word(text=word, start=0.0, end=0.0) for word in words)
    return Segment(id="seg", start=0.0, end=1.0, text=text, words=spoken)


# Making letters of all scripts is slow where the machine is busy.
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(WORD, max_size=8))
def test_joined_words_are_found_where_they_were_put(words: list[str]) -> None:
    for language in ("en", "ja"):
        segment = make(join_words(words, language), words)
        assert [segment.text[a:b] for a, b in word_offsets(segment)] == words


@given(st.lists(st.tuples(GAP, st.from_regex(r"[a-zé]{1,5}", fullmatch=True)), max_size=8), GAP)
def test_other_spacing_and_punctuation(pairs: list[tuple[str, str]], end: str) -> None:
    text, expected = "", []
    for gap, word in pairs:
        text += gap
        expected.append((len(text), len(text) + len(word)))
        text += word
    assert list(word_offsets(make(text + end, [word for _, word in pairs]))) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [("Ann", ["An"]), ("Anna", ["nna"]), ("a b", ["b"]), ("a", ["a", "a"]), ("", ["a"])],
)
def test_a_word_is_never_found_inside_another(text: str, words: list[str]) -> None:
    with pytest.raises(InputError, match="seg"):
        word_offsets(make(text, words))
