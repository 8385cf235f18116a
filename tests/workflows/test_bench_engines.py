"""`bench run` over the runner of `run`: cached work, rows of failures, costs of what is scored."""

from __future__ import annotations

from pathlib import Path

import pytest
import toys

from speechkit.benchmark.types import Hypothesis, System
from speechkit.core.errors import AudioError, ModelError, UsageError
from speechkit.core.types import Segment
from speechkit.formats import read_transcripts
from speechkit.pipeline.executors.local import LocalExecutor
from speechkit.pipeline.runner import run
from speechkit.workflows import bench_run
from speechkit.workflows.bench_run import (
    EngineJob,
    check_engines,
    engine_jobs,
    run_engine,
    write_hypotheses,
)


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch) -> list[toys.Toy]:
    """What the pipeline of any engine is in these tests; a test may put others there."""
    made: list[toys.Toy] = [toys.Toy("toy", writes="draft", seconds=0.05)]
    monkeypatch.setattr(bench_run, "make_pipeline", lambda name, options: tuple(made))
    monkeypatch.setattr(bench_run, "_price", lambda job: None)  # a toy is no engine, and free
    monkeypatch.setattr(bench_run, "_with_setup", lambda job, cost: cost)
    return made


def test_the_cost_is_that_of_the_recordings_that_are_scored(
    stages: list[toys.Toy], tmp_path: Path
) -> None:
    corpus = toys.make_corpus(tmp_path / "corpus", 4)
    names = [session.recording.id for session in corpus.sessions()]
    before = [session.layers for session in corpus.sessions()]

    def job(*only: str) -> EngineJob:
        return EngineJob(source=str(corpus.root), engine="toy", only=only)

    two = run_engine(job(*names[:2]))
    assert sorted(two.layers) == names[:2] and two.cached == 0
    assert two.cost.audio_seconds == 20.0  # each is 10 s long
    assert two.cost.seconds >= 0.1 and two.cost.peak_memory_mib
    assert two.cost.real_time_factor == pytest.approx(two.cost.seconds / 20, abs=1e-3)
    four = run_engine(job())
    assert (four.cached, four.cost.audio_seconds) == (2, 40.0)
    again = run_engine(job(*names[:2]))  # nothing is done, and the figures are its own
    assert (again.cached, again.cost, again.layers) == (2, two.cost, two.layers)
    assert [session.layers for session in corpus.sessions()] == before
    assert corpus.failures() == []


def test_what_run_did_before_has_no_cost_that_is_known(
    stages: list[toys.Toy], tmp_path: Path
) -> None:
    corpus = toys.make_corpus(tmp_path / "corpus", 2)
    run(corpus, stages, LocalExecutor())
    done = run_engine(EngineJob(source=str(corpus.root), engine="toy"))
    assert (done.cached, done.cost.audio_seconds, done.cost.real_time_factor) == (2, 0.0, None)


def test_one_bad_recording_is_a_row_and_a_dead_worker_too(
    stages: list[toys.Toy], tmp_path: Path
) -> None:
    corpus = toys.make_corpus(tmp_path / "corpus", 3)
    names = [session.recording.id for session in corpus.sessions()]
    stages[:] = [toys.Toy("toy", writes="draft", fails=(names[0],), dies=(names[2],))]
    done = run_engine(EngineJob(source=str(corpus.root), engine="toy"))
    assert list(done.layers) == [names[1]]
    assert done.failures[names[0]] == f"{names[0]}: fails"
    assert "took 2 workers down" in done.failures[names[2]]


def test_an_engine_that_cannot_be_opened_is_told_as_what_it_is(
    stages: list[toys.Toy], tmp_path: Path
) -> None:
    corpus = toys.make_corpus(tmp_path / "corpus", 1)
    stages[:] = [toys.Toy("toy", writes="draft", unopened=True)]
    with pytest.raises(ModelError, match="no weights for the toy"):
        run_engine(EngineJob(source=str(corpus.root), engine="toy"))


def test_all_engines_are_checked_before_the_first_runs(
    stages: list[toys.Toy], tmp_path: Path
) -> None:
    corpus = toys.make_corpus(tmp_path / "corpus", 1)

    class Without(toys.Toy):
        @property
        def revision(self) -> str:  # type: ignore[override]
            raise ModelError("weights are not here")

        @revision.setter
        def revision(self, _: str) -> None: ...

    stages.append(Without("late", ("draft",), "more"))
    jobs = engine_jobs(("one:x", "two:y"), {}, source=str(corpus.root))
    with pytest.raises(ModelError, match="weights are not here"):
        check_engines(jobs)
    assert not (corpus.root / "vault" / "layers").exists()


def test_options_by_engine_and_variants_of_one() -> None:
    jobs = engine_jobs(
        ("whisper:base", "hot=whisper:base", "other:x"),
        {"beam_size": "5", "hot.temperature": "1", "whisper.beam_size": "1"},
        source="c",
    )
    assert [(job.name, job.options) for job in jobs] == [
        ("whisper:base", {"beam_size": "1"}),
        ("hot", {"beam_size": "1", "temperature": "1"}),
        ("other:x", {"beam_size": "5"}),
    ]
    with pytest.raises(UsageError, match="given twice"):
        engine_jobs(("a:x", "a:x"), {}, source="c")
    with pytest.raises(UsageError, match="no engine 'hut'; did you mean hot"):
        engine_jobs(("hot=a:x",), {"hut.beam_size": "1"}, source="c")
    (address,) = engine_jobs(("openai:http://h/v1?a=b#m",), {}, source="c")
    assert address.name == address.engine == "openai:http://h/v1?a=b#m"


def test_a_usage_error_of_one_recording_is_its_row(tmp_path: Path) -> None:
    """Two channels are asked of a recording that has one: the others go on."""
    corpus = toys.make_corpus(tmp_path / "corpus", 3)
    bad = corpus.sessions()[1].recording.id
    report = run(corpus, [toys.Misused(bad)], LocalExecutor())
    assert [(row.item, row.reason) for row in report.failures] == [(bad, "no such channel")]
    assert report.stages[0].done == 2
    assert not isinstance(toys.Misused.error, AudioError)


def test_what_an_engine_wrote_is_read_back_by_bench_score(tmp_path: Path) -> None:
    segment = Segment(id="a-0000", start=0.0, end=1.5, text="good morning", speaker="A")
    system = System(name="openai:http://h/v1#m", hypotheses={"a": Hypothesis(segments=(segment,))})
    folder = write_hypotheses(system, tmp_path)
    assert folder == tmp_path / "openai-http-h-v1-m"
    (read,) = read_transcripts(folder / "a.seglst.json").recordings["a"]
    assert (read.text, read.start, read.end, read.speaker) == ("good morning", 0.0, 1.5, "A")
