"""Nothing that is typed is lost: a part of the matrix; `python -m benchmarks.review.matrix` runs all.

Every action meets every answer of the server once, with latency and typing speed in turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, product
from typing import Any

import pytest

from benchmarks.review.matrix import ACTIONS, ANSWERS, INTERVALS, Bench, Case, play

pytestmark = pytest.mark.browser

_LATENCIES = (60, 150, 0)  # the longer ones take the longer
CASES = [
    Case(latency=latency, interval=interval, action=action, answer=answer)
    for (action, answer), latency, interval in zip(
        product(ACTIONS, ANSWERS), cycle(_LATENCIES), cycle((60, *INTERVALS, 60)), strict=False
    )
]


@pytest.fixture(scope="module")
def bench(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    made = Bench(tmp_path_factory.mktemp("matrix"), browser, len(CASES))
    yield made
    made.close()


@pytest.mark.parametrize("number", range(len(CASES)), ids=[str(case) for case in CASES])
def test_nothing_typed_is_lost(bench: Bench, number: int):
    assert play(bench, CASES[number], number) == []
