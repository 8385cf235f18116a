"""Terms of a vocabulary: how often they were said, missed, and made up, by system.

Counted in each recording by how often a term stands in the normalized words of either side: a term
that stands there more often than it was said was made up, wherever it stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from speechkit.benchmark.normalize import normalizer_for
from speechkit.benchmark.results import TermCounts
from speechkit.benchmark.tokens import tokens_of
from speechkit.benchmark.types import Reference, ScoreOptions, System
from speechkit.core.errors import UsageError, did_you_mean
from speechkit.core.vocabulary import Term, as_option, parse_vocabulary


def count_terms(
    references: Mapping[str, Reference],
    systems: Iterable[System],
    terms: Sequence[str],
    options: ScoreOptions,
) -> tuple[TermCounts, ...]:
    """Count the terms in each system's transcripts against the references that it has.

    Args:
        references: by recording.
        systems: to be counted, in order.
        terms: as people write them; a term may be several words.
        options: which normalizer words get; terms get the same.
    """
    known: dict[str, dict[str, tuple[str, ...]]] = {}
    rows = []
    for system in systems:
        said: Counter[str] = Counter()
        missed: Counter[str] = Counter()
        invented: Counter[str] = Counter()
        for name in references.keys() & set(system.hypotheses):
            reference = references[name]
            language = reference.language or options.language
            normalizer = normalizer_for(language, options.normalizer)
            if language not in known:
                known[language] = {
                    term: phrase for term in terms if (phrase := tuple(normalizer.tokens(term)))
                }
            spoken, wrote = (
                _found(tokens_of(side.segments, normalizer), known[language])
                for side in (reference, system.hypotheses[name])
            )
            said += spoken
            missed += spoken - wrote
            invented += wrote - spoken
        rows.append(
            TermCounts(
                system=system.name,
                said=said.total(),
                missed=missed.total(),
                made_up=invented.total(),
                made_up_terms=tuple(term for term, _ in invented.most_common()),
            )
        )
    return tuple(rows)


def _found(tokens: Sequence[str], phrases: Mapping[str, tuple[str, ...]]) -> Counter[str]:
    """How often each term stands in the tokens."""
    places: dict[str, list[int]] = {}
    for at, token in enumerate(tokens):
        places.setdefault(token, []).append(at)
    return Counter(
        {
            term: count
            for term, phrase in phrases.items()
            if (
                count := sum(
                    tuple(tokens[at : at + len(phrase)]) == phrase
                    for at in places.get(phrase[0], ())
                )
            )
        }
    )


def with_terms_of_fields(
    terms: tuple[Term, ...], references: Mapping[str, Reference], fields: Sequence[str]
) -> tuple[Term, ...]:
    """Add what fields of the recordings' metadata hold, as names of sites; several by semicolon.

    Raises:
        UsageError: if no recording has a field; with close matches.
        InputError: if a value is too long for a term, or there are too many.
    """
    values: list[str] = []
    for field in fields:
        found = {each.fields.get(field, "") for each in references.values()} - {""}
        if not found:
            known = {name for each in references.values() for name in each.fields}
            raise UsageError(f"--vocabulary-field {field}: {did_you_mean(field, known)}")
        values += sorted(part for value in found for part in value.split(";"))
    return parse_vocabulary("\n".join([as_option(terms), *values]), "the metadata")
