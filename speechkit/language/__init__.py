"""What belongs to a language: subtags, the main language of a recording, folding, number words."""

from speechkit.core.text import primary_subtag
from speechkit.language.cardinals import Cardinals, cardinals, digits_of_words, pronounced
from speechkit.language.folding import fold, fold_word
from speechkit.language.main_language import main_language
from speechkit.language.number_phrases import NumberPhrases, number_phrases, phrase_tree
from speechkit.language.numerals import cardinal, digit_words

__all__ = [
    "Cardinals",
    "NumberPhrases",
    "cardinal",
    "cardinals",
    "digit_words",
    "digits_of_words",
    "fold",
    "fold_word",
    "main_language",
    "number_phrases",
    "phrase_tree",
    "primary_subtag",
    "pronounced",
]
