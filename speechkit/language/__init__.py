"""What belongs to a language: subtags, the main language of a recording, folding, number words."""

from speechkit.core.text import primary_subtag
from speechkit.language.cardinal_tables import Cardinals, cardinals, digits_of_words, pronounced
from speechkit.language.clinical.forms import differ_at_once, plain, plain_tokens, same_form
from speechkit.language.clinical.terms import Entry, by_stem, stems, term_lines, term_rows
from speechkit.language.folding import fold, fold_word
from speechkit.language.numerals import cardinal, digit_words
from speechkit.language.phrases_table import NumberPhrases, number_phrases, phrase_tree, phrases
from speechkit.language.recording_language import main_language
from speechkit.language.scripts import main_script, script_of_language, scripts_of_language

__all__ = [
    "Cardinals",
    "Entry",
    "NumberPhrases",
    "by_stem",
    "cardinal",
    "cardinals",
    "differ_at_once",
    "digit_words",
    "digits_of_words",
    "fold",
    "fold_word",
    "main_language",
    "main_script",
    "number_phrases",
    "phrase_tree",
    "phrases",
    "plain",
    "plain_tokens",
    "primary_subtag",
    "pronounced",
    "same_form",
    "script_of_language",
    "scripts_of_language",
    "stems",
    "term_lines",
    "term_rows",
]
