"""The corpus folder: written whole or not at all, altered bytes refused, private."""

import errno
import os
import stat
from pathlib import Path

import msgspec
import pytest

from speechkit.core.errors import StoreError
from speechkit.core.types import Audio, Layer, Provenance, Recording, Session, Turn
from speechkit.storage.corpus import Corpus


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus.create(tmp_path / "corpus")


def session(name="rec-0000000000000001") -> Session:
    audio = Audio(
        sha256="0" * 64, uri="vault/x.wav", sample_rate=8, num_samples=8, num_channels=1, codec="p"
    )
    return Session(recording=Recording(id=name, audio=audio))


def turns(*items) -> Layer:
    return Layer(
        name="turns",
        kind="turns",
        recording="rec-0000000000000001",
        items=items,
        provenance=Provenance(stage="diarize", version="1"),
    )


def test_a_layer_comes_back_typed(corpus: Corpus) -> None:
    layer = turns(Turn(start=0.0, end=1.5, speaker="A"))
    assert corpus.get_layer(corpus.put_layer(layer)) == layer


def test_an_altered_layer_is_refused(corpus: Corpus) -> None:
    digest = corpus.put_layer(turns(Turn(start=0.0, end=1.5, speaker="A")))
    path = next(corpus.root.glob(f"vault/layers/**/{digest}.json"))
    path.write_bytes(path.read_bytes().replace(b'"A"', b'"B"'))
    with pytest.raises(StoreError, match="altered"):
        corpus.get_layer(digest)


def test_the_vault_is_private(corpus: Corpus) -> None:
    assert stat.S_IMODE((corpus.root / "vault").stat().st_mode) == 0o700


def test_no_corpus_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="speechkit ingest"):
        Corpus.open(tmp_path)


def test_a_full_disk_leaves_the_old_session(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus.put_session(session())
    corpus.add_layer("rec-0000000000000001", turns())
    before = corpus.session("rec-0000000000000001")

    def full(_) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        corpus.put_session(msgspec.structs.replace(before, layers={}))
    monkeypatch.undo()
    assert corpus.session("rec-0000000000000001") == before
    assert not list(corpus.root.rglob(".writing-*"))


def test_failures_of_one_kind_of_run_replace_the_older_ones(corpus: Corpus) -> None:
    corpus.record_failures("ingest", [{"item": "a", "reason": "x"}])
    corpus.record_failures("run", [{"item": "b", "reason": "y"}])
    corpus.record_failures("run", [{"item": "c", "reason": "z"}])
    assert [row["item"] for row in corpus.failures()] == ["a", "c"]
    corpus.record_failures("run", [])
    corpus.record_failures("ingest", [])
    assert not (corpus.root / "failures.jsonl").exists()
