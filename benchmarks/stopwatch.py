"""How long steps take, wall and processor."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


class Stopwatch:
    """Adds up the seconds (wall, processor) of steps by name, in `spent`."""

    def __init__(self) -> None:
        self.spent: dict[str, list[float]] = {}

    def __call__(self, step: str, work: Callable[..., Any], *arguments: Any) -> Any:
        wall, cpu = time.perf_counter(), time.process_time()
        result = work(*arguments)
        sums = self.spent.setdefault(step, [0.0, 0.0])
        sums[0] += time.perf_counter() - wall
        sums[1] += time.process_time() - cpu
        return result
