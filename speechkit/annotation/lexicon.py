"""What words name, by the clinical lists of English: phrases by their first word, longest first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from speechkit.annotation.tokens import Token, tokens_of, unbroken
from speechkit.core.annotations import EntityType
from speechkit.language import by_stem, term_lines, term_rows

_LISTS: dict[str, EntityType] = {
    "body": "body",
    "symptoms": "symptom",
    "conditions": "condition",
    "drugs": "drug",
}
_CATEGORIES: dict[str, EntityType] = {
    "drug": "drug",
    "body": "body",
    "symptom": "symptom",
    "condition": "condition",
    "care": "procedure",
}
# What is done, among words that the lists have as conditions.
_DONE = re.compile(
    r".*(ectomy|ostomy|oscopy|plasty|otomy|centesis|ography|section|transplant|transfusion|surgery"
    r"|operation|replacement|dialysis|therapy|stent|bypass|pacemaker|biopsy)$"
)
_NO_DRUG_UNITS = frozenset(("percent", "mmhg", "celsius"))


class Lexicon(msgspec.Struct, frozen=True):
    """What words name.

    Attributes:
        phrases: first form → (other forms, type), longest first.
        none: what is in a list and is not marked.
        exact: words that name something only as they are said ("bloods").
        dose_units: forms of units of what is taken.
        value_units: forms of units of what is measured.
    """

    phrases: dict[str, list[tuple[tuple[str, ...], EntityType]]]
    none: frozenset[tuple[str, ...]]
    exact: dict[str, EntityType]
    dose_units: frozenset[str]
    value_units: frozenset[str]


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Read the lists, once. A later list wins: what is marked is said last."""
    known: dict[tuple[str, ...], EntityType] = {}

    def add(term: str, kind: EntityType) -> None:
        forms = _forms(term)
        if forms:
            known[forms] = "procedure" if kind == "condition" and _DONE.match(term) else kind

    for file in ("wordnet", "drug_names"):
        for category, _, names in term_rows(f"{file}.tsv"):
            for name in names.split("|"):
                add(name, _CATEGORIES[category])
    for file, kind in _LISTS.items():
        for line in term_lines(f"{file}.txt"):
            add(line, kind)
    for category, _, names in term_rows("everyday.tsv"):
        if category != "care":  # a tablet and a hospital are no procedures
            for name in names.split("|"):
                add(name, _CATEGORIES[category])
    for _, names in term_rows("frequencies.tsv"):
        for name in names.split("|"):
            add(name, "frequency")
    none: set[tuple[str, ...]] = set()
    exact: dict[str, EntityType] = {}
    for marked, names in term_rows("marks.tsv"):
        for name in names.split("|"):
            if marked == "exact":
                word, _, named = name.partition(":")
                exact[word] = msgspec.convert(named, EntityType)
            elif marked == "none":
                none.add(_forms(name))
                known.pop(_forms(name), None)
            else:
                known[_forms(name)] = msgspec.convert(marked, EntityType)
    stop = _stopped()
    by_first: dict[str, list[tuple[tuple[str, ...], EntityType]]] = {}
    for forms, kind in known.items():
        if not (len(forms) == 1 and forms[0] in stop):
            by_first.setdefault(forms[0], []).append((forms[1:], kind))
    for entries in by_first.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    dose, value = _units()
    return Lexicon(
        phrases=by_first, none=frozenset(none), exact=exact, dose_units=dose, value_units=value
    )


def _stopped() -> frozenset[str]:
    """Words that the lists take for terms only by their stems, and that are none."""
    return frozenset(
        name for category, names in term_rows("stems.tsv") if category == "none"
        for name in names.split("|")
    )  # fmt: skip


def _units() -> tuple[frozenset[str], frozenset[str]]:
    dose: set[str] = set()
    value: set[str] = set("stone pound lb inch beat bpm kpa litre kilo kg kilogram".split())
    for unit, _, names in term_rows("units.tsv"):
        for name in names.split("|"):
            forms = _forms(name) or (name,)
            if len(forms) == 1:
                (value if unit in _NO_DRUG_UNITS else dose).add(forms[0])
    dose |= set("spray sachet spoonful patch ampoule lozenge suppository mic dose squirt".split())
    return frozenset(dose - value), frozenset(value)


def _forms(term: str) -> tuple[str, ...]:
    return tuple(token.form for token in tokens_of(term))


def term_at(tokens: Sequence[Token], at: int) -> tuple[int, EntityType] | None:
    """Return the end and the type of the longest listed term at a token; by its stem where a word is
    in no list."""
    known = lexicon()
    first = tokens[at]
    if first.word in known.exact:
        return at + 1, known.exact[first.word]
    for rest, kind in known.phrases.get(first.form, ()):
        end = at + 1 + len(rest)
        if end <= len(tokens) and all(
            token.form == form for token, form in zip(tokens[at + 1 : end], rest, strict=True)
        ):
            if unbroken(tokens, at, end):
                return end, kind
    if (first.form,) in known.none:
        return None
    entry = by_stem(first.word)
    if entry is None:
        return None
    if _DONE.match(first.word):
        return at + 1, "procedure"
    return at + 1, "drug" if entry.category == "drug" else "condition"
