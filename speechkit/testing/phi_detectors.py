"""What every PHI detector promises. Nothing is said about how much it finds."""

from __future__ import annotations

from speechkit.core.engines import DetectPhi
from speechkit.core.types import Segment
from speechkit.testing.checks import Check, expect
from speechkit.testing.subject import COMMON, Opened, same_twice

Subject = Opened[DetectPhi]
# Invented: 555-01xx is kept free for fiction (NANPA), example.org for examples (RFC 2606).
_TEXTS = (
    "Good morning, my name is Ada Byron and I was born on 10 December 1985.",
    "",
    "you can call me at 555-0134 or write to ada at example dot org",
    "It hurts when I breathe in.",
)
SEGMENTS = tuple(
    Segment(id=f"s{i}", start=float(i), end=i + 1.0, text=text, language="en")
    for i, text in enumerate(_TEXTS)
)


def spans_lie_in_their_segments(subject: Subject) -> None:
    """Offsets are code points of a segment's text; a span covers something."""
    texts = {segment.id: segment.text for segment in SEGMENTS}
    for span in subject.run(SEGMENTS, subject.spoken()):
        expect(span.segment in texts, "a span names no segment that was given")
        inside = 0 <= span.start_char < span.end_char <= len(texts[span.segment])
        expect(inside, "a span is empty or lies outside of its segment's text")
        expect(
            texts[span.segment][span.start_char : span.end_char].strip(),
            "a span covers only spacing",
        )
        expect(0 <= span.score <= 1, "a score is not from 0 to 1")
        expect(span.detector, "a span does not say what found it")


def no_text_no_spans(subject: Subject) -> None:
    """Nothing is found in nothing."""
    empty = Segment(id="s", start=0, end=1, text="", language="en")
    expect(subject.run((), subject.spoken()) == (), "something was found in no segment")
    expect(subject.run((empty,), subject.spoken()) == (), "something was found in no text")


def same_text_same_spans(subject: Subject) -> None:
    """Results depend on the segments, the language and the options only."""
    same_twice(lambda: subject.run(SEGMENTS, subject.spoken()))


def options_of_policies_exist(subject: Subject) -> None:
    """What `info.policy_options` names, the engine takes."""
    missing = [
        option
        for option in subject.engine.info.policy_options.values()
        if option not in subject.engine.options
    ]
    expect(not missing, f"info.policy_options names options that do not exist: {missing}")


PHI_DETECTOR_CHECKS: tuple[Check[Subject], ...] = (
    *COMMON,
    Check(spans_lie_in_their_segments),
    Check(no_text_no_spans),
    Check(same_text_same_spans),
    Check(options_of_policies_exist),
)
