"""How many identifiers are probably left: from what the tagger holds of words that nothing covers."""

from __future__ import annotations

import numpy as np
import pytest

from speechkit.core.estimates import count_interval
from speechkit.core.types import Identifier, PhiSpan, Segment
from speechkit.deidentification.text.residual import left_in, rate_sum
from speechkit.deidentification.text.tagger.network import Rates

RATES = Rates(
    edges=np.array([0.1, 0.5]),
    cased=np.array([0.001, 0.1, 0.4]),
    bare=np.array([0.002, 0.2, 0.5]),
    misheard=np.array([0.01, 0.3, 0.6]),
    spread=3.0,
)


def test_rates_are_summed_by_chance_and_form() -> None:
    chances = np.array([0.05, 0.3, 0.9])
    assert rate_sum(RATES, chances, bare=False, misheard=0) == pytest.approx(0.501)
    assert rate_sum(RATES, chances, bare=True, misheard=0) == pytest.approx(0.702)
    half = rate_sum(RATES, chances, bare=True, misheard=0.5)
    assert half == pytest.approx((0.702 + 0.91) / 2)


@pytest.mark.parametrize(("mean", "spread"), [(2.0, 1e9), (28.0, 1e9), (28.0, 4.0), (0.3, 2.0)])
def test_the_interval_holds_as_often_as_it_says(mean: float, spread: float) -> None:
    drawn = np.random.default_rng(1)
    counts = drawn.poisson(drawn.gamma(spread, mean / spread, 40_000))
    low, high = count_interval(mean, spread)
    assert np.mean((low <= counts) & (counts <= high)) >= 0.89
    # No wider than needed: a count less on either side holds less than asked for.
    assert np.mean((low < counts) & (counts < high)) <= 0.92


def said(*texts: str) -> tuple[Segment, ...]:
    return tuple(
        Segment(id=f"s{n}", start=n, end=n + 1, text=text, language="en", speaker="a")
        for n, text in enumerate(texts)
    )


def test_what_is_covered_does_not_count() -> None:
    segments = said("my neighbor Rowena Birdwhistle takes me there", "five milligrams at night")
    span = PhiSpan(
        segment="s0", start_char=12, end_char=30, identifier=Identifier.NAME, detector="x"
    )
    before, after = left_in(segments, (), "en"), left_in(segments, (span,), "en")
    assert before is not None and after is not None
    assert after.expected < before.expected / 2
    doubtful = left_in(segments, (span,), "en", doubt=0.3)
    assert doubtful is not None and doubtful.expected > after.expected


def test_no_tagger_no_number() -> None:
    assert left_in(said("me llamo Rowena"), (), "es") is None
    nothing = left_in((), (), "en")
    assert nothing is not None and (nothing.expected, nothing.low, nothing.high) == (0, 0, 0)
