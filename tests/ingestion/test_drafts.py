"""What a cloud service wrote comes in as the draft that people correct."""

from pathlib import Path

import pytest

from speechkit.ingestion.ingest import IngestOptions, ingest_folder
from speechkit.review.load_drafts import draft_of
from speechkit.storage.corpus import Corpus

SERVICES = Path(__file__).parent.parent / "formats" / "services"


@pytest.mark.parametrize("name", ["deepgram.json", "aws_healthscribe.json", "table.csv"])
def test_a_draft_is_ingested_and_reviewed(name: str, real_call: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "call.wav").write_bytes(real_call.read_bytes())
    (folder / name).write_bytes((SERVICES / name).read_bytes())
    table = tmp_path / "table.csv"
    table.write_text(f"audio,draft\ncall.wav,{name}\n")
    corpus = Corpus(tmp_path / "corpus")
    ingest_folder(folder, corpus, IngestOptions(metadata=table, language="en"))
    (session,) = corpus.sessions()
    draft = draft_of(corpus, session)
    assert draft is not None
    assert draft.name == "draft"
    assert "My knee hurts, doctor." in " ".join(segment.text for segment in draft.items)
    if name != "table.csv":
        assert [segment.speaker for segment in draft.items] == ["S1", "S2", "S1"]
        assert draft.items[1].words[2].start == 3.7


def test_a_draft_that_does_not_fit_costs_no_sound(real_call: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "call.wav").write_bytes(real_call.read_bytes())
    (folder / "call.stm").write_text("call 1 A 0.5 9000 hello\n")
    table = tmp_path / "table.csv"
    table.write_text("audio,draft\ncall.wav,call.stm\n")
    corpus = Corpus(tmp_path / "corpus")
    ingest_folder(folder, corpus, IngestOptions(metadata=table, language="en"))
    (session,) = corpus.sessions()
    assert "draft" not in session.layers
    assert "draft left out" in (corpus.root / "failures.jsonl").read_text()
