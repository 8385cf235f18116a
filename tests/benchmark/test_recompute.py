"""Every printed figure follows from the rows of the JSON alone, by independent arithmetic too."""

from __future__ import annotations

import random

import msgspec
import pytest

from speechkit.benchmark.figures import recompute
from speechkit.benchmark.results import Scores
from speechkit.benchmark.score import score
from speechkit.benchmark.types import Hypothesis, Reference, ScoreOptions, System
from speechkit.core.types import Segment, Turn

WORDS = (
    "no pain in my left knee but i take ramipril five milligrams twice a day and feel sick".split()
)


def spoken(chance: random.Random, *, wrong: float) -> tuple[Segment, ...]:
    found = []
    for index in range(6):
        words = [w if chance.random() > wrong else "something" for w in WORDS]
        found.append(
            Segment(
                id="",
                start=2.0 * index,
                end=2.0 * index + 1.8,
                text=" ".join(words),
                speaker=("doctor", "patient")[index % 2],
            )
        )
    return tuple(found)


@pytest.fixture(scope="module")
def scores() -> Scores:
    chance = random.Random(3)
    references = {
        f"r{i}": Reference(
            segments=spoken(chance, wrong=0),
            turns=(Turn(start=0, end=5, speaker="a"), Turn(start=5, end=9, speaker="b")),
            fields={"accent": ("Scottish", "Welsh", "Irish")[i % 3], "language": "en"},
        )
        for i in range(9)
    }
    systems = [
        System(
            name=f"s{n}",
            hypotheses={
                name: Hypothesis(
                    segments=spoken(chance, wrong=0.1 * n),
                    turns=(
                        Turn(start=0, end=4 + n, speaker="x"),
                        Turn(start=5, end=9, speaker="y"),
                    ),
                )
                for name in references
            },
        )
        for n in (1, 2, 3)
    ]
    options = ScoreOptions(by=("accent", "role", "accent*role"), draws=200, min_cell=1)
    made = score(references, systems, options)
    return msgspec.json.decode(msgspec.json.encode(made), type=Scores)


def test_the_same_figures_come_from_the_rows(scores: Scores) -> None:
    again = recompute(scores)
    assert again.systems == scores.systems
    assert again.slices == scores.slices
    assert again.gaps == scores.gaps
    assert again.pairs == scores.pairs
    assert again.groups == scores.groups


def test_by_hand(scores: Scores) -> None:
    fields = {(unit.recording, unit.speaker): unit.fields for unit in scores.units}
    for system in scores.systems:
        rows = [row for row in scores.recordings if row.system == system.system]
        assert system.wer == pytest.approx(
            sum(r.errors for r in rows) / sum(r.words for r in rows), abs=1e-6
        )
        assert system.mean_recording_wer == pytest.approx(
            sum(r.errors / r.words for r in rows) / len(rows), abs=1e-6
        )
        assert system.cer == pytest.approx(
            sum(r.character_errors for r in rows) / sum(r.num_characters for r in rows), abs=1e-6
        )
        turns = [r.diarization for r in rows if r.diarization]
        assert system.der == pytest.approx(
            sum(t.missed + t.false_alarm + t.confusion for t in turns)
            / sum(t.total for t in turns),
            abs=1e-6,
        )
        assert system.der_scored_seconds == pytest.approx(sum(t.scored_seconds for t in turns))
        cells = [c for c in scores.slices if c.system == system.system and c.by == "accent"]
        for cell in cells:
            counts = [
                own
                for row in rows
                for speaker, own in row.by_speaker.items()
                if fields[row.recording, speaker]["accent"] == cell.values["accent"]
            ]
            assert cell.wer == pytest.approx(
                sum(c.errors for c in counts) / sum(c.length for c in counts), abs=1e-6
            )
        gap = next(g for g in scores.gaps if g.system == system.system and g.by == "accent")
        wers = sorted(c.wer for c in cells if c.wer is not None)
        assert gap.gap == pytest.approx(wers[-1] - wers[0], abs=1e-6)
