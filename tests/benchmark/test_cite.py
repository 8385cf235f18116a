"""What others take a result up by is right in their own format."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from speechkit.benchmark.report import write_report
from speechkit.benchmark.report.cite import bibtex, leaderboard_rows, model_index
from speechkit.benchmark.results import Scores
from speechkit.benchmark.score import score_systems
from speechkit.benchmark.types import Hypothesis, Reference, ScoreOptions, System
from speechkit.core.types import Segment


def segments(text: str) -> tuple[Segment, ...]:
    return (Segment(id="", start=0.0, end=1.0, text=text),)


@pytest.fixture
def scores() -> Scores:
    references = {"a": Reference(segments=segments("my knee hurts badly"))}
    systems = [
        System(name=name, hypotheses={"a": Hypothesis(segments=segments(text))})
        for name, text in (("good: 1", "my knee hurts badly"), ('odd "2"', "my knees hurts badly"))
    ]
    found = score_systems(references, systems, ScoreOptions(language="en", draws=0))
    return msgspec.structs.replace(found, reference="clinic_a & b#reference", version="9.9")


def test_a_model_card_reads_it(scores: Scores) -> None:
    yaml = pytest.importorskip("yaml")
    first, second = yaml.safe_load(model_index(scores))["model-index"]
    assert [first["name"], second["name"]] == ["good: 1", 'odd "2"']
    (result,) = second["results"]
    assert result["task"]["type"] == "automatic-speech-recognition"
    assert result["dataset"]["name"] == "clinic_a & b#reference"
    assert result["dataset"]["revision"] == scores.reference_digest
    # One word of four, one letter of nineteen.
    assert {m["type"]: m["value"] for m in result["metrics"]} == {"wer": 25.0, "cer": 5.26}


def test_a_leaderboard_reads_it(scores: Scores) -> None:
    yaml = pytest.importorskip("yaml")
    documents = list(yaml.safe_load_all(leaderboard_rows(scores)))
    assert len(documents) == 2
    assert [(row["dataset"]["task_id"], row["value"]) for row in documents[1]] == [
        ("clinic_a_b_reference_wer", 25.0),
        ("clinic_a_b_reference_cer", 5.26),
    ]


def test_the_entry_can_be_typeset(scores: Scores) -> None:
    entry = bibtex(scores)
    assert r"clinic\_a \& b\#reference" in entry
    assert scores.reference_digest[:12] in entry
    assert "en@3" in entry
    plain = re.sub(r"\\[{}]", "", entry)
    assert plain.count("{") == plain.count("}")


def test_they_stand_beside_the_page(scores: Scores, tmp_path: Path) -> None:
    write_report(scores, tmp_path)
    for name, text in (
        ("cite.bib", bibtex(scores)),
        ("model-index.yaml", model_index(scores)),
        ("open_asr_leaderboard.yaml", leaderboard_rows(scores)),
    ):
        assert (tmp_path / name).read_text("utf-8") == text
    assert "@misc{speechkit-" in (tmp_path / "index.html").read_text("utf-8")
