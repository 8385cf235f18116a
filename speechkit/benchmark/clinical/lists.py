"""The term lists, read once. Each file states its licence in its first lines."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files

import msgspec

from speechkit.benchmark.normalize import normalizer_for

Phrase = tuple[str, ...]
_REMEMBERED = 1 << 16  # words
_SHORTEST = 7  # letters of a word that is told by its stem: "caine" alone tells nothing

_LISTS = {"drugs": "drug", "body": "body", "symptoms": "symptom", "conditions": "condition"}
_NEGATIONS = (
    "no not never none nothing nobody without neither nor nope nah cannot denies denied deny "
    "denying"
).split()
_CUT = {"anti histamine": "antihistamine", "anti depressant": "antidepressant"}
_CUT |= {"ear drum": "eardrum", "pain killer": "painkiller", "anti biotic": "antibiotic"}
_SIDES = {
    "left": "left", "right": "right", "bilateral": "both", "bilaterally": "both",
    "both sides": "both", "left sided": "left", "right sided": "right", "left hand side": "left",
    "right hand side": "right",
}  # fmt: skip


class Entry(msgspec.Struct, frozen=True, gc=False):
    """What a phrase stands for."""

    category: str
    value: str


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
    """Phrases by their first token, longest first; words that are a term by themselves and begin
    no longer one; units with their factor; the words that name a part of the body."""

    may_begin: MayBegin
    simple: dict[str, Entry]
    phrases: dict[str, list[tuple[Phrase, Entry]]]
    units: dict[str, list[tuple[Phrase, str, Fraction]]]
    body: frozenset[str]


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Read all lists; terms pass the normalizer, so that they look as they do in a transcript."""
    phrases, body = _terms()
    units: dict[str, list[tuple[Phrase, str, Fraction]]] = {}
    for line in _lines("units.tsv"):
        unit, factor, forms = line.split("\t")
        for form in forms.split("|"):
            phrase = tuple(form.split())
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
    first = frozenset(by_first) | {"one"}
    return Lexicon(
        may_begin=MayBegin(first), simple=simple, phrases=by_first, units=units, body=body
    )


def _terms() -> tuple[dict[Phrase, Entry], frozenset[str]]:
    """Return all phrases, and the words that name a part of the body."""
    tokens = normalizer_for("en").tokens
    phrases: dict[Phrase, Entry] = {}
    body: set[str] = set()
    # A later list wins: "chest pain" is a symptom, "high blood pressure" a condition.
    for file in ("body", "symptoms", "conditions", "drugs"):
        for line in _lines(f"{file}.txt"):
            for form in _plurals(line):
                phrase = tuple(tokens(form))
                phrases[phrase] = Entry(_LISTS[file], line)
                # "co codamol", "cocodamol": how a compound is split is not an error.
                phrases[("".join(phrase),)] = Entry(_LISTS[file], line)
                if file == "body":
                    body.add(phrase[-1])
    for apart, term in _CUT.items():
        for form, whole in zip(_plurals(apart), _plurals(term), strict=True):
            phrases[tuple(form.split())] = phrases[(whole,)]
    for line in _lines("frequencies.tsv"):
        value, forms = line.split("\t")
        for form in forms.split("|"):
            # Letters said apart ("b d") are one word in newer normalizers and two in older ones.
            for phrase in (tuple(tokens(form)), tuple(form.split())):
                phrases[phrase] = Entry("frequency", value)
    phrases.update({(word,): Entry("negation", "not") for word in _NEGATIONS})
    phrases.update({tuple(form.split()): Entry("side", value) for form, value in _SIDES.items()})
    return phrases, frozenset(body)


def _lines(name: str) -> Iterator[str]:
    text = (files("speechkit.benchmark.clinical") / "data" / name).read_text("utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))


def by_stem(word: str) -> Entry | None:
    """Return what a word that is in no list must be by its stem, if that tells.

    British and American spelling have one value, as have singular and plural.

    >>> by_stem("secnidazole").category, by_stem("haematuria").value, by_stem("diagnosis")
    ('drug', 'hematuria', None)
    """
    if len(word) < _SHORTEST or not word.isalpha():
        return None
    if word.endswith("ies"):
        word = f"{word[:-3]}y"
    elif not word.endswith("is"):
        word = word.removesuffix("s")
    stems = _stems()
    for category, (endings, beginnings) in stems.by_category:
        if (word.endswith(endings) or word.startswith(beginnings)) and word not in stems.none:
            return Entry(category, word.replace("ae", "e").replace("oe", "e"))
    return None


class _Stems(msgspec.Struct, frozen=True):
    """Category → its endings and beginnings; words that only look like one."""

    by_category: tuple[tuple[str, tuple[tuple[str, ...], tuple[str, ...]]], ...]
    none: frozenset[str]


@lru_cache(maxsize=1)
def _stems() -> _Stems:
    rows = [line.split("\t") for line in _lines("stems.tsv")]
    found = []
    for category, stems in rows:
        parts = stems.split("|")
        endings = tuple(part[1:] for part in parts if part.startswith("-"))
        beginnings = tuple(part[:-1] for part in parts if part.endswith("-"))
        found.append((category, (endings, beginnings)))
    none = frozenset(word for category, stems in rows for word in stems.split("|"))
    return _Stems(tuple(found), none)


def _plurals(term: str) -> tuple[str, ...]:
    """Return a term and its plural.

    >>> _plurals("allergy")
    ('allergy', 'allergies')
    """
    if term.endswith("s"):
        return (term,)
    if term.endswith("y") and term[-2] not in "aeiou":
        return term, f"{term[:-1]}ies"
    return term, f"{term}es" if term.endswith(("x", "ch", "sh")) else f"{term}s"
