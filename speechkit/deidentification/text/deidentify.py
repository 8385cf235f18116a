"""One text in, the same text without its identifiers out."""

from __future__ import annotations

import msgspec

from speechkit.core.engines import DetectPhi
from speechkit.core.types import Identifier, Segment
from speechkit.deidentification.policy import Policy, apply_policy
from speechkit.deidentification.text.operators import Replacer
from speechkit.deidentification.text.tagging import replace_spans


class TextSpan(msgspec.Struct, frozen=True, kw_only=True):
    """Where an identifier stands in a text: `start` and `end` in code points, half open.

    `score` is the detector's own, 0–1; `detector` names what found it.
    """

    start: int
    end: int
    label: Identifier
    score: float
    detector: str


class RedactedText(msgspec.Struct, frozen=True, kw_only=True):
    """A text with tags, surrogates or shifted dates in place of its identifiers, and where they were."""

    redacted: str
    spans: tuple[TextSpan, ...]

    def __repr__(self) -> str:
        return f"RedactedText(<{len(self.redacted)} characters>, {len(self.spans)} spans)"


def redact(
    text: str, *, language: str, detect: DetectPhi, policy: Policy, key: bytes | None = None
) -> RedactedText:
    """Find what identifies people in a text, and replace what the policy removes.

    Args:
        text: anything from a word to a consultation.
        language: BCP 47 tag.
        detect: an opened PHI detector.
        policy: says what is removed, and what comes instead.
        key: the patient's secret; only for policies that draw surrogates or shift dates.

    Raises:
        UsageError: for a language that the detector has no tables for.
    """
    segment = Segment(id="", start=0, end=0, text=text)
    spans = apply_policy(policy, detect((segment,), language))
    redacted = replace_spans(
        text,
        ((span.start_char, span.end_char, span.identifier) for span in spans),
        Replacer(policy, language, key).replace,
    )
    return RedactedText(
        redacted=redacted,
        spans=tuple(
            TextSpan(
                start=span.start_char,
                end=span.end_char,
                label=span.identifier,
                score=span.score,
                detector=span.detector,
            )
            for span in spans
        ),
    )
