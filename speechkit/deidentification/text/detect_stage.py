"""The stage `detect`: what was said, by whom → where identifiers stand in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import msgspec

from speechkit.core.digest import digest_of
from speechkit.core.engines import PhiDetector, engine_info, make_engine
from speechkit.core.errors import InputError, UsageError
from speechkit.core.stage import Resources, Task, Work, Writes
from speechkit.core.types import Item
from speechkit.deidentification.policy import Policy, apply_policy, load_policy, policy_digest
from speechkit.deidentification.text.doubtful_answers import with_doubtful_answers
from speechkit.language import main_language


class DetectOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes the result. `policy` is a name or a TOML file; see `policy.py`."""

    engine: str = "combined"
    engine_options: dict[str, str] = {}
    policy: str = "safe-harbor"


class DetectStage:
    """Reads `attributed` segments, writes the layer `phi`."""

    name = "detect"
    version = "2"
    reads: tuple[str, ...] = ("attributed",)
    writes = Writes(name="phi", kind="phi")

    def __init__(self, options: DetectOptions | None = None) -> None:
        self.options = options or DetectOptions()
        self._policy = load_policy(self.options.policy)
        self._engine = open_detector(self.options.engine, self._policy, self.options.engine_options)

    @property
    def engine(self) -> str:
        """The engine's full name."""
        return self._engine.spec

    @property
    def revision(self) -> str:
        """Digest of the engine's weights, word lists and options, and of the whole policy."""
        return digest_of(
            [self._engine.revision, dict(self._engine.options), policy_digest(self._policy)]
        )

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Work]:
        """Load the engine once; yield tasks → spans.

        Raises:
            InputError: from the function, for a recording in a language without tables.
        """
        with self._engine.open(resources) as detect:

            def work(tasks: Sequence[Task]) -> Sequence[tuple[Item, ...]]:
                return [spans_of(task) for task in tasks]

            def spans_of(task: Task) -> tuple[Item, ...]:
                segments = task.layers["attributed"].items
                if not any(segment.text for segment in segments):
                    return ()
                language = main_language(segments, task.recording.context.languages)
                try:
                    spans = detect(segments, language)
                except UsageError as error:
                    # A language without tables: a fault of this recording, not of the run.
                    raise InputError(f"{error} (--set detect.policy=strict)") from error
                return apply_policy(self._policy, with_doubtful_answers(segments, spans, language))

            yield work


def open_detector(
    engine: str, policy: Policy, options: Mapping[str, str] | None = None
) -> PhiDetector:
    """Return a PHI detector set as a policy asks; options given for the engine itself win.

    Which fields of a policy an engine takes stands in its `EngineInfo.policy_options`.

    Raises:
        UsageError: if there is no such engine or option.
        MissingExtraError: if its packages are not installed.
    """
    accepted = engine_info("phi-detector", engine).policy_options
    asked = {option: _as_option(getattr(policy, field)) for field, option in accepted.items()}
    return make_engine("phi-detector", engine, {**asked, **(options or {})})


def _as_option(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
