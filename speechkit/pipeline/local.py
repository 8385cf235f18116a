"""The local executor: one process, one model load a stage, one recording at a time.

A recording that fails yields its reason; the rest goes on. What a stage raises besides
`SpeechkitError` may quote what was said, so only the kind of error and its place are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from speechkit.core.errors import (
    MissingExtraError,
    ModelError,
    SpeechkitError,
    UsageError,
    describe,
)
from speechkit.core.stage import Resources, Stage, Task
from speechkit.core.types import Item


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What a stage made of one recording."""

    recording: str
    items: tuple[Item, ...]


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    """Why a stage could not do one recording."""

    recording: str
    reason: str


Result = Done | Failed


class LocalExecutor:
    """Runs stages in this process."""

    def __init__(self, resources: Resources | None = None) -> None:
        self.resources = resources or Resources()

    def map(self, stage: Stage, tasks: Iterable[Task]) -> Iterator[Result]:
        """Yield one result a task, in order.

        Raises:
            SpeechkitError: if the stage itself cannot be opened (weights, extras, options).
        """
        with stage.open(self.resources) as work:
            for task in tasks:
                try:
                    (items,) = work([task])
                except (ModelError, MissingExtraError, UsageError):
                    raise
                except SpeechkitError as error:
                    yield Failed(recording=task.recording.id, reason=str(error))
                except Exception as error:
                    yield Failed(recording=task.recording.id, reason=describe(error))
                else:
                    yield Done(recording=task.recording.id, items=items)
