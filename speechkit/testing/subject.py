"""An engine that is opened, with what the checks need beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec
import numpy as np

from speechkit.core.engines import Engine, EngineInfo, EngineKind, engine_info, make_engine
from speechkit.core.stage import Resources
from speechkit.testing.checks import Check, NotChecked, expect, expect_refused
from speechkit.testing.sounds import sample_speech

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

Function = TypeVar("Function")


class Opened(msgspec.Struct, Generic[Function], frozen=True, kw_only=True):
    """What is checked. `run` is what `engine.open` yields, `speech` a clip of `language`."""

    kind: EngineKind
    spec: str
    given: Mapping[str, str]
    engine: Any
    run: Any
    speech: Any = None
    language: str = "en"

    def clip(self) -> Samples:
        """Return the clip of speech, or raise NotChecked."""
        if self.speech is None:
            raise NotChecked("no clip of speech: give one, or install speechkit[diarize]")
        samples: Samples = self.speech
        return samples

    def spoken(self) -> str:
        """Return a language that the engine knows: that of the clip if possible."""
        known: tuple[str, ...] = self.engine.info.languages
        return self.language if not known or self.language in known else known[0]

    def make(self, **options: str) -> Engine:
        """Make the same engine again, with more options."""
        return make_engine(self.kind, self.spec, {**self.given, **options})


@contextmanager
def opened(
    kind: EngineKind,
    spec: str,
    options: Mapping[str, str] | None = None,
    *,
    speech: Samples | None = None,
    language: str = "en",
    resources: Resources = Resources(threads=1),  # noqa: B008
) -> Iterator[Opened[Any]]:
    """Open an engine for the checks.

    Args:
        kind: of engine.
        spec: its name, with its model.
        options: its own.
        speech: mono, 16 kHz, about 10 s; by default pyannote's sample call, where it is installed.
        language: of `speech`.
        resources: where it runs.

    Raises:
        UsageError, MissingExtraError, ModelError: as of the engine.
    """
    engine: Any = make_engine(kind, spec, options)
    clip = sample_speech() if speech is None else speech
    with engine.open(resources) as run:
        yield Opened(
            kind=kind,
            spec=spec,
            given=dict(options or {}),
            engine=engine,
            run=run,
            speech=clip,
            language=language,
        )


def says_what_it_is(subject: Opened[Any]) -> None:
    """Name, revision, options and info are there, and the same each time."""
    engine, again = subject.engine, subject.make()
    name = subject.spec.partition(":")[0]
    expect(engine.spec.partition(":")[0] == name, f"spec does not begin with {name!r}")
    expect(isinstance(engine.revision, str), "revision is not a string")
    expect(engine.revision == again.revision, "revision differs from one time to the next")
    expect(engine.options == again.options, "options differ from one time to the next")
    try:
        msgspec.json.encode(engine.options)
    except TypeError:
        expect(False, "options cannot be written as JSON: they are part of the cache key")
    expect(isinstance(engine.info, EngineInfo), "info is not an EngineInfo")


def says_it_without_being_made(subject: Opened[Any]) -> None:
    """`engine_info` answers from the name alone."""
    info = engine_info(subject.kind, subject.spec)
    expect(isinstance(info, EngineInfo), "info is not an EngineInfo")
    expect(info.batch >= 1, "batch is less than one sound")
    expect(info.devices, "it runs on no device")
    expect(info.word_margin is None or info.word_margin > 0, "word_margin is not above zero")
    calibration = info.calibration
    expect(calibration is None or calibration.slope > 0, "calibration does not rise")


def refuses_unknown_options(subject: Opened[Any]) -> None:
    """A misspelled option is a UsageError."""
    expect_refused("an unknown option", lambda: subject.make(no_such_option="1"))


def same_twice(call: Callable[[], object]) -> None:
    """Expect the same result of two calls."""
    expect(call() == call(), "the same input gave another result")


COMMON: tuple[Check[Opened[Any]], ...] = (
    Check(says_what_it_is),
    Check(says_it_without_being_made),
    Check(refuses_unknown_options),
)
