"""Rate limits in memory: a token bucket for requests, a window for failed logins."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

_MOST_KEYS = 10_000


class Bucket:
    """Lets `burst` through at once and `rate` a second after that, for each key."""

    def __init__(
        self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._left: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def allows(self, key: str) -> bool:
        """Take one token of a key's; False if none is left."""
        with self._lock:
            now = self._clock()
            left, since = self._left.get(key, (float(self._burst), now))
            left = min(float(self._burst), left + (now - since) * self._rate)
            if len(self._left) > _MOST_KEYS:
                self._left.clear()
            self._left[key] = (max(0.0, left - 1), now)
            return left >= 1


class Failures:
    """Counts failures of a key within a window."""

    def __init__(
        self, most: int, window: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._window, self._clock = most, window, clock
        self._times: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def blocks(self, key: str) -> bool:
        """Say whether a key failed too often lately."""
        with self._lock:
            return len(self._recent(key)) >= self._most

    def add(self, key: str) -> None:
        """Count a failure."""
        with self._lock:
            if len(self._times) > _MOST_KEYS:
                self._times.clear()
            self._recent(key).append(self._clock())

    def forget(self, key: str) -> None:
        """Forget the failures of a key."""
        with self._lock:
            self._times.pop(key, None)

    def _recent(self, key: str) -> deque[float]:
        times = self._times.setdefault(key, deque())
        while times and times[0] < self._clock() - self._window:
            times.popleft()
        return times
