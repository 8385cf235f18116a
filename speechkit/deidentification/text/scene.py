"""What recognizers share: a find, the conversation under examination, how name-like a word is."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache

import msgspec

from speechkit.core.types import Identifier
from speechkit.deidentification.text import lists
from speechkit.deidentification.text.cues import Language, phrase
from speechkit.deidentification.text.numbers import number_at
from speechkit.deidentification.text.sequences import Run, runs
from speechkit.deidentification.text.tokens import (
    COMMA,
    NONE,
    SPACE,
    STOP,
    TURN,
    Conversation,
    Token,
)


class Find(msgspec.Struct, frozen=True, order=True):
    """An identifier at offsets of a conversation's text. Never carries the words."""

    start: int
    end: int
    identifier: Identifier
    score: float
    detector: str


class Scene:
    """A conversation with what is known about it: language, numbers, turns."""

    def __init__(self, conversation: Conversation, language: Language) -> None:
        self.conversation = conversation
        self.language = language
        self.tokens = conversation.tokens
        self.cues = language.cues
        self._likeness: dict[int, int] = {}

    def __repr__(self) -> str:
        return f"Scene({self.language.code}, {self.conversation!r})"

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """Runs of numbers and letters."""
        return runs(self.conversation, self.language.code, self.cues.spelled.sure_letters)

    @cached_property
    def lines(self) -> tuple[tuple[int, int], ...]:
        """First token and token after the last of each turn."""
        found: list[tuple[int, int]] = []
        start = 0
        for index in range(1, len(self.tokens) + 1):
            if self.conversation.gap(index) == TURN or index == len(self.tokens):
                found.append((start, index))
                start = index
        return tuple(found)

    @cached_property
    def states(self) -> frozenset[int]:
        """Tokens of countries and states of several words ("West Virginia"): no identifiers."""
        found: set[int] = set()
        starts = lists.long_countries()
        for index, token in enumerate(self.tokens):
            for words in starts.get(token.key, ()):
                after = index + len(words)
                if after <= len(self.tokens) and all(
                    self.tokens[index + at].key == word
                    and (at == 0 or self.conversation.gap(index + at) <= SPACE)
                    for at, word in enumerate(words)
                ):
                    found.update(range(index, after))
        return frozenset(found)

    def line_of(self, index: int) -> tuple[int, int]:
        """Return (first, after) of the turn that a token is in."""
        return self.lines[self.tokens[index].line]

    def before(self, index: int, num_words: int) -> str:
        """Return up to `num_words` words before a token, in plain text, turns included."""
        first = max(0, index - num_words)
        if first >= index:
            return ""
        start, end = self.conversation.plain_span(first, index)
        return self.conversation.plain[start:end]

    def following(self, index: int, num_words: int) -> str:
        """Return up to `num_words` words from a token on within its turn."""
        if index >= len(self.tokens):
            return ""
        end = min(index + num_words, self.line_of(index)[1])
        return self.conversation.words(index, end)

    def previous_line(self, index: int) -> str:
        """Return the turn before the one of a token, as plain text; empty at the start."""
        line = self.tokens[index].line
        if line == 0:
            return ""
        return self.conversation.words(*self.lines[line - 1])

    def find(
        self, first: int, after: int, identifier: Identifier | str, score: float, detector: str
    ) -> Find:
        """Return a find over tokens first … after-1."""
        start, end = self.conversation.span(first, after)
        if identifier == "ORG" and self.tokens[after - 1].key.endswith("'s"):
            end += 2  # "Saint Modan's" is the name, "Sadler's" is not
        return Find(start, end, Identifier(identifier), score, detector)

    def word(self, index: int) -> str:
        """Return a token's key without a possessive."""
        return self.tokens[index].key.removesuffix("'s")

    def is_word(self, index: int) -> bool:
        """Say whether a token is an everyday word rather than a name."""
        return is_everyday(self.word(index), self.language.code)

    def follows(self, index: int, words: frozenset[str]) -> bool:
        """Say whether one of some words stands right before a token."""
        near = index > 0 and self.conversation.gap(index) <= SPACE
        return near and self.tokens[index - 1].key in words

    def starts_sentence(self, index: int) -> bool:
        """Say whether a capital at a token means nothing."""
        return self.conversation.gap(index) >= STOP

    def likeness(self, index: int) -> int:
        """Return how name-like a token is by itself.

        3 a name and hardly anything else, 2 no everyday word, 1 a word that may be a name, 0 none.
        """
        if index not in self._likeness:
            self._likeness[index] = self._rate(index)
        return self._likeness[index]

    def _rate(self, index: int) -> int:
        token = self.tokens[index]
        word = self.word(index)
        if len(word) < 2 or not word[0].isalpha() or ("'" in word and word.split("'")[0] in _SHORT):
            return 0
        if index in self.states:
            return 0
        stop = word in self.language.stopwords
        marked = self.conversation.cased and token.capital and not self.starts_sentence(index)
        if is_negative(word, self.language.code) or is_negative(token.key, self.language.code):
            return 0
        if word in self.cues.spelled.acronyms and word not in _SHORT_NAMES:
            return 0
        if self._is_medical(index) or self._is_drug(index, word):
            return 0
        if word in self._kin and (not marked or self.cues.nouns_capital):
            return 0
        first = word in lists.first_names()
        if self.conversation.cased:
            if token.shouted and len(word) < 5:
                return 0
            if stop:
                return 1 if marked and first and not self._month(word) else 0
            if not token.text[0].isupper():
                return 1 if first and not self.is_word(index) else 0
        elif stop:
            return 0
        if self._month(word):
            return 1 if first and marked else 0
        return self._rate_by_lists(index, word, first, marked)

    def _rate_by_lists(self, index: int, word: str, first: bool, marked: bool) -> int:
        everyday = self.is_word(index)
        if first and marked and word not in lists.common_first_names(self.language.code):
            first = not everyday
        if word in ("ray", "rays") and index and self.tokens[index - 1].key == "x":
            return 0
        if first:
            return 3 if marked or not everyday else 1
        surname = lists.surnames().get(word, 99_999) < 60_000
        if marked:
            rare = not everyday and not (
                lists.is_word(word, self.language.code) or _drug_ending(word)
            )
            rare = rare and not self.cues.nouns_capital
            return 2 if (surname and not everyday) or rare else 1
        if not everyday:
            listed = lists.is_listed(word, self.language.code) and not surname
            return 2 if surname or not listed or word in lists.places() else 1
        return 1 if surname and lists.frequency(word, self.language.code) < 4.9 else 0

    def likeness_or_place(self, index: int) -> bool:
        """Say whether a word of the gazetteer is meant as a place: marked, or no everyday word."""
        word = self.word(index)
        token = self.tokens[index]
        if word in self.language.stopwords or len(word) < 3:
            return False
        if is_negative(word, self.language.code) or self._month(word):
            return False
        if self.conversation.cased:
            common = self.is_word(index) and lists.frequency(word, self.language.code) >= 5.0
            return token.text[0].isupper() and not (
                common or (self.starts_sentence(index) and self.is_word(index))
            )
        return not self.is_word(index)

    @cached_property
    def _kin(self) -> frozenset[str]:
        """Words for relatives: "Oma", "Mann" are nobody's name."""
        names = self.cues.names
        return frozenset(names.relations) - lists.common_first_names(self.language.code)

    def _month(self, word: str) -> bool:
        return word in self.cues.months or word in self.cues.month_short

    def _is_drug(self, index: int, word: str) -> bool:
        """Say whether a word no list of first names has is taken or dosed: a drug."""
        if word in lists.first_names():
            return False
        after = index + 1
        if after < len(self.tokens) and self.conversation.gap(after) <= COMMA:
            number = number_at(self.conversation, after, self.language.code)
            if number is not None and self.language.doses_after.match(
                self.following(number.after, 2)
            ):
                return True
        before = self.before(index, min(3, index - self.line_of(index)[0]))
        return any(match.end() == len(before) for match in self._drug_cue.finditer(before))

    @cached_property
    def _drug_cue(self) -> re.Pattern[str]:
        return phrase(self.cues.context.drug_before)

    def _is_medical(self, index: int) -> bool:
        """Say whether what follows makes the word an eponym ("Parkinson's disease")."""
        after = index + 1
        if after >= len(self.tokens) or self.conversation.gap(after) > SPACE:
            return False
        return self.tokens[after].key in self.cues.context.negative_after

    def extend_name(self, first: int, after: int, least: int) -> int:
        """Return the token after a name that starts at `first`, taking name-like words."""
        limit = min(first + 4, len(self.tokens))
        while after < limit and self.conversation.gap(after) <= SPACE:
            if self.tokens[after - 1].key.endswith("'s"):
                break
            if self.likeness(after) >= least:
                after += 1
                continue
            joined = (
                after + 1 < len(self.tokens)
                and self.likeness(after + 1) >= least
                and self.conversation.gap(after + 1) <= SPACE
            )
            initial = len(self.tokens[after].key) == 1 and self.tokens[after].capital
            if joined and (initial or self.tokens[after].key in _PARTICLES):
                after += 2
                continue
            if least > 1 and self._is_last_name(first, after):
                after += 1
                break
            if self.conversation.gap(after) == NONE and self.tokens[after].text[0].isupper():
                after += 1
                continue
            break
        return min(after, len(self.tokens))

    def _is_last_name(self, first: int, index: int) -> bool:
        """Say whether an everyday word ends a name in text without capitals: "tiffany bell"."""
        word = self.word(index)
        named = any(self.likeness(at) == 3 for at in range(first, index))
        return (
            named
            and not self.conversation.cased
            and word not in self.language.stopwords
            and lists.surnames().get(word, 99_999) < _COMMON_SURNAMES
            and (
                lists.frequency(word, self.language.code) < 4.9
                or self.conversation.gap(index + 1) >= COMMA
            )
        )

    def is_known_name(self, index: int) -> bool:
        """Say whether a list of first or family names has a token."""
        word = self.word(index)
        return word in lists.first_names() or lists.surnames().get(word, 99_999) < 60_000


