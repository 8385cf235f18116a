"""Progress on stderr: bars on a terminal, or lines of JSON for schedulers; else nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from speechkit.pipeline.runner import Progress as Report


@contextmanager
def progress_bars() -> Iterator[Report]:
    """Yield a function that moves one bar a stage."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description:<10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        tasks: dict[str, int] = {}

        def report(stage: str, finished: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = int(bars.add_task(stage, total=total))
            bars.update(tasks[stage], completed=finished)  # type: ignore[arg-type]

        yield report


class Events:
    """Writes progress as JSON lines: at most one a second and stage, and always its last.

    `{"event":"progress","stage":"diarize","finished":3,"total":40,"eta_seconds":512.0}`; the time
    left is of this stage, and null until one recording is done.
    """

    def __init__(
        self,
        write: Callable[[str], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._write = write or sys.stderr.write
        self._clock = clock
        self._begun: dict[str, tuple[float, int]] = {}
        self._last: dict[str, float] = {}

    def __call__(self, stage: str, finished: int, total: int) -> None:
        now = self._clock()
        begun, cached = self._begun.setdefault(stage, (now, finished))
        if finished < total and now - self._last.get(stage, -1e9) < 1:
            return
        self._last[stage] = now
        done = finished - cached
        eta = round((now - begun) / done * (total - finished), 1) if done else None
        event = {
            "event": "progress",
            "stage": stage,
            "finished": finished,
            "total": total,
            "eta_seconds": 0.0 if finished == total else eta,
        }
        self._write(msgspec.json.encode(event).decode() + "\n")
