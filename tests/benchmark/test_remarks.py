"""What an evaluator must know before believing a figure is said beside it."""

from __future__ import annotations

from speechkit.benchmark.score import score_systems
from speechkit.benchmark.types import Hypothesis, Reference, ScoreOptions, System
from speechkit.core.types import Segment


def segments(text: str) -> tuple[Segment, ...]:
    return (Segment(id="", start=0.0, end=1.0, text=text),)


def test_a_system_that_wrote_nothing_is_named() -> None:
    said = {"a": "my knee hurts", "b": "since last week", "c": ""}
    references = {name: Reference(segments=segments(text)) for name, text in said.items()}
    systems = [
        System(
            name=system,
            hypotheses={name: Hypothesis(segments=segments(t)) for name, t in wrote.items()},
        )
        for system, wrote in (
            ("whole", said),
            ("half", {**said, "b": ""}),
            ("wrong", {**said, "b": "completely different words"}),
        )
    ]
    scores = score_systems(references, systems, ScoreOptions(language="en", draws=0))
    told = [(r.system, r.text) for r in scores.remarks if r.kind == "nothing written"]
    (remark,) = told
    assert remark[0] == "half"
    # Where nothing was said, nothing written is right.
    assert "nothing in 1 of 2 recordings" in remark[1]
