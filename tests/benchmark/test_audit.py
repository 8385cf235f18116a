"""Places where systems agree against the reference are found, ranked and left out."""

from __future__ import annotations

import random

import pytest

from speechkit.benchmark.audit import audit_references
from speechkit.benchmark.audit.votes import sounds_alike
from speechkit.benchmark.types import Hypothesis, Reference, ScoreOptions, System
from speechkit.core.errors import UsageError
from speechkit.core.types import Segment

VOCABULARY = (
    "knee hurts walking stairs night wakes doctor tablet morning water fever cough chest pain "
    "since monday twice daily blood pressure sugar insulin allergy rash sleep tired work family"
).split()


def segments(words: list[str]) -> tuple[Segment, ...]:
    return (Segment(id="", start=0.0, end=60.0, text=" ".join(words), speaker="patient"),)


def corpus() -> tuple[dict[str, Reference], list[System], set[tuple[str, int]]]:
    """Ten recordings that four systems hear with 8 % errors; one word in each is wrong."""
    references, said, faults = {}, {}, set()
    for index in range(10):
        chance = random.Random(index)
        words = chance.choices(VOCABULARY, k=120)
        said[f"r{index}"] = words
        at = 10 + 7 * index
        wrong = list(words)
        wrong[at] = "wrongword" if index % 2 else "notthat"
        references[f"r{index}"] = Reference(segments=segments(wrong), language="en")
        faults.add((f"r{index}", at))
    systems = []
    for number in range(4):
        chance = random.Random(100 + number)
        texts = {
            name: [w if chance.random() > 0.08 else chance.choice(VOCABULARY) for w in words]
            for name, words in said.items()
        }
        hypotheses = {name: Hypothesis(segments=segments(words)) for name, words in texts.items()}
        systems.append(System(name=f"s{number}", hypotheses=hypotheses))
    return references, systems, faults


def test_faults_of_the_reference_come_first() -> None:
    references, systems, faults = corpus()
    audit = audit_references(references, systems, ScoreOptions(), limit=15)
    found = {(doubt.recording, doubt.position[0]) for doubt in audit.doubts}
    assert len(faults & found) >= 9
    first = audit.doubts[0]
    assert first.said in ("wrongword", "notthat")
    assert first.written in VOCABULARY
    assert first.start == 0.0
    assert "wrongword" not in repr(audit.doubts)


def test_without_doubtful_places_systems_do_better() -> None:
    references, systems, _ = corpus()
    audit = audit_references(references, systems, ScoreOptions())
    assert audit.num_doubtful >= 8
    for row in audit.systems:
        assert row.wer is not None
        assert row.wer_without is not None
        assert row.wer_without < row.wer


def test_two_systems_cannot_outvote_a_reference() -> None:
    references, systems, _ = corpus()
    with pytest.raises(UsageError, match="3 systems"):
        audit_references(references, systems[:2], ScoreOptions())


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [("two", "to", True), ("achey", "achy", True), ("left", "right", False), ("", "no", False)],
)
def test_what_sounds_alike(first: str, second: str, alike: bool) -> None:
    assert sounds_alike(first, second) is alike
