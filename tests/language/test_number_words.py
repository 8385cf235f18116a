"""The tables of number words agree with each other: what is said is read as the same number."""

from __future__ import annotations

import pytest

from speechkit.benchmark.normalize.numbers_world import LANGUAGES, NumberWords
from speechkit.language import cardinal, cardinals, digits_of_words, fold
from speechkit.language.phrases_table import phrases


@pytest.mark.parametrize("language", ["es", "fr", "de", "it"])
def test_what_is_pronounced_is_read_back_as_the_same_number(language: str) -> None:
    reader = NumberWords(language)
    for number in [*range(2, 130), 200, 264, 999, 1995, 2026, 21_000]:
        words = [fold(word) for word in cardinal(number, language)]
        if language == "de" and "und" in words:
            continue  # parts of one word there
        assert reader.rewrite(words) == [str(number)], (language, number)


@pytest.mark.parametrize("language", ["en", "es", "fr", "de"])
def test_the_phrases_that_are_recognized_hold_every_word_of_the_cardinals(language: str) -> None:
    known = {way: digits for options in phrases(language).values() for way, digits in options}
    rare = {"septante", "huitante", "octante", "nonante", "vingts", *cardinals(language).respelled}
    for word, digits in digits_of_words(language).items():
        assert word in rare or known.get((word,)) == digits, word


def test_every_language_of_the_normalizer_has_a_table() -> None:
    assert all(cardinals(language).ones for language in LANGUAGES)
    with pytest.raises(KeyError):
        cardinals("xx")
