"""Recognizers of other packages are found by entry point and merged like ours."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint

import pytest

from speechkit.core.errors import InputError, SpeechkitError
from speechkit.deidentification.text import registry
from speechkit.deidentification.text.candidate import Candidate
from speechkit.deidentification.text.scene import Scene
from speechkit.deidentification.text.spoken import SpokenOptions, find_candidates, make


def recognize_lockers(scene: Scene) -> Iterator[Candidate]:
    """Yield "locker B" with its letter."""
    for index in range(1, len(scene.tokens)):
        if scene.word(index - 1) == "locker":
            yield scene.candidate(index - 1, index + 1, "OTHER_ID", 0.9, "lockers")


def out_of_bounds(scene: Scene) -> Iterator[Candidate]:
    yield Candidate(0, 10_000, scene.candidate(0, 1, "NAME", 1.0, "x").identifier, 1.0, "x")


def install(monkeypatch: pytest.MonkeyPatch, function: str) -> None:
    point = EntryPoint("lockers", f"{__name__}:{function}", registry.GROUP)
    points = {**registry._points(), "lockers": point}
    monkeypatch.setattr(registry, "_points", lambda: points)
    registry.recognizers.cache_clear()


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    yield
    registry.recognizers.cache_clear()


def test_an_added_recognizer_is_heard_and_changes_the_revision(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "It is in locker b, and my name is Zebulon Quarles."
    before = make("", {}).revision
    assert [c.detector for c in find_candidates(text, "en", SpokenOptions())] == ["names"]
    install(monkeypatch, "recognize_lockers")
    found = find_candidates(text, "en", SpokenOptions())
    assert [(text[c.start : c.end], c.detector) for c in found] == [
        ("locker b", "lockers"),
        ("Zebulon Quarles", "names"),
    ]
    assert make("", {}).revision != before


def test_offsets_outside_the_text_are_the_recognizers_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    install(monkeypatch, "out_of_bounds")
    with pytest.raises(InputError, match=r"'lockers'.*0–10000.*20 characters") as caught:
        find_candidates("Zebulonia is asleep.", "en", SpokenOptions())
    assert "Zebulonia" not in str(caught.value)


def test_a_missing_recognizer_of_ours_is_an_error_not_a_leak(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    points = {name: point for name, point in registry._points().items() if name != "names"}
    monkeypatch.setattr(registry, "_points", lambda: points)
    registry.recognizers.cache_clear()
    with pytest.raises(SpeechkitError, match=r"names.*not registered"):
        find_candidates("hello", "en", SpokenOptions())
