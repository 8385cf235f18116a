"""The stage `annotate`: the redacted text, and who plays which part → what it says about health."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec

from speechkit.core.engines import make_engine
from speechkit.core.stage import Resources, Task, Work, Writes
from speechkit.core.types import Item
from speechkit.language import main_language


class AnnotateOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes the result."""

    engine: str = "rules"
    engine_options: dict[str, str] = {}


class AnnotateStage:
    """Reads `redacted`, and `roles` where they are there; writes `annotations`: one item.

    Only redacted text is read, so that nothing which had to go can be pointed at. A copy that is
    withheld has no text, and gets annotations without entities.
    """

    name = "annotate"
    version = "1"
    reads: tuple[str, ...] = ("redacted", "roles?")
    writes = Writes(name="annotations", kind="annotations")

    def __init__(self, options: AnnotateOptions | None = None) -> None:
        self.options = options or AnnotateOptions()
        self._engine = make_engine("annotator", self.options.engine, self.options.engine_options)

    @property
    def engine(self) -> str:
        """The engine's full name."""
        return self._engine.spec

    @property
    def revision(self) -> str:
        """Digest of the engine's lists or weights."""
        return self._engine.revision

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Work]:
        """Load the engine once; yield tasks → annotations."""
        with self._engine.open(resources) as annotate:

            def work(tasks: Sequence[Task]) -> Sequence[tuple[Item, ...]]:
                return [one(task) for task in tasks]

            def one(task: Task) -> tuple[Item, ...]:
                (copy,) = task.layers["redacted"].items
                roles = task.layers["roles"].items if "roles" in task.layers else ()
                return (
                    annotate(
                        copy.segments,
                        {each.speaker: each.role for each in roles},
                        main_language(copy.segments, task.recording.context.languages),
                    ),
                )

            yield work
