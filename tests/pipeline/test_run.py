"""The runner with small stages of its own: order, cache, failures, stale layers."""

from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from speechkit.core.errors import AudioError, ModelError, SpeechkitError, UsageError
from speechkit.core.stage import Writes
from speechkit.core.types import Audio, Recording, Session, Turn
from speechkit.pipeline.executors.local import LocalExecutor
from speechkit.pipeline.plan import check_plan, dry_run
from speechkit.pipeline.runner import run
from speechkit.storage.corpus import Corpus

CANARY = "Zebulonia"


class Options(msgspec.Struct, frozen=True, kw_only=True):
    speaker: str = "A"


class Toy:
    """Writes one turn; counts what it did; fails where it is told to."""

    version, engine, revision = "1", "", ""

    def __init__(self, name, reads, writes, options=None, fail=None) -> None:
        self.name, self.reads, self.writes = name, reads, Writes(name=writes, kind="turns")
        self.options, self.fail = options or Options(), fail or {}
        self.seen = []

    @contextmanager
    def open(self, resources):
        def work(tasks):
            for task in tasks:
                self.seen.append(task.recording.id)
                if task.recording.id in self.fail:
                    raise self.fail[task.recording.id]
            return [(Turn(start=0.0, end=1.0, speaker=self.options.speaker),) for _ in tasks]

        yield work


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    corpus = Corpus.create(tmp_path / "corpus")
    for n in range(3):
        audio = Audio(
            sha256=str(n) * 64, uri="x", sample_rate=8, num_samples=80, num_channels=1, codec="p"
        )
        corpus.put_session(Session(recording=Recording(id=f"rec-{n}", audio=audio)))
    return corpus


def go(corpus, *stages, **kwargs):
    return run(corpus, stages, LocalExecutor(), **kwargs)


def snapshot(corpus):
    files = [p for p in corpus.root.rglob("*") if p.is_file() and p.name != "journal.jsonl"]
    return {str(p.relative_to(corpus.root)): p.read_bytes() for p in files}


def test_each_stage_sees_each_recording_once(corpus: Corpus) -> None:
    a, b = Toy("a", (), "turns"), Toy("b", ("turns",), "more")
    report = go(corpus, a, b)
    assert a.seen == b.seen == ["rec-0", "rec-1", "rec-2"]
    assert [s.done for s in report.stages] == [3, 3]
    assert set(corpus.session("rec-1").layers) == {"turns", "more"}


def test_a_second_run_does_nothing_and_changes_nothing(corpus: Corpus) -> None:
    stages = Toy("a", (), "turns"), Toy("b", ("turns",), "more")
    go(corpus, *stages)
    before = snapshot(corpus)
    report = go(corpus, *stages)
    assert [s.cached for s in report.stages] == [3, 3]
    assert len(stages[0].seen) == 3
    assert snapshot(corpus) == before


def test_a_changed_option_redoes_that_stage_and_what_follows(corpus: Corpus) -> None:
    go(corpus, Toy("a", (), "turns"), Toy("b", ("turns",), "more"))
    a, b = Toy("a", (), "turns", Options(speaker="B")), Toy("b", ("turns",), "more")
    go(corpus, a, b)
    assert len(a.seen) == len(b.seen) == 3


def test_a_stopped_run_goes_on_where_it_was(corpus: Corpus) -> None:
    stop = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        go(corpus, Toy("a", (), "turns", fail={"rec-2": stop}))
    again = Toy("a", (), "turns")
    go(corpus, again)
    assert again.seen == ["rec-2"]


def test_one_bad_recording_is_a_row_and_the_rest_goes_on(corpus: Corpus) -> None:
    a = Toy("a", (), "turns", fail={"rec-1": AudioError("rec-1: truncated")})
    b = Toy("b", ("turns",), "more")
    report = go(corpus, a, b)
    assert b.seen == ["rec-0", "rec-2"]
    (row,) = corpus.failures()
    assert row == {"run": "run", "item": "rec-1", "stage": "a", "reason": "rec-1: truncated"}
    assert len(report.failures) == 1