_COMMON_SURNAMES = 4_000  # by the US census
_SHORT_NAMES = frozenset("al ed cat pat sid".split())
_SHORT = frozenset("i you he she it we they who what that there here let where how y'all".split())
_PARTICLES = frozenset(
    "de la del los las da do dos du des le van von vom der den zu zum zur y e bin al el ben mac mc st "
    "san santa".split()
)


@lru_cache(maxsize=65536)
def is_everyday(word: str, language: str) -> bool:
    """Say whether a folded word is an everyday word: in the lexicon, or common and no name."""
    often = lists.frequency(word, language)
    rank = lists.surnames().get(word, 99_999)
    first = word in lists.first_names()
    if lists.is_word(word, language):
        return often >= 3.5 or not (first or rank < 60_000 or word in lists.places())
    if word in lists.common_first_names(language):
        return False
    if language != "en" and lists.is_native(word, language):
        return True
    if first or rank < 30_000:
        return often >= 4.6 and rank > 1_000
    if word in lists.places():
        return False
    if language == "en":
        return often >= (4.0 if lists.is_listed(word, language) else 4.5)
    return often >= 3.0


def is_negative(word: str, language: str) -> bool:
    """Say whether a word is a drug, an eponym, a country, a language or a day."""
    from speechkit.deidentification.text.negatives import negatives

    return (
        word in negatives(language)
        or (word in lists.countries() and word not in lists.common_first_names("en"))
        or (word in lists.drugs() and word not in lists.first_names())
        or _drug_ending(word)
    )


