"""What a person accepted is taken at their word; what nobody looked at stays as doubtful as it was."""

from __future__ import annotations

from pathlib import Path

from speechkit.core.reviewed import CORRECTED, CORRECTED_PHI, UNREVIEWED
from speechkit.core.stage import Task
from speechkit.core.types import Audio, Layer, Provenance, Recording, Segment, Word
from speechkit.deidentification.check.draft_quality import doubt
from speechkit.pipeline.corrections import of_corrected
from speechkit.storage.corpus import Corpus


def said(name: str, *labels: str) -> Segment:
    words = (Word(text="yes", start=0, end=1, confidence=0.4),)
    return Segment(
        id=name, start=0, end=1, speaker="A", text="yes", words=words, labels=labels, confidence=0.4
    )


def layer(name: str, kind: str, *items: Segment) -> Layer:
    made = Provenance(stage="test", version="1")
    return Layer(name=name, kind=kind, recording="rec-1", items=items, provenance=made)


def test_words_that_a_person_accepted_are_doubted_no_more(tmp_path: Path) -> None:
    audio = Audio(
        sha256="0" * 64, uri="", sample_rate=8000, num_samples=1, num_channels=1, codec="wav"
    )
    task = Task(
        recording=Recording(id="rec-1", audio=audio),
        audio_path=tmp_path,
        layers={
            CORRECTED: layer(
                CORRECTED, "segments", said("a", "note:seen"), said("b", UNREVIEWED), said("c")
            ),
            CORRECTED_PHI: layer(CORRECTED_PHI, "phi"),
        },
        workspace=Corpus.create(tmp_path / "corpus"),
    )
    given = of_corrected(task, lambda _: ()).layers["attributed"].items
    assert [doubt([segment]) for segment in given] == [0.0, 0.6, 0.0]
    assert given[0].labels == ()
