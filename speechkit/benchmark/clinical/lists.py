"""The term lists of `language.clinical`, read once, as they look after the normalizer."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files

import msgspec

from speechkit.benchmark.normalize import normalizer_for
from speechkit.language.clinical.forms import plain, plain_tokens
from speechkit.language.clinical.terms import Entry, by_stem, stems, term_lines, term_rows

Phrase = tuple[str, ...]
_REMEMBERED = 1 << 16  # words

_LISTS = {"drugs": "drug", "body": "body", "symptoms": "symptom", "conditions": "condition"}
NEGATIONS = frozenset(
    "no not never none nothing nobody without neither nor nope nah cannot denies denied deny "
    "denying non avoid avoiding".split()
    # "don't" as some systems write it
    + "don doesn didn hasn haven hadn isn wasn aren weren couldn wouldn shouldn".split()
)
_SIDES = {
    "left": "left", "right": "right", "bilateral": "both", "bilaterally": "both",
    "both sides": "both", "left sided": "left", "right sided": "right", "left hand side": "left",
    "right hand side": "right",
}  # fmt: skip


class MayBegin(dict[str, bool]):
    """Whether a term may begin with a word; remembered, as words come again."""

    def __init__(self, first: frozenset[str]) -> None:
        super().__init__()
        self.first = first

    def __missing__(self, word: str) -> bool:
        known = word in self.first or word[0] in "0123456789" or by_stem(word) is not None
        if len(self) < _REMEMBERED:
            self[word] = known
        return known


class Lexicon(msgspec.Struct, frozen=True, kw_only=True):
    """Phrases by their first token, longest first, and the second words of these ("" of one word);
    words that are a term by themselves and begin no longer one; units with their factor; the words
    that name a part of the body. Words are in their plain form."""

    may_begin: MayBegin
    simple: dict[str, Entry]
    phrases: dict[str, list[tuple[Phrase, Entry]]]
    seconds: dict[str, frozenset[str]]
    units: dict[str, list[tuple[Phrase, str, Fraction]]]
    body: frozenset[str]


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Read all lists; terms pass the normalizer, so that they look as they do in a transcript."""
    phrases = _terms()
    units: dict[str, list[tuple[Phrase, str, Fraction]]] = {}
    for unit, factor, forms in term_rows("units.tsv"):
        for form in forms.split("|"):
            phrase = tuple(plain_tokens(form.split()))
            units.setdefault(phrase[0], []).append((phrase, unit, Fraction(factor)))
    by_first: dict[str, list[tuple[Phrase, Entry]]] = {}
    for phrase, entry in phrases.items():
        by_first.setdefault(phrase[0], []).append((phrase, entry))
    for found in by_first.values():
        found.sort(key=lambda item: -len(item[0]))
    for known in units.values():
        known.sort(key=lambda item: -len(item[0]))
    simple = {
        word: entries[0][1]
        for word, entries in by_first.items()
        if len(entries) == 1 and entries[0][0] == (word,) and entries[0][1].category != "side"
    }
    return Lexicon(
        may_begin=MayBegin(
            frozenset(by_first)
            | {"one", "half", "couple", "dozen", "fortnight", "once", "twice", "thrice"}
        ),
        simple=simple,
        phrases=by_first,
        seconds={
            first: frozenset((*phrase, "")[1] for phrase, _ in found)
            for first, found in by_first.items()
        },
        units=units,
        body=frozenset(p[-1] for p, entry in phrases.items() if entry.category == "body"),
    )


def _terms() -> dict[Phrase, Entry]:
    """Return all phrases. A later list wins: "chest pain" is a symptom, "stomach pain" too."""
    tokens = normalizer_for("en").tokens
    none = stems().none
    phrases: dict[Phrase, Entry] = {}

    def add(forms: Iterable[str], entry: Entry) -> None:
        for form in forms:
            phrase = tuple(plain_tokens(tokens(form)))
            if not phrase or phrase in stop or form in none:
                continue
            phrases[phrase] = entry
            # "co codamol", "cocodamol": how a compound is split is not an error.
            phrases[("".join(phrase),)] = entry

    stop = {(plain(word),) for word in none}
    for category, value, forms in term_rows("wordnet.tsv"):
        names = forms.split("|")
        told = next(filter(None, map(by_stem, names)), None)  # WordNet calls some diseases symptoms
        add(names, Entry(told.category if told else category, value))
    for file in ("body", "symptoms", "conditions"):
        for line in term_lines(f"{file}.txt"):
            add((line,), Entry(_LISTS[file], line))
    for line in term_lines("drugs.txt"):
        add((line,), Entry("drug", line))
    # A brand and its substance, an American name and a British one, are one drug.
    for category, value, forms in term_rows("drug_names.tsv"):
        add(forms.split("|"), Entry(category, value))
    for category, value, forms in term_rows("everyday.tsv"):
        add(forms.split("|"), Entry(category, value))
    for value, forms in term_rows("frequencies.tsv"):
        for form in forms.split("|"):
            # Letters said apart ("b d") are one word in newer normalizers and two in older ones.
            for phrase in (tokens(form), form.split()):
                phrases[tuple(plain_tokens(phrase))] = Entry("frequency", value)
    phrases.update({(word,): Entry("negation", "not") for word in NEGATIONS})
    phrases.update({(plain(word),): Entry("negation", "not") for word in NEGATIONS})
    sides = {tuple(plain_tokens(form.split())): value for form, value in _SIDES.items()}
    phrases.update({phrase: Entry("side", value) for phrase, value in sides.items()})
    return phrases


def is_listed(word: str) -> bool:
    """Say whether a word is a term by itself, in a list and not by its stem alone."""
    known = lexicon()
    word = plain(word)
    return any(len(phrase) == 1 for phrase, _ in known.phrases.get(word, ()))


@lru_cache(maxsize=1)
def opposites() -> dict[str, list[tuple[Phrase, str, str]]]:
    """Return words that turn a meaning when they stand in for one another: first word → (phrase,
    group, value), longest first."""
    found: dict[str, list[tuple[Phrase, str, str]]] = {}
    for group, value, forms in _opposites():
        for form in forms.split("|"):
            phrase = tuple(plain_tokens(form.split()))
            found.setdefault(phrase[0], []).append((phrase, group, value))
    for rows in found.values():
        rows.sort(key=lambda row: -len(row[0]))
    return found


def _opposites() -> Iterable[list[str]]:
    text = (files("speechkit.benchmark.clinical") / "data" / "opposites.tsv").read_text("utf-8")
    return (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
