"""Results in order, computed on all processors a few items ahead of whoever takes them."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_MOST_THREADS = 8  # beyond, they wait for each other


def ahead(
    function: Callable[[Item], Result], items: Iterable[Item], threads: int = 0
) -> Iterator[tuple[Item, Future[Result]]]:
    """Yield each item with the future of its result, in order; few are computed before they are
    taken, so that memory does not grow with the number of items. 0 threads: one a processor.

    >>> [(item, result.result()) for item, result in ahead(str.upper, ["a", "b"])]
    [('a', 'A'), ('b', 'B')]
    """
    threads = threads or min(_MOST_THREADS, _processors())
    pool = ThreadPoolExecutor(threads, thread_name_prefix="ingest")
    waiting: deque[tuple[Item, Future[Result]]] = deque()
    try:
        for item in items:
            waiting.append((item, pool.submit(function, item)))
            if len(waiting) > 2 * threads:
                yield waiting.popleft()
        while waiting:
            yield waiting.popleft()
    finally:
        pool.shutdown(cancel_futures=True)


def _processors() -> int:
    """How many this process may use, which in a container or a batch job is fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
