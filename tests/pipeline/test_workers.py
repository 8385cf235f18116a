"""Several processes: the same bytes as one; a worker's death costs its recording at most."""

from __future__ import annotations

import pickle
import time
from pathlib import Path

import pytest
import toys

from speechkit.core.errors import MissingExtraError, ModelError
from speechkit.core.stage import Resources
from speechkit.pipeline.executors.local import LocalExecutor, shares
from speechkit.pipeline.jobs import Refused
from speechkit.pipeline.runner import run


def test_two_workers_write_the_bytes_of_one(tmp_path: Path) -> None:
    one = toys.make_corpus(tmp_path / "a" / "corpus", 9)
    two = toys.make_corpus(tmp_path / "b" / "corpus", 9)
    fails = (one.sessions()[2].recording.id, one.sessions()[5].recording.id)
    alone = run(one, toys.pipeline(fails=fails), LocalExecutor())
    both = run(two, toys.pipeline(fails=fails), LocalExecutor(workers=2))
    assert toys.contents(one) == toys.contents(two)
    assert alone.failures == both.failures and len(both.failures) == 2


def test_two_workers_work_at_the_same_time(tmp_path: Path) -> None:
    corpus = toys.make_corpus(tmp_path / "corpus", 10)
    marks = tmp_path / "marks"
    marks.mkdir()
    run(corpus, [toys.Toy(seconds=0.5, marks=marks)], LocalExecutor(workers=2))
    processes = {mark.name.split("-")[3] for mark in marks.iterdir()}
    assert len(processes) == 2 and len(list(marks.iterdir())) == 10


def test_a_recording_that_kills_its_worker_is_tried_again_and_then_a_row(tmp_path: Path) -> None:
    corpus = toys.make_corpus(tmp_path / "corpus", 6)
    names = [session.recording.id for session in corpus.sessions()]
    once = toys.Toy("once", dies=(names[1],), once=tmp_path / "died")
    always = toys.Toy("always", writes="more", dies=(names[3],))
    report = run(corpus, (once, always), LocalExecutor(workers=2))
    assert [stage.done for stage in report.stages] == [6, 5]
    (row,) = report.failures
    assert (row.item, row.stage) == (names[3], "always")
    assert row.reason == "took 2 workers down with it (killed, perhaps for want of memory)"


def test_what_concerns_every_recording_comes_back_as_it_was(tmp_path: Path) -> None:
    corpus = toys.make_corpus(tmp_path / "corpus", 3)
    begun = time.monotonic()
    with pytest.raises(ModelError, match="no weights for the toy; bring them"):
        run(corpus, [toys.Toy(unopened=True)], LocalExecutor(workers=2))
    assert time.monotonic() - begun < 30
    missing = MissingExtraError("ray", extra="ray")
    back = pickle.loads(pickle.dumps(Refused(error=missing))).error
    assert (type(back), str(back), back.exit_code) == (MissingExtraError, str(missing), 3)


def test_workers_share_cores_and_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("speechkit.pipeline.executors.local.usable_cores", lambda: 8)
    assert [share.threads for share in shares(Resources(), 1)] == [8]
    assert [share.threads for share in shares(Resources(), 3)] == [2, 2, 2]
    assert [share.threads for share in shares(Resources(), 16)] == [1] * 16
    devices = shares(Resources(device="cuda:0,cuda:1", threads=3), 3)
    assert [(d.device, d.threads) for d in devices] == [
        ("cuda:0", 3),
        ("cuda:1", 3),
        ("cuda:0", 3),
    ]


def test_the_default_stages_can_be_sent_to_workers() -> None:
    import pickle

    from speechkit.pipeline.pipelines import default_pipeline

    for stage in default_pipeline():
        again = pickle.loads(pickle.dumps(stage))
        assert (again.options, again.revision) == (stage.options, stage.revision)
