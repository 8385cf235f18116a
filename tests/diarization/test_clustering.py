"""Grouping runs of speech, on vectors whose speakers are known."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("scipy")

from speechkit.diarization.clustering import RunClustering, split_runs

FRAMES = 100  # of 0.1 s in a window of 10 s


def clustering(**changes: float) -> RunClustering:
    settings = {
        "threshold": 0.6,
        "pair_threshold": 0.4,
        "min_run": 0.8,
        "min_speaker": 1.0,
        "window": 10.0,
        "step": 10.0,
    }
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


def alike(distance: float, num_runs: tuple[int, int]) -> np.ndarray:
    """One window: runs of two people whose vectors lie so far apart, with a little spread."""
    rng = np.random.default_rng(0)
    angle = np.arccos(1 - distance)
    directions = [np.eye(8)[0], np.cos(angle) * np.eye(8)[0] + np.sin(angle) * np.eye(8)[1]]
    rows = [
        directions[who] + rng.normal(0, 0.02, 8) for who in (0, 1) for _ in range(num_runs[who])
    ]
    return np.array([[row / np.linalg.norm(row) for row in rows]])


def heard(distance: float, lengths: list[float], num_runs: tuple[int, int]) -> int:
    """Return how many speakers there are."""
    _, _, means = clustering(threshold=0.75)(alike(distance, num_runs), units([lengths]))
    return len(means)


def test_two_who_speak_alike_long_are_two_though_they_sound_alike() -> None:
    assert heard(0.5, [2.0, 2.0, 2.0, 2.0], (2, 2)) == 2
    assert heard(0.3, [2.0, 2.0, 2.0, 2.0], (2, 2)) == 1


def test_who_speaks_little_must_sound_more_different() -> None:
    assert heard(0.5, [4.0, 4.0, 1.1], (2, 1)) == 1
    assert heard(0.9, [4.0, 4.0, 1.1], (2, 1)) == 2


def test_a_twentieth_of_the_speech_is_no_speaker_unless_it_is_long() -> None:
    """60 s of one voice and 2 s of another, then 5 s of it: six windows end to end."""

    def num_speakers(seconds_of_the_other: float) -> int:
        lengths = [[9.9, 0.0]] * 11 + [[4.0, seconds_of_the_other]]
        who: list[list[int | None]] = [[0, None]] * 11 + [[0, 1]]
        return len(clustering()(vectors(who), units(lengths))[2])

    assert num_speakers(2.0) == 1
    assert num_speakers(5.0) == 2


def test_what_all_voices_share_is_taken_off_first() -> None:
    """A telephone adds the same to everybody's vectors: these two lie 0.2 apart."""
    both = vectors([[0, 0, 1, 1]])
    common = np.full(8, 0.7)
    by_telephone = both + common
    by_telephone /= np.linalg.norm(by_telephone, axis=2, keepdims=True)
    runs = units([[2, 2, 2, 2]])
    assert len(clustering()(by_telephone, runs)[2]) == 1
    average = tuple((by_telephone[0].mean(axis=0)).tolist())
    assert len(clustering(average=average)(by_telephone, runs)[2]) == 2


def test_told_two_takes_two_that_speak_and_not_one_odd_run() -> None:
    """Of three voices, the oddest speaks for a moment only: it is not the second speaker."""
    found = alike(0.5, (2, 2))
    odd = np.eye(8)[5][None, None]
    labels, _, means = clustering(threshold=0.75)(
        np.concatenate([found, odd], axis=1),
        units([[2.0, 2.0, 2.0, 2.0, 0.9]]),
        num_clusters=2,
        min_clusters=2,
        max_clusters=2,
    )
    assert len(means) == 2
    assert labels[0, 0] == labels[0, 1] != labels[0, 2] == labels[0, 3]
