"""The gate: digests, metrics, tolerance, slices, JUnit and Markdown."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import msgspec
import pytest

from speechkit.benchmark.compare import Gate, as_junit, as_markdown, compare
from speechkit.benchmark.results import Scores
from speechkit.benchmark.score import score
from speechkit.benchmark.types import Hypothesis, Reference, ScoreOptions, System
from speechkit.core.errors import UsageError
from speechkit.core.types import Segment

SAID = "my knee hurts when i walk up the stairs at night"


def segments(text: str) -> tuple[Segment, ...]:
    return (Segment(id="", start=0, end=4, text=text),)


def scored(*wrong: int, said: str = SAID) -> Scores:
    """Eight recordings of two accents; `wrong` ones lose three words."""
    references = {
        f"r{i}": Reference(
            segments=segments(said), fields={"accent": "Scottish" if i % 2 else "Welsh"}
        )
        for i in range(8)
    }
    texts = {f"r{i}": said if i not in wrong else said[13:] for i in range(8)}
    hypotheses = {name: Hypothesis(segments=segments(text)) for name, text in texts.items()}
    options = ScoreOptions(by=("accent",), draws=200, min_cell=1)
    return score(references, [System(name="s", hypotheses=hypotheses)], options)


def test_worse_beyond_chance_fails_and_within_tolerance_passes() -> None:
    before, after = scored(), scored(*range(8))
    (row,) = compare(before, after)
    assert row.worse
    assert row.difference == pytest.approx(3 / 11, abs=1e-6)
    assert not compare(before, after, Gate(tolerance=0.3))[0].worse
    assert not compare(after, before)[0].worse
    assert compare(before, after, Gate(metric="cer"))[0].metric == "cer"


def test_a_slice_can_fail_where_the_whole_does_not() -> None:
    rows = compare(scored(), scored(1, 3, 5, 7), Gate(by=("accent",), tolerance=0.2))
    assert [(row.part, row.worse) for row in rows] == [
        ("", False),
        ("accent=Scottish", True),
        ("accent=Welsh", False),
    ]
    junit = ET.fromstring(as_junit(rows))
    assert junit.find("testsuite").attrib["failures"] == "1"  # type: ignore[union-attr]
    assert [case.attrib["name"] for case in junit.iter("testcase")] == [
        "s",
        "s accent=Scottish",
        "s accent=Welsh",
    ]
    assert as_markdown(rows).count("| worse |") == 1


def test_another_reference_is_refused() -> None:
    with pytest.raises(UsageError, match="references differ"):
        compare(scored(), scored(said="something else was said there"))


def test_figures_that_are_not_there_are_refused() -> None:
    with pytest.raises(UsageError, match="has a der"):
        compare(scored(), scored(), Gate(metric="der"))
    with pytest.raises(UsageError, match="nothing to slice by 'acent'"):
        compare(scored(), scored(), Gate(by=("acent",)))


def test_results_travel_as_json() -> None:
    scores = scored(1)
    again = msgspec.json.decode(msgspec.json.encode(scores), type=Scores)
    assert again == scores
    assert not compare(scores, again)[0].worse
