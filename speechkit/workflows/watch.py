"""Waits for new files: polling, as it works on network drives and under containers, too."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

Seen = dict[str, tuple[int, int]]


def changes(
    paths: Iterable[Path], seconds: float, sleep: Callable[[float], object] = time.sleep
) -> Iterator[None]:
    """Yield when files at or below `paths` are there, and again whenever they have changed.

    Files count once they kept still for `seconds`: one that is being copied is not read yet.
    """
    paths = list(paths)
    handled: Seen = {}
    before: Seen | None = None
    while True:
        now = _look(paths)
        if now == before and now != handled:
            handled = now
            yield
        else:
            before = now
            sleep(seconds)


def _look(paths: Iterable[Path]) -> Seen:
    """Return size and time of change of each file."""
    seen = {}
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            try:
                if file.is_file():
                    status = file.stat()
                    seen[str(file)] = (status.st_size, status.st_mtime_ns)
            except OSError:
                continue  # taken away meanwhile
    return seen
