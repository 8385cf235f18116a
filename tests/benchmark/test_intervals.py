"""Intervals cover what they say, and differences that are not there are not found."""

from __future__ import annotations

import numpy as np
import pytest

from speechkit.benchmark.intervals import (
    draw_weights,
    holm,
    inside,
    interval,
    intervals,
    p_value,
    rank_intervals,
    rates,
)


def simulate(generator: np.random.Generator, clusters: int, true: float) -> tuple:
    """Recordings of unequal length whose error rates differ, as consultations' do."""
    lengths = generator.integers(200, 2500, clusters).astype(float)
    spread = 40.0
    own = generator.beta(true * spread, (1 - true) * spread, clusters)
    errors = generator.binomial(lengths.astype(int), own).astype(float)
    return errors, lengths


@pytest.mark.parametrize("clusters", [12, 25, 55])
def test_intervals_cover_the_truth_95_times_of_100(clusters: int) -> None:
    generator = np.random.default_rng(clusters)
    true, trials, covered = 0.15, 600, 0
    for trial in range(trials):
        errors, lengths = simulate(generator, clusters, true)
        found = interval(rates(draw_weights(clusters, 400, trial), errors, lengths), clusters)
        assert found is not None
        covered += found[0] <= true <= found[1]
    # 600 trials: the standard error of the share is under 1 point
    assert 0.92 <= covered / trials <= 0.98


def test_equal_systems_are_seldom_told_apart() -> None:
    generator = np.random.default_rng(1)
    trials, found, clusters = 400, 0, 25
    for trial in range(trials):
        lengths = generator.integers(200, 2500, clusters).astype(float)
        hard = generator.beta(6, 34, clusters)
        a = generator.binomial(lengths.astype(int), hard).astype(float)
        b = generator.binomial(lengths.astype(int), hard).astype(float)
        weights = draw_weights(clusters, 400, trial)
        samples = rates(weights, b, lengths) - rates(weights, a, lengths)
        p = p_value(float((b - a).sum() / lengths.sum()), samples, clusters)
        assert p is not None
        found += p < 0.05
    assert found / trials <= 0.08


def test_draws_are_seeded_and_complete() -> None:
    weights = draw_weights(7, 50, 3)
    assert (weights == draw_weights(7, 50, 3)).all()
    assert (weights.sum(axis=1) == 7).all()
    assert (weights != draw_weights(7, 50, 4)).any()


def test_too_few_clusters_give_no_interval() -> None:
    assert interval(np.array([0.1, 0.2, 0.3]), 1) is None
    assert p_value(0.1, np.array([0.1, 0.2]), 1) is None
    assert rank_intervals(np.zeros((10, 2)), 1) == [None, None]


def test_ranks_of_clear_and_of_tied_systems() -> None:
    generator = np.random.default_rng(0)
    noise = generator.normal(0, 0.01, (500, 3))
    samples = noise + np.array([0.1, 0.1, 0.9])
    assert rank_intervals(samples, 1000) == [(1, 2), (1, 2), (3, 3)]


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.02, 0.03]) == [0.03, 0.04, 0.04]
    assert holm([0.5, 0.9]) == [1.0, 1.0]


def test_students_t_equals_scipy() -> None:
    stdtr = pytest.importorskip("scipy.special").stdtr
    for freedom in (1, 2, 3, 8, 24, 55, 1000):
        for t in (0.0, 0.1, 1.0, 2.0, 4.5, 12.7, 60.0):
            expected = 1 - 2 * stdtr(freedom, -t)
            assert inside(t, freedom) == pytest.approx(expected, abs=1e-12)


def test_intervals_of_many_columns_equal_one_by_one() -> None:
    samples = np.random.default_rng(1).normal(size=(500, 7))
    assert intervals(samples, 12) == [interval(column, 12) for column in samples.T]
