"""The contract tests themselves: what breaks a promise is named, what keeps all is left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec
import numpy as np
import pytest

from speechkit.core import engines
from speechkit.core.engine_base import EngineBase, NoOptions
from speechkit.core.engines import EngineInfo, Transcribe, Transcript, check_language
from speechkit.core.errors import UsageError
from speechkit.core.stage import Resources
from speechkit.core.text import join_words
from speechkit.core.types import Segment, Word
from speechkit.testing import ContractError, check_engine, demand_engine

SPEECH = np.sin(np.arange(32_000) / 10).astype(np.float32)


class Toy(EngineBase[NoOptions]):
    """A transcriber that hears two words wherever there is sound."""

    name = "toy"
    options_type = NoOptions
    info = EngineInfo(languages=("en",), word_times=True)

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Transcribe]:
        yield self.transcribe

    def transcribe(self, samples: Any, language: str | None) -> Transcript:
        code = check_language(self, language or "en")
        seconds = len(samples) / 16_000
        if not len(samples) or not samples[:].any():
            return Transcript(segments=(), language=code, language_probability=1.0)
        middle = seconds / 2
        words = (
            Word(text="good", start=0.0, end=middle),
            Word(text="morning", start=middle, end=seconds),
        )
        text = join_words([word.text for word in words], code)
        segment = Segment(id="", start=0.0, end=seconds, text=text, language=code, words=words)
        return Transcript(segments=(segment,), language=code, language_probability=1.0)


Break = Callable[[Transcript], Transcript]


def _segments(**changes: Any) -> Break:
    def change(heard: Transcript) -> Transcript:
        segments = tuple(msgspec.structs.replace(each, **changes) for each in heard.segments)
        return msgspec.structs.replace(heard, segments=segments)

    return change


def _in_parts(*parts: tuple[float, float]) -> Break:
    named = _segments(speaker="A")
    return lambda heard: msgspec.structs.replace(named(heard), parts=parts)


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., Any]], None]:
    """Put a transcriber in the place of all that is installed."""

    class Point:
        extras = ()

        def __init__(self, factory: Callable[..., Any]) -> None:
            self.load = lambda: factory

    def install(factory: Callable[..., Any]) -> None:
        monkeypatch.setattr(engines, "_entry_points", lambda kind: {"toy": Point(factory)})

    return install


def test_what_keeps_its_contract_is_left_alone(install: Any) -> None:
    install(Toy)
    results = check_engine("transcriber", "toy", speech=SPEECH)
    assert len(results) == 11
    assert not [each for each in results if each.problem or each.skipped]
    demand_engine("transcriber", "toy", speech=SPEECH)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (_segments(id="s1"), "has an id"),
        (_segments(text="good day"), "not its words"),
        (_segments(words=()), "has no words"),
        (_segments(end=99.0), "outside of the sound"),
        (_segments(language="fr"), "not that of each segment"),
        (_segments(confidence=1.5), "not 0 to 1"),
        (lambda heard: msgspec.structs.replace(heard, language="fr"), "not the transcript's"),
        (lambda heard: msgspec.structs.replace(heard, language_probability=7.0), "from 0 to 1"),
        (lambda heard: 1 / 0, "ends in a ZeroDivisionError"),
    ],
)
def test_what_breaks_it_is_named(install: Any, change: Break, problem: str) -> None:
    class Broken(Toy):
        def transcribe(self, samples: Any, language: str | None) -> Transcript:
            return change(super().transcribe(samples, language))

    install(Broken)
    with pytest.raises(ContractError, match=problem):
        demand_engine("transcriber", "toy", speech=SPEECH)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (_segments(), "somebody speaks who has no name"),
        (_in_parts((0.0, 2.0), (1.0, 2.0)), "overlap"),
        (_in_parts((0.0, 3.0)), "after the sound"),
    ],
)
def test_who_names_speakers_names_all_and_says_in_which_parts(
    install: Any, change: Break, problem: str
) -> None:
    class Joint(Toy):
        info = msgspec.structs.replace(Toy.info, speakers=True)
        change = staticmethod(_segments(speaker="A"))

        def transcribe(self, samples: Any, language: str | None) -> Transcript:
            return self.change(super().transcribe(samples, language))

    install(Joint)
    demand_engine("transcriber", "toy", speech=SPEECH)
    Joint.change = staticmethod(change)
    with pytest.raises(ContractError, match=problem):
        demand_engine("transcriber", "toy", speech=SPEECH)


def test_a_result_that_depends_on_chance_is_named(install: Any) -> None:
    class Random(Toy):
        count = 0

        def transcribe(self, samples: Any, language: str | None) -> Transcript:
            heard = super().transcribe(samples, language)
            self.count += 1
            return _segments(labels=(str(self.count),))(heard)

    install(Random)
    with pytest.raises(ContractError, match="another result"):
        demand_engine("transcriber", "toy", speech=SPEECH)


def test_hearing_something_in_silence_is_named(install: Any) -> None:
    class Haunted(Toy):
        def transcribe(self, samples: Any, language: str | None) -> Transcript:
            if language == "xx":
                return super().transcribe(samples, language)
            return super().transcribe(SPEECH, language)

    install(Haunted)
    with pytest.raises(ContractError, match="s of silence"):
        demand_engine("transcriber", "toy", speech=SPEECH)


def test_taking_any_option_or_language_is_named(install: Any) -> None:
    class Careless(Toy):
        def __init__(self, model: str = "", options: Mapping[str, Any] = {}) -> None:
            super().__init__(model)

        def transcribe(self, samples: Any, language: str | None) -> Transcript:
            return super().transcribe(samples, "en")

    install(Careless)
    with pytest.raises(ContractError) as broken:
        demand_engine("transcriber", "toy", speech=SPEECH)
    assert "unknown option is accepted" in str(broken.value)
    assert "language that info does not list is accepted" in str(broken.value)


def test_without_a_clip_the_rest_is_checked(install: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("speechkit.testing.subject.sample_speech", lambda: None)
    install(Toy)
    results = check_engine("transcriber", "toy")
    assert {"silence has no text"} <= {each.check for each in results if not each.skipped}
    assert [each for each in results if each.skipped]


def test_an_unknown_engine_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no transcriber named"):
        check_engine("transcriber", "tooy")
