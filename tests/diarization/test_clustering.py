"""Grouping runs of speech, on vectors whose speakers are known."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("scipy")

from speechkit.diarization.clustering import RunClustering, split_runs

FRAMES = 100  # of 0.1 s in a window of 10 s


def clustering(**changes: float) -> RunClustering:
    settings = {"threshold": 0.6, "min_run": 0.8, "min_speaker": 1.0, "window": 10.0, "step": 10.0}
    return RunClustering(**{**settings, **changes})


def units(seconds: list[list[float]]) -> SimpleNamespace:
    """Windows of units that speak one after another for so many seconds."""
    data = np.zeros((len(seconds), FRAMES, max(map(len, seconds))), dtype=np.float32)
    for window, lengths in enumerate(seconds):
        at = 0
        for unit, length in enumerate(lengths):
            data[window, at : at + round(length * 10), unit] = 1
            at += round(length * 10)
    return SimpleNamespace(data=data)


def vectors(speakers: list[list[int | None]]) -> np.ndarray:
    """A vector near the axis of each unit's speaker; NaN where there is none."""
    rng = np.random.default_rng(0)
    out = np.full((len(speakers), max(map(len, speakers)), 8), np.nan)
    for window, row in enumerate(speakers):
        for unit, speaker in enumerate(row):
            if speaker is not None:
                vector = np.eye(8)[speaker] + rng.normal(0, 0.05, 8)
                out[window, unit] = vector / np.linalg.norm(vector)
    return out


def test_runs_of_the_same_speaker_come_together_across_windows() -> None:
    labels, _, centroids = clustering()(
        vectors([[0, 1], [1, 0]]), units([[2, 2], [2, 2]]), max_clusters=float("inf")
    )
    assert len(centroids) == 2
    assert labels[0, 0] == labels[1, 1] != labels[0, 1] == labels[1, 0]


def test_somebody_heard_for_a_moment_is_no_speaker_of_their_own() -> None:
    labels, _, centroids = clustering()(vectors([[0, 1, 2]]), units([[4, 4, 0.9]]))
    assert len(centroids) == 2
    assert labels[0, 2] in (0, 1)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_number_that_is_told_is_kept(number: int) -> None:
    _, _, centroids = clustering()(
        vectors([[0, 1, 2]]), units([[3, 3, 3]]), num_clusters=number, max_clusters=number
    )
    assert len(centroids) == number


def test_at_least_and_at_most_are_kept() -> None:
    three = (vectors([[0, 1, 2]]), units([[3, 3, 3]]))
    one = (vectors([[0, 0, 0]]), units([[3, 3, 3]]))
    assert len(clustering()(*three, max_clusters=2)[2]) == 2
    assert len(clustering()(*one, min_clusters=2)[2]) == 2


def test_a_run_without_a_vector_goes_with_the_nearest_in_time() -> None:
    labels, _, _ = clustering()(
        vectors([[0, None, 1]]), units([[3, 0.2, 3]]), num_clusters=2, max_clusters=2
    )
    assert labels[0, 1] in (labels[0, 0], labels[0, 2])


def test_no_vector_at_all_makes_one_speaker() -> None:
    labels, _, centroids = clustering()(vectors([[None, None]]), units([[0.2, 0.2]]))
    assert labels.tolist() == [[0, 0]]
    assert len(centroids) == 1


def test_runs_are_split_at_pauses_and_long_ones_halved() -> None:
    active = np.zeros((1, 100, 2), dtype=np.float32)
    active[0, 0:10, 0] = active[0, 12:20, 0] = 1  # a pause of 2 frames does not part them
    active[0, 30:60, 0] = 1
    active[0, 70:75, 1] = 1
    parted = split_runs(active, min_gap=3, longest=20)
    spans = [tuple(np.flatnonzero(unit)[[0, -1]].tolist()) for unit in parted[0].T]
    assert spans == [(0, 19), (30, 44), (45, 59), (70, 74)]
    assert np.array_equal(parted.sum(axis=2), active.sum(axis=2))


def test_speech_that_only_the_first_window_hears_counts_in_full() -> None:
    """Elsewhere five windows hear each second; a speaker of the first seconds is one all the same."""
    early = [[1.5, 0.0, 6.0]] + [[0.0, 0.0, 8.0]] * 5
    spoken = units(early)
    labels, _, centroids = clustering(step=2.0)(
        vectors([[1, None, 0]] + [[None, None, 0]] * 5), spoken
    )
    assert len(centroids) == 2
    assert labels[0, 0] != labels[0, 2]