def test_what_an_unexpected_error_quotes_is_written_nowhere(corpus: Corpus) -> None:
    go(corpus, Toy("a", (), "turns", fail={"rec-0": ValueError(f"cannot parse {CANARY}")}))
    assert "ValueError" in corpus.failures()[0]["reason"]
    assert not [name for name, data in snapshot(corpus).items() if CANARY.encode() in data]
    assert CANARY not in (corpus.root / "journal.jsonl").read_text()


def test_a_failed_recording_keeps_no_stale_layer(corpus: Corpus) -> None:
    go(corpus, Toy("a", (), "turns"), Toy("b", ("turns",), "more"))
    a = Toy("a", (), "turns", Options(speaker="B"), fail={"rec-1": AudioError("gone")})
    go(corpus, a, Toy("b", ("turns",), "more"))
    assert corpus.session("rec-1").layers == {}
    assert set(corpus.session("rec-0").layers) == {"turns", "more"}


def test_only_what_consent_permits_to_be_read_is_worked_on(corpus: Corpus) -> None:
    """A register is there: whoever is not in it, or did not permit research, is left alone."""
    from speechkit.governance.consent import ConsentRecord, ConsentRegister

    permitted, other = (
        ConsentRecord(id=f"c-{n}", status="active", purposes=purposes)
        for n, purposes in enumerate([("research",), ("quality",)])
    )
    ConsentRegister(corpus.root).put(permitted, other)
    for n in (0, 1):
        session = corpus.session(f"rec-{n}")
        known = msgspec.structs.replace(session.recording, consent=f"c-{n}")
        corpus.put_session(msgspec.structs.replace(session, recording=known))
    stage = Toy("one", (), "turns")
    report = go(corpus, stage)
    assert stage.seen == ["rec-0"]
    assert [(row.item, row.stage, row.reason) for row in report.failures] == [
        ("rec-1", "consent", "consent: the consent does not permit the purpose"),
        ("rec-2", "consent", "consent: no consent is on record"),
    ]


def test_absent_weights_end_the_run(corpus: Corpus) -> None:
    with pytest.raises(ModelError):
        go(corpus, Toy("a", (), "turns", fail={"rec-0": ModelError("no weights")}))


def test_a_layer_nobody_writes_is_found_before_anything_runs(corpus: Corpus) -> None:
    a = Toy("a", (), "turns")
    with pytest.raises(UsageError, match="'phi'"):
        go(corpus, a, Toy("b", ("phi",), "more"))
    assert a.seen == []
    check_plan((Toy("a", ("reference", "maybe?"), "turns"),))


def test_dry_run_counts_hits_and_misses_and_runs_nothing(corpus: Corpus) -> None:
    a, b = Toy("a", (), "turns"), Toy("b", ("turns",), "more")
    go(corpus, a, limit=2)
    counts = dry_run(corpus, (a, b), corpus.sessions())
    assert [(c.cached, c.to_do, c.seconds) for c in counts] == [(2, 1, 10.0), (0, 3, 30.0)]
    assert a.seen == ["rec-0", "rec-1"] and b.seen == []


def test_an_empty_corpus_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SpeechkitError, match="speechkit ingest"):
        go(Corpus.create(tmp_path / "empty"), Toy("a", (), "turns"))


def test_each_recording_is_handed_over_before_the_next_is_begun(corpus: Corpus) -> None:
    first, last = Toy("first", (), "turns"), Toy("last", ("turns",), "more")
    handed = []

    def finished(session):
        assert corpus.session(session.recording.id).layers == session.layers
        handed.append((session.recording.id, tuple(last.seen)))

    go(corpus, first, last, finished=finished)
    assert handed == [
        ("rec-0", ("rec-0",)),
        ("rec-1", ("rec-0", "rec-1")),
        ("rec-2", ("rec-0", "rec-1", "rec-2")),
    ]


def test_what_was_done_before_is_handed_over_too(corpus: Corpus) -> None:
    stage = Toy("only", (), "turns")
    go(corpus, stage, limit=2)
    handed = []
    go(corpus, stage, finished=lambda session: handed.append(session.recording.id))
    assert handed == ["rec-0", "rec-1", "rec-2"]
