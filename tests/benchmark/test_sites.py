"""Sites that share counts get the leaderboard of scoring together; little leaves them."""

from __future__ import annotations

import random

import msgspec
import pytest

from speechkit.benchmark.results import Scores
from speechkit.benchmark.score import score
from speechkit.benchmark.sites import OTHER, SiteCounts, export_counts, merge_counts
from speechkit.benchmark.types import Hypothesis, Reference, ScoreOptions, System
from speechkit.core.errors import UsageError
from speechkit.core.types import Segment

WORDS = "the knee hurts when walking up stairs and at night it wakes me".split()


def scored(names: range, wrong: float = 0.1, min_cell: int = 20) -> Scores:
    references, texts = {}, {}
    for index in names:
        chance = random.Random(index)
        said = chance.choices(WORDS, k=chance.randint(20, 60))
        wrote = [word if chance.random() > wrong else "um-hm" for word in said]
        rare = {"accent": "Rare"} if index == 3 else {"accent": ("A", "B")[index % 2]}
        references[f"r{index}"] = Reference(
            segments=(Segment(id="", start=0, end=1, text=" ".join(said)),), fields=rare
        )
        texts[f"r{index}"] = Hypothesis(
            segments=(Segment(id="", start=0, end=1, text=" ".join(wrote)),)
        )
    options = ScoreOptions(by=("accent",), min_cell=min_cell, draws=400)
    return score(references, [System(name="s", hypotheses=texts)], options)


def exported(scores: Scores, **more: float) -> SiteCounts:
    counts = export_counts(scores, **more)  # type: ignore[arg-type]
    return msgspec.json.decode(msgspec.json.encode(counts), type=SiteCounts)


def test_merged_is_scored_together() -> None:
    together = scored(range(30))
    rows = merge_counts([exported(scored(range(10))), exported(scored(range(10, 30)))])
    whole = next(row for row in rows if not row.by)
    assert whole.wer == together.systems[0].wer
    assert whole.num_sites == 2
    assert whole.wer_interval is not None
    bootstrap = together.systems[0].wer_interval
    assert bootstrap is not None
    assert whole.wer_interval == pytest.approx(bootstrap, abs=0.01)
    accents = {row.value: row.wer for row in rows if row.by == "accent"}
    cells = {c.values["accent"]: c.wer for c in together.slices}
    assert accents["A"] == cells["A"]
    assert accents["B"] == cells["B"]


def test_nothing_of_a_recording_leaves() -> None:
    site = scored(range(10))
    text = msgspec.json.encode(export_counts(site)).decode()
    assert not any(f'"r{index}"' in text for index in range(10))
    assert "knee" not in text


def test_small_cells_are_merged_or_left_out() -> None:
    values = {cell.value for cell in export_counts(scored(range(10), min_cell=100)).cells}
    assert "Rare" not in values
    assert OTHER not in values  # alone it would be the rare one again


def test_sites_that_differ_are_told() -> None:
    same = merge_counts([exported(scored(range(40))), exported(scored(range(40, 80)))])
    apart = merge_counts([exported(scored(range(40))), exported(scored(range(40, 80), 0.4))])
    assert same[0].i_squared is not None
    assert apart[0].i_squared is not None
    assert same[0].i_squared < 0.75 < apart[0].i_squared


def test_noise_needs_a_bound_and_stays_small_for_a_large_budget() -> None:
    scores = scored(range(60))
    with pytest.raises(UsageError, match="bound"):
        export_counts(scores, epsilon=1.0)
    noisy = export_counts(scores, epsilon=1e6, clip=100)
    exact = export_counts(scores, clip=100)
    for first, second in zip(noisy.cells, exact.cells, strict=True):
        assert first.sums != second.sums
        assert first.sums.rate == pytest.approx(second.sums.rate, abs=1e-3)
    assert noisy.epsilon == 1e6


def test_one_site_or_other_rules_are_refused() -> None:
    site = export_counts(scored(range(5)))
    with pytest.raises(UsageError, match="two sites"):
        merge_counts([site])
    with pytest.raises(UsageError, match="different normalizers"):
        merge_counts([site, msgspec.structs.replace(site, normalizer="en@1")])
