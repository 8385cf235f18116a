"""Sets of intervals, against counting milliseconds one by one."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from speechkit.core.time import duration, subtract, union

INTERVALS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda ab: (min(ab), max(ab)))
)


def points(intervals):
    return {t for start, end in intervals for t in range(start, end)}


@given(INTERVALS)
def test_union_covers_the_same_and_does_not_touch(intervals) -> None:
    merged = union(intervals)
    assert points(merged) == points(intervals)
    assert all(a[1] < b[0] for a, b in pairwise(merged))


@given(INTERVALS, INTERVALS)
def test_subtract_takes_away_what_is_covered(a, b) -> None:
    assert points(subtract(a, b)) == points(a) - points(b)


@given(INTERVALS)
def test_duration_counts_overlaps_once(intervals) -> None:
    assert duration(intervals) == len(points(intervals))
