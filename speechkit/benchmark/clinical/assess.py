"""Two texts in, a verdict out: does what was written harm what was said?"""

from __future__ import annotations

import msgspec

from speechkit.benchmark.clinical.judge import ClinicalMiss, judge
from speechkit.benchmark.clinical.meaning import garbled_words, places
from speechkit.benchmark.clinical.mentions import WEIGHTS, mentions
from speechkit.benchmark.errors import align
from speechkit.benchmark.normalize import normalizer_for

_GARBLED = 0.5  # share of a text's words of content that are wrong when little of it can be used
_FEWEST = 3  # such words
_A_WORD = 0.1  # risk of a wrong word of content that is no clinical term


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """What an evaluator would have to read.

    `severity`: 0 nothing clinical changed, 1 little, 2 enough to change what is understood or done
    (the scale that clinicians have used on speech recognition errors). `risk` orders texts within a
    severity and has no unit. `changes` are the flags; they hold what patients said.
    """

    severity: int
    risk: float
    changes: tuple[ClinicalMiss, ...]

    def __repr__(self) -> str:
        return f"Assessment(severity={self.severity}, {len(self.changes)} changes)"


def assess(reference: str, hypothesis: str) -> Assessment:
    """Compare two English texts, an utterance or a consultation long. No model is used.

    >>> assess("No chest pain, five milligrams b.d.", "no chest pain 5 mg twice a day").severity
    0
    >>> found = assess("I'm not allergic to penicillin.", "I am allergic to penicillin.")
    >>> found.severity, [(c.category, c.kind) for c in found.changes]
    (2, [('negation', 'lost')])
    """
    tokens = normalizer_for("en").tokens
    said, wrote = tokens(reference), tokens(hypothesis)
    edits = align(said, wrote)
    changes = judge(said, wrote, edits, mentions(said), contexts=True).misses
    wrong, content = garbled_words(said, wrote, places(edits, said, wrote))
    garbled = wrong >= max(_FEWEST, _GARBLED * content)
    return Assessment(
        severity=max((change.severity for change in changes), default=int(garbled)),
        risk=round(
            sum(WEIGHTS[change.category] * change.severity / 2 for change in changes)
            + _A_WORD * wrong,
            2,
        ),
        changes=changes,
    )
