"""The stage `detect`: languages without tables fail by themselves, and nothing said is nothing."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from speechkit.core.errors import InputError
from speechkit.core.stage import Resources, Task
from speechkit.core.types import Audio, Context, Identifier, Layer, Provenance, Recording, Segment
from speechkit.deidentification.policy import load_policy
from speechkit.deidentification.text.detect_stage import DetectOptions, DetectStage, open_detector
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


STRICTER = {
    "least_score": ("least_score = 0.5", "least_score = 0.2"),
    "keep_towns": ("keep_towns = true", "keep_towns = false"),
    "any_language": ("any_language = true", "any_language = false"),
    "actions": ('[actions]\nDATE = "tag"', '[actions]\nDATE = "generalise"'),
}


@pytest.mark.parametrize("field", sorted(STRICTER))
def test_any_change_of_a_policy_is_another_result_in_the_cache(tmp_path: Path, field: str) -> None:
    path = tmp_path / "own.toml"  # the same name, edited
    keys = []
    for line in STRICTER[field]:
        path.write_text(f'title = "Own"\nremove = ["NAME", "DATE", "LOCATION"]\n{line}\n')
        stage = DetectStage(DetectOptions(policy=str(path)))
        keys.append((stage.engine, stage.revision))
    assert keys[0] != keys[1]


def test_a_policy_written_in_another_order_is_the_same_one(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('title = "Own"\nremove = ["NAME", "DATE"]\n')
    first = DetectStage(DetectOptions(policy=str(path))).revision
    path.write_text('remove = ["DATE", "NAME"]\ntitle = "Own"\n')
    assert DetectStage(DetectOptions(policy=str(path))).revision == first


def test_an_engine_gets_what_it_says_it_takes_of_a_policy(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('title = "Own"\nremove = ["NAME"]\nleast_score = 0.25\nany_language = true\n')
    policy = load_policy(str(path))
    assert open_detector("spoken", policy).options == {"least_score": 0.25, "patterns_only": True}
    assert open_detector("baseline", policy).options == {"score": 0.25}
    given = open_detector("spoken", policy, {"least_score": "0.7"})
    assert given.options["least_score"] == 0.7


def test_the_main_language_of_a_recording_is_the_one_detection_runs_in(tmp_path: Path) -> None:
    both = task(tmp_path, "x", "ru")
    segments = (
        Segment(id="rec-1-0", start=0.0, end=8.0, text="да", language="ru"),
        Segment(
            id="rec-1-1", start=8.0, end=9.0, text="My name is Zebulon Quarles.", language="en"
        ),
    )
    layer = msgspec.structs.replace(both.layers["attributed"], items=segments)
    both = msgspec.structs.replace(both, layers={"attributed": layer})
    with DetectStage().open(Resources()) as work:
        (spans,) = work([both])
    assert [(span.segment, span.identifier) for span in spans] == [("rec-1-1", Identifier.NAME)]
