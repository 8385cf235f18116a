"""The stage `detect`: what was said, by whom → where identifiers stand in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec

from speechkit.core.digest import digest_of
from speechkit.core.engines import PhiDetector, make_engine
from speechkit.core.errors import InputError, UsageError
from speechkit.core.stage import Resources, Task, Work, Writes
from speechkit.core.types import Item, Segment
from speechkit.deidentification.policy import apply_policy, load_policy


class DetectOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes the result. `policy` is a name or a TOML file; see `policy.py`."""

    engine: str = "spoken"
    engine_options: dict[str, str] = {}
    policy: str = "safe-harbor"


class DetectStage:
    """Reads `attributed` segments, writes the layer `phi`."""

    name = "detect"
    version = "1"
    reads: tuple[str, ...] = ("attributed",)
    writes = Writes(name="phi", kind="phi")

    def __init__(self, options: DetectOptions | None = None) -> None:
        self.options = options or DetectOptions()
        self._policy = load_policy(self.options.policy)
        engine_options = with_policy(
            self.options.engine,
            self.options.engine_options,
            self._policy.least_score,
            any_language=self._policy.any_language,
        )
        self._engine: PhiDetector = make_engine("phi-detector", self.options.engine, engine_options)

    @property
    def engine(self) -> str:
        """The engine's full name."""
        return self._engine.spec

    @property
    def revision(self) -> str:
        """Digest of the engine's weights and word lists, and of what the policy says."""
        return digest_of([self._engine.revision, self._policy.title, sorted(self._policy.remove)])

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Work]:
        """Load the engine once; yield tasks → spans.

        Raises:
            InputError: from the function, for a recording in a language without tables.
        """
        with self._engine.open(resources) as detect:

            def work(tasks: Sequence[Task]) -> Sequence[tuple[Item, ...]]:
                return [one(task) for task in tasks]

            def one(task: Task) -> tuple[Item, ...]:
                segments = task.layers["attributed"].items
                if not any(segment.text for segment in segments):
                    return ()
                try:
                    spans = detect(segments, language_of(segments, task))
                except UsageError as error:
                    # A language nobody made tables for: this recording's trouble, not the run's.
                    raise InputError(f"{error} (--set detect.policy=strict)") from error
                return apply_policy(self._policy, spans)

            yield work


def with_policy(
    engine: str, options: dict[str, str], least_score: float, *, any_language: bool
) -> dict[str, str]:
    """Return the options of an engine with what a policy asks of it; given ones win."""
    if engine.partition(":")[0] != "spoken":
        return options
    asked = {"least_score": str(least_score)}
    if any_language:
        asked["patterns_only"] = "true"
    return {**asked, **options}


def language_of(segments: Sequence[Segment], task: Task) -> str:
    """Return the language most of the text is in; the recording's where segments have none."""
    sizes: Counter[str] = Counter()
    for segment in segments:
        if segment.language:
            sizes[segment.language] += len(segment.text)
    if sizes:
        return max(sorted(sizes), key=lambda language: sizes[language])
    known = task.recording.context.languages
    return known[0] if known else ""
