"""The stage `annotate`: from a redacted copy to one item that the corpus can hold."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from speechkit.annotation import AnnotateOptions, AnnotateStage
from speechkit.core.annotations import Annotations
from speechkit.core.errors import UsageError
from speechkit.core.stage import Resources, Task
from speechkit.core.types import (
    Audio,
    Context,
    Layer,
    Provenance,
    Recording,
    RedactedCopy,
    Segment,
    SpeakerRole,
)
from speechkit.storage.corpus import Corpus

AUDIO = Audio(
    sha256="0" * 64, uri="", sample_rate=16000, num_samples=16000, num_channels=1, codec="pcm"
)
RECORDING = Recording(id="r", audio=AUDIO, context=Context(languages=("en",)))


def _layer(name: str, kind: str, *items: object) -> Layer:
    origin = Provenance(stage=name, version="1")
    return Layer(name=name, kind=kind, recording="r", items=items, provenance=origin)


def _task(corpus: Corpus, *texts: str) -> Task:
    segments = tuple(
        Segment(id=f"s{i}", start=i, end=i + 1, text=text, speaker="A", language="en")
        for i, text in enumerate(texts)
    )
    copy = RedactedCopy(audio=AUDIO, segments=segments, redactions=(), verdict="clean")
    roles = SpeakerRole(speaker="A", role="doctor", confidence=1.0)
    layers = {
        "redacted": _layer("redacted", "redacted", copy),
        "roles": _layer("roles", "roles", roles),
    }
    return Task(recording=RECORDING, audio_path=Path("none"), layers=layers, workspace=corpus)


def test_a_layer_of_annotations_comes_back_from_the_corpus(tmp_path: Path) -> None:
    corpus = Corpus.create(tmp_path / "corpus")
    stage = AnnotateStage()
    with stage.open(Resources(threads=1)) as work:
        ((found,),) = work([_task(corpus, "[NAME_1] has asthma.", "ankles swollen")])
    assert isinstance(found, Annotations)
    assert [entity.type for entity in found.entities] == ["condition", "body", "finding"]
    layer = _layer(stage.writes.name, stage.writes.kind, found)
    digest = corpus.put_layer(layer)
    assert msgspec.json.encode(layer).find(b"asthma") == -1, "offsets only, no words"
    assert corpus.get_layer(digest).items == (found,)


def test_a_withheld_copy_has_no_entities(tmp_path: Path) -> None:
    with AnnotateStage().open(Resources(threads=1)) as work:
        ((found,),) = work([_task(Corpus.create(tmp_path / "corpus"))])
    assert found == Annotations(language="en")


def test_an_unknown_engine_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="rules"):
        AnnotateStage(AnnotateOptions(engine="rulez"))
