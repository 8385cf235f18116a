"""A stage that passes a layer on under another name, where a pipeline leaves a step out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec

from speechkit.core.stage import Resources, Task, Work, Writes
from speechkit.core.types import Item


class NoOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stage without options has none to record."""


class PassOn:
    """Writes the segments of layer `source` as layer `target`, unchanged."""

    version = "1"
    engine = ""
    revision = ""

    def __init__(self, source: str, target: str) -> None:
        self.name = f"{source}-as-{target}"
        self.reads: tuple[str, ...] = (source,)
        self.writes = Writes(name=target, kind="segments")
        self.options = NoOptions()

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Work]:  # noqa: ARG002
        """Yield a function that returns what the layer holds."""

        def work(tasks: Sequence[Task]) -> list[tuple[Item, ...]]:
            return [task.layers[self.reads[0]].items for task in tasks]

        yield work
