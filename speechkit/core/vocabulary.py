"""Words that a recognizer is told beforehand: drugs, clinicians, sites; one a line, with a weight.

    lisinopril
    Dr. Ellison<TAB>2

A line that begins with `#` is a comment. What counts is the terms, not the file: two files with the
same terms are the same option of an engine.
"""

from __future__ import annotations

import math
from pathlib import Path

import msgspec

from speechkit.core.errors import InputError, UsageError

OPTION = "vocabulary"  # of the engines that take one
_MOST = 10_000
_LONGEST = 100  # characters of a term


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """A word or a few, and how much it weighs beside the others."""

    text: str
    weight: float = 1.0


def read_vocabulary(path: Path) -> tuple[Term, ...]:
    """Read a file of terms, the heaviest first; those of one weight stay in order.

    Raises:
        UsageError: if there is no such file.
        InputError: with the line, for a weight that is none, or a term that is too long.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise UsageError(f"--vocabulary {path}: no such file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not a text in UTF-8 that can be read") from error
    terms = parse_vocabulary(text, str(path))
    if not terms:
        raise InputError(f"{path}: no term in it; write one a line")
    return terms


def parse_vocabulary(text: str, where: str = "vocabulary") -> tuple[Term, ...]:
    """Read terms from text, each once.

    Raises:
        InputError: as `read_vocabulary`.

    >>> [term.text for term in parse_vocabulary("metformin\\nDr. Ellison\\t2")]
    ['Dr. Ellison', 'metformin']
    """
    terms: dict[str, Term] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        words, _, given = line.partition("\t")
        name = " ".join(words.split())
        if not name or len(name) > _LONGEST:
            raise InputError(f"{where}, line {number}: a term has 1 to {_LONGEST} characters")
        try:
            weight = float(given) if given.strip() else 1.0
        except ValueError:
            weight = math.nan
        if not 0 < weight < math.inf:
            raise InputError(
                f"{where}, line {number}: the weight after the tab is no number above 0"
            )
        terms.setdefault(name.casefold(), Term(text=name, weight=weight))
    if len(terms) > _MOST:
        raise InputError(f"{where}: {len(terms)} terms; an engine takes {_MOST} at most")
    return tuple(sorted(terms.values(), key=lambda term: -term.weight))


def as_option(terms: tuple[Term, ...]) -> str:
    """Write terms as the engines' option `vocabulary`, which `parse_vocabulary` reads.

    >>> as_option((Term(text="metformin"), Term(text="Ellison", weight=2)))
    'metformin\\nEllison\\t2'
    """
    return "\n".join(
        term.text if term.weight == 1 else f"{term.text}\t{term.weight:g}" for term in terms
    )


def as_prompt(option: str, before: str = "") -> str:
    """Return a prompt that ends in the terms, for models that read on from a text.

    >>> as_prompt("metformin\\nlisinopril", "A consultation.")
    'A consultation. metformin, lisinopril.'
    """
    terms = ", ".join(term.text for term in parse_vocabulary(option))
    return " ".join(part for part in (before.strip(), terms + "." if terms else "") if part)
