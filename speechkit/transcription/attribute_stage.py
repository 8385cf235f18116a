"""The stage `attribute`: aligned words and turns → the layer `attributed`, a speaker a segment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec

from speechkit.core.stage import Resources, Task, Work, Writes
from speechkit.core.types import Segment
from speechkit.transcription.attribute import attribute


class AttributeOptions(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """`named`: words keep the speaker that the transcriber names; without it, all go by turns."""

    named: bool = False


class AttributeStage:
    """Who said which word."""

    name = "attribute"
    version = "2"
    reads: tuple[str, ...] = ("aligned", "turns")
    writes = Writes(name="attributed", kind="segments")
    engine = ""
    revision = ""

    def __init__(self, options: AttributeOptions = AttributeOptions()) -> None:  # noqa: B008
        self.options = options

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Work]:  # noqa: ARG002
        """Yield a function from tasks to segments; nothing is loaded."""

        def work(tasks: Sequence[Task]) -> list[tuple[Segment, ...]]:
            return [
                attribute(
                    task.recording.id,
                    task.layers["aligned"].items,
                    task.layers["turns"].items,
                    named=self.options.named,
                )
                for task in tasks
            ]

        yield work
