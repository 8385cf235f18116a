"""The stage `detect`: languages without tables fail by themselves, and nothing said is nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from speechkit.core.errors import InputError
from speechkit.core.stage import Resources, Task
from speechkit.core.types import Audio, Context, Identifier, Layer, Provenance, Recording, Segment
from speechkit.deidentification.text.detect_stage import DetectOptions, DetectStage
from speechkit.storage.corpus import Corpus

CANARY = "Zebulonia"


def task(tmp_path: Path, text: str, language: str) -> Task:
    audio = Audio(
        sha256="0" * 64, uri="x", sample_rate=8, num_samples=80, num_channels=1, codec="p"
    )
    recording = Recording(id="rec-1", audio=audio, context=Context(languages=(language,)))
    segments = (Segment(id="rec-1-0", start=0.0, end=9.0, text=text),) if text else ()
    layer = Layer(
        name="attributed",
        kind="segments",
        recording="rec-1",
        items=segments,
        provenance=Provenance(stage="attribute", version="1"),
    )
    return Task(
        recording=recording,
        audio_path=tmp_path / "x",
        layers={"attributed": layer},
        workspace=Corpus.create(tmp_path / "c"),
    )


def test_a_language_without_tables_is_that_recordings_trouble_and_says_what_to_do(
    tmp_path: Path,
) -> None:
    with (
        DetectStage().open(Resources()) as work,
        pytest.raises(InputError, match=r"'ru'.*de, en, es, fr.*detect\.policy=strict") as caught,
    ):
        work([task(tmp_path, f"Меня зовут {CANARY}.", "ru")])
    assert CANARY not in str(caught.value)


def test_the_strict_policy_takes_any_language_by_patterns(tmp_path: Path) -> None:
    with DetectStage(DetectOptions(policy="strict")).open(Resources()) as work:
        (spans,) = work([task(tmp_path, "Пишите на ann@example.org, спасибо.", "ru")])
    assert {span.identifier for span in spans} >= {Identifier.EMAIL}


def test_nothing_said_needs_no_language(tmp_path: Path) -> None:
    with DetectStage().open(Resources()) as work:
        assert work([task(tmp_path, "", "ru")]) == [()]