_DRUG_ENDINGS = (
    "cillin", "cilina", "cilline", "zillin", "mycin", "micina", "mycine", "oxacin", "oxacino",
    "prazole", "prazol", "statin", "statina", "statine", "sartan", "pril", "olol", "dipine",
    "dipino", "zepam", "azolam", "codone", "profen", "profeno", "profene", "cycline", "ciclina",
    "formin", "formina", "triptan", "gliptin", "gliflozin", "parin", "parina", "mab", "tinib",
    "caine", "caina", "setron", "thiazide", "tidine", "terol", "sone", "solone", "solona",
    "nazole", "conazol", "vir", "tadine", "oxetine", "oxetina", "pram", "triptyline", "barbital",
    "semide", "lukast", "amide", "amida", "azine", "azina", "itis", "osis", "emia", "aemia",
    "ectomy", "oma", "iasis", "gram", "grams", "plegia", "rrhea", "rrhoea", "esis", "ative",
    "opia", "ological", "skeletal", "icular", "scopic",
    "otomy", "oscopy", "ology", "algia", "pathy", "uria", "plasty", "ography",
)  # fmt: skip


def _drug_ending(word: str) -> bool:
    return len(word) > 6 and word.endswith(_DRUG_ENDINGS) and word not in lists.first_names()


__all__ = ["COMMA", "NONE", "SPACE", "STOP", "TURN", "Find", "Scene", "Token", "is_everyday"]
