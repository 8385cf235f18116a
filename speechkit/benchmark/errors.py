"""Error counts that add up, so that averages are never averaged; and the alignment they come from.

WER = (S + D + I) / N, MER = (S + D + I) / (N + I), WIL = 1 − H²/(N·P), with N words in the
reference and P in the hypothesis (Morris, Maier & Green, Interspeech 2004).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


class ErrorRate(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of one alignment, or of many added up.

    >>> a = ErrorRate(substitutions=1, hits=3)
    >>> b = ErrorRate(insertions=2)
    >>> (a + b).errors, (a + b).length, (a + b).rate
    (3, 4, 0.75)
    >>> sum([a, b], ErrorRate.zero()) == a + b
    True
    """

    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0
    hits: int = 0

    @classmethod
    def zero(cls) -> ErrorRate:
        """The count of nothing."""
        return cls()

    def __add__(self, other: ErrorRate) -> ErrorRate:
        return ErrorRate(
            substitutions=self.substitutions + other.substitutions,
            deletions=self.deletions + other.deletions,
            insertions=self.insertions + other.insertions,
            hits=self.hits + other.hits,
        )

    @property
    def errors(self) -> int:
        """Substitutions, deletions and insertions."""
        return self.substitutions + self.deletions + self.insertions

    @property
    def length(self) -> int:
        """Words in the reference."""
        return self.hits + self.substitutions + self.deletions

    @property
    def hypothesis_length(self) -> int:
        """Words in the hypothesis."""
        return self.hits + self.substitutions + self.insertions

    @property
    def rate(self) -> float | None:
        """Errors a reference word. Of an empty reference: 0 if nothing was written, else None
        (no rate describes it; jiwer calls the number of insertions one)."""
        return rate(self.errors, self.length)

    @property
    def match_error_rate(self) -> float:
        """Share of aligned positions that are wrong, 0–1."""
        positions = self.length + self.insertions
        return self.errors / positions if positions else 0.0

    @property
    def information_lost(self) -> float:
        """Word information lost, 0–1."""
        if not self.length or not self.hypothesis_length:
            return float(self.length != self.hypothesis_length)
        return 1 - self.hits / self.length * (self.hits / self.hypothesis_length)


class Edit(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A stretch of an alignment: `equal`, `substitute`, `delete` or `insert`, and where."""

    kind: str
    reference_start: int
    reference_end: int
    hypothesis_start: int
    hypothesis_end: int


def rate(errors: float, length: float) -> float | None:
    """Return errors a unit of length; 0 for nothing of nothing, None where there is no rate.

    >>> rate(1, 4), rate(0, 0), rate(2, 0)
    (0.25, 0.0, None)
    """
    if length:
        return errors / length
    return None if errors else 0.0


_KINDS = {"equal": "equal", "replace": "substitute", "delete": "delete", "insert": "insert"}


def align(reference: Sequence[str], hypothesis: Sequence[str]) -> list[Edit]:
    """Align two token lists with the fewest edits (rapidfuzz's alignment, which jiwer reports)."""
    from rapidfuzz.distance import Levenshtein

    codes = Levenshtein.opcodes(reference, hypothesis)
    return [Edit(_KINDS[c.tag], c.src_start, c.src_end, c.dest_start, c.dest_end) for c in codes]


def count(edits: Sequence[Edit]) -> ErrorRate:
    """Count the edits of an alignment."""
    totals = {"equal": 0, "substitute": 0, "delete": 0, "insert": 0}
    for edit in edits:
        width = edit.reference_end - edit.reference_start
        totals[edit.kind] += width or edit.hypothesis_end - edit.hypothesis_start
    return ErrorRate(
        substitutions=totals["substitute"],
        deletions=totals["delete"],
        insertions=totals["insert"],
        hits=totals["equal"],
    )


def count_words(reference: Sequence[str], hypothesis: Sequence[str]) -> ErrorRate:
    """Align two token lists and count the errors.

    >>> count_words("no chest pain".split(), "chest pains".split()).rate
    0.6666666666666666
    """
    return count(align(reference, hypothesis))


def character_distance(
    reference: Sequence[str], hypothesis: Sequence[str], *, about: int | None = None
) -> int:
    """Return the number of character edits between two token lists, joined by spaces.

    `about` is a guess: the search begins in a band of that width, and widens it where it has to.
    """
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance(" ".join(reference), " ".join(hypothesis), score_hint=about)
