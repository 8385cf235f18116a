"""Is a word an everyday one, or rather a name? Told from how common it is and who bears it."""

from __future__ import annotations

from functools import lru_cache

from speechkit.deidentification.text import lists

# How common a word must be to count as everyday, in powers of ten per thousand million words
# (wordfreq's Zipf scale), by what else is known about it. Fitted on the developers' gold texts.
_LISTED_NAME = 3.5  # in the lexicon, and a name or a town too
_ANY_NAME = 4.6  # in no lexicon, but a name: "may"
_LISTED_ENGLISH = 4.0  # in the lexicon's spelling list only
_UNLISTED_ENGLISH = 4.5
_OTHER_LANGUAGES = 3.0
# Ranks of family names in the US census.
SURNAME_RANK = 60_000  # borne by some 200 people and more: a known family name
_FREQUENT_SURNAME = 30_000
_COMMONEST_SURNAME = 1_000


@lru_cache(maxsize=65536)
def is_everyday(word: str, language: str) -> bool:
    """Say whether a folded word is an everyday word: in the lexicon, or common and no name."""
    zipf = lists.frequency(word, language)
    rank = lists.surname_rank(word)
    first = word in lists.first_names()
    if lists.is_word(word, language):
        named = first or rank < SURNAME_RANK or word in lists.places()
        return zipf >= _LISTED_NAME or not named
    if word in lists.common_first_names(language):
        return False
    if language != "en" and lists.is_native(word, language):
        return True
    if first or rank < _FREQUENT_SURNAME:
        return zipf >= _ANY_NAME and rank > _COMMONEST_SURNAME
    if word in lists.places():
        return False
    if language == "en":
        listed = lists.is_listed(word, language)
        return zipf >= (_LISTED_ENGLISH if listed else _UNLISTED_ENGLISH)
    return zipf >= _OTHER_LANGUAGES
