"""A corpus through a store: a folder, and an S3 server that answers over HTTP."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import toys

from speechkit.core.digest import digest_bytes
from speechkit.core.errors import DamagedError, StoreError, UsageError
from speechkit.core.stage import Resources
from speechkit.core.types import Audio, Layer, Provenance, RedactedCopy
from speechkit.pipeline.executors import remote
from speechkit.pipeline.executors.local import LocalExecutor
from speechkit.pipeline.executors.registry import make_executor
from speechkit.pipeline.executors.remote import Store, made, mirrored, send_jobs, take_in
from speechkit.pipeline.jobs import Failed, Stored, jobs_of
from speechkit.pipeline.runner import run
from speechkit.storage.corpus import Corpus


@pytest.fixture(params=["folder", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "folder":
        return f"file://{tmp_path}/store"
    make: Callable[[], str] = request.getfixturevalue("bucket")
    return f"{make()}/corpora/mine"


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    corpus = toys.make_corpus(tmp_path / "corpus", 3)
    (corpus.root / "x").write_bytes(b"sound")
    return corpus


def test_a_worker_sees_only_the_store_and_the_corpus_gets_the_same_bytes(
    tmp_path: Path, corpus: Corpus, url: str
) -> None:
    here = Corpus(shutil.copytree(corpus.root, tmp_path / "b" / "corpus"))
    first, second = toys.pipeline()[:2]
    run(here, [first, second], LocalExecutor())
    run(corpus, [first], LocalExecutor())
    store, jobs = Store(url), jobs_of(corpus.sessions())
    send_jobs(store, corpus, jobs)
    with mirrored(url) as mirror, second.open(Resources()) as work:
        folder = mirror.corpus.root
        results = [mirror.perform(second, work, job) for job in jobs]
        assert not folder.is_relative_to(tmp_path)
    assert not folder.exists()
    for job, result in zip(jobs, results, strict=True):
        assert isinstance(result, Stored)
        take_in(store, corpus, second, job, result.layer)
    run(corpus, [first, second], LocalExecutor())  # finds them, and only names them
    assert toys.contents(corpus) == toys.contents(here)


def test_what_is_there_is_not_sent_again_but_sessions_are(corpus: Corpus, url: str) -> None:
    store = Store(url)
    session = f"vault/sessions/{corpus.sessions()[0].recording.id}.json"
    assert store.send(corpus.root, ["x", session]) == 2
    assert store.send(corpus.root, ["x", session]) == 1


def test_altered_or_missing_is_one_failed_recording(
    tmp_path: Path, corpus: Corpus, url: str
) -> None:
    first, second = toys.pipeline()[:2]
    run(corpus, [first], LocalExecutor())
    store, jobs = Store(url), jobs_of(corpus.sessions())
    send_jobs(store, corpus, jobs)
    altered = tmp_path / "altered"
    altered.write_bytes(b"{}")
    (digest,) = jobs[0].layers.values()
    store._put(altered, f"{store._root}/vault/layers/sha256/{digest[:2]}/{digest}.json")
    store._files.rm(f"{store._root}/vault/sessions/{jobs[1].recording}.json")
    with mirrored(url) as mirror, second.open(Resources()) as work:
        results = [mirror.perform(second, work, job) for job in jobs]
    assert isinstance(results[0], Failed) and "was altered" in results[0].reason
    assert isinstance(results[1], Failed) and "holds no vault/sessions/" in results[1].reason
    assert isinstance(results[2], Stored)


def test_redacted_sound_goes_with_its_layer() -> None:
    copies = tuple(
        RedactedCopy(
            audio=Audio(
                sha256="a", uri=uri, sample_rate=8, num_samples=8, num_channels=1, codec="p"
            ),
            segments=(),
            redactions=(),
            verdict="clean",
        )
        for uri in ("redacted/audio/sha256/aa/aa.flac", "")
    )
    origin = Provenance(stage="redact", version="1")
    layer = Layer(name="redacted", kind="redacted", recording="r", items=copies, provenance=origin)
    assert made(layer, "bb") == [
        "redacted/audio/sha256/aa/aa.flac",
        "vault/layers/sha256/bb/bb.json",
    ]


def test_what_a_killed_worker_left_is_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote.tempfile, "gettempdir", lambda: str(tmp_path))
    prefix = remote.scratch_prefix("mirroring").rsplit("-", 2)[0]
    left = tmp_path / "speechkit-mirrors" / f"{prefix}-999999999-abc"
    (left / "corpus").mkdir(parents=True)
    with mirrored(f"file://{tmp_path}/store") as mirror:
        assert not left.exists() and mirror.corpus.root.exists()
    assert list((tmp_path / "speechkit-mirrors").iterdir()) == []


def test_wrong_addresses_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="--store nowhere://x"):
        Store("nowhere://x")
    with pytest.raises(UsageError, match="goes with --executor ray"):
        make_executor("local", Resources(), store="s3://b/c")
    (tmp_path / "taken").write_bytes(b"")
    (tmp_path / "x").write_bytes(b"x")
    store = Store(f"file://{tmp_path}/taken")
    with pytest.raises(StoreError, match="cannot write file://"):
        store.send(tmp_path, ["x"])
    with pytest.raises(DamagedError, match="holds no y"):
        store.fetch(tmp_path, ["y"])


def test_a_server_that_is_away_is_told(bucket: Callable[[], str], tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"x")
    missing = Store("s3://no-such-bucket-here/corpus")
    with pytest.raises(StoreError, match="check the address, credentials and network"):
        missing.send(tmp_path, ["x"])


def test_digests_of_what_comes_are_checked(tmp_path: Path, url: str) -> None:
    store, source = Store(url), tmp_path / "source"
    digest = digest_bytes(b"sound")
    right = f"vault/audio/sha256/{digest[:2]}/{digest}.wav"
    (source / right).parent.mkdir(parents=True)
    (source / right).write_bytes(b"sound")
    store.send(source, [right])
    store.fetch(tmp_path / "there", [right])
    assert (tmp_path / "there" / right).read_bytes() == b"sound"
