"""`speechkit run`: executors by name, events for schedulers, what a dry run tells."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import toys
from click.testing import CliRunner

from speechkit.cli.progress import Events
from speechkit.cli.run import command
from speechkit.core.errors import UsageError
from speechkit.core.stage import Resources
from speechkit.core.types import Audio, Recording, Session
from speechkit.pipeline.executors import registry
from speechkit.pipeline.executors.local import LocalExecutor
from speechkit.pipeline.executors.registry import make_executor
from speechkit.pipeline.pipelines import default_pipeline
from speechkit.pipeline.plan import PACE
from speechkit.pipeline.runner import run
from speechkit.storage.corpus import Corpus


def test_executors_by_name() -> None:
    local = make_executor("local", Resources(), workers=3)
    assert isinstance(local, LocalExecutor) and local.workers == 3
    assert make_executor("local", Resources()).workers == 1
    for spec, address in (
        ("ray", ""),
        ("ray:10.0.0.1:6379", "10.0.0.1:6379"),
        ("ray://head:10001", "ray://head:10001"),
    ):
        assert make_executor(spec, Resources()).address == address
    slurm = make_executor("slurm", Resources(), slurm={"timeout_min": "5", "slurm_partition": "x"})
    assert (slurm.shards, slurm.parameters) == (8, {"timeout_min": 5, "slurm_partition": "x"})
    with pytest.raises(UsageError, match="did you mean slurm"):
        make_executor("slrum", Resources())
    with pytest.raises(UsageError, match="goes with"):
        make_executor("local", Resources(), slurm={"timeout_min": "5"})


def test_workers_fit_into_the_budget_for_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("speechkit.pipeline.executors.local.usable_cores", lambda: 16)
    assert make_executor("local", Resources(), budget_memory="9GiB").workers == 4
    assert make_executor("local", Resources(), workers=3, budget_memory="9g").workers == 3
    assert make_executor("local", Resources(), workers=8, budget_memory="6000MiB").workers == 2
    for given, says in (("1 GiB", "1.0 GiB hold none"), ("much", "write 8GiB"), ("8", "8GiB")):
        with pytest.raises(UsageError, match=says):
            make_executor("local", Resources(), budget_memory=given)
    with pytest.raises(UsageError, match="clusters have their own"):
        make_executor("slurm", Resources(), budget_memory="9GiB")


def test_events_are_lines_with_the_time_left() -> None:
    lines: list[str] = []
    now = 100.0
    events = Events(lines.append, lambda: now)
    for second, finished in ((0, 4), (0.5, 5), (6, 7), (10, 10)):
        now = 100.0 + second
        events("diarize", finished, 10)
    rows = [json.loads(line) for line in lines]
    assert [(row["finished"], row["eta_seconds"]) for row in rows] == [
        (4, None),  # those were done before: nothing is known of the pace
        (7, 6.0),  # 3 in 6 s, 3 to go
        (10, 0.0),
    ]
    assert all(line.endswith("\n") for line in lines)
    assert {row["event"] for row in rows} == {"progress"}


def corpus_of_ten_minutes(root: Path) -> Corpus:
    corpus = Corpus.create(root)
    audio = Audio(
        sha256="0" * 64, uri="x", sample_rate=8, num_samples=4800, num_channels=1, codec="p"
    )
    corpus.put_session(Session(recording=Recording(id="rec-0", audio=audio)))
    return corpus


def test_a_dry_run_tells_how_long_at_the_pace_of_the_last_run(tmp_path: Path) -> None:
    corpus = corpus_of_ten_minutes(tmp_path / "c")
    arguments = ["--corpus", str(corpus.root), "--dry-run", "--until", "transcribe"]
    engine = default_pipeline(until="diarize")[0].engine
    corpus.note(PACE, stage="diarize", engine=engine, seconds=900.0, audio=1000.0)
    corpus.note(PACE, stage="diarize", engine=engine, seconds=50.0, audio=100.0)
    done = CliRunner().invoke(command, [*arguments, "--json"])
    stages = json.loads(done.stdout)["stages"]
    assert [stage["estimate"] for stage in stages] == [300.0, None]
    done = CliRunner().invoke(command, arguments)
    assert "5.0 min" in done.output and "not known yet" in done.output


def test_a_failing_run_prints_events_and_a_report(tmp_path: Path) -> None:
    corpus = corpus_of_ten_minutes(tmp_path / "c")
    done = CliRunner().invoke(
        command, ["--corpus", str(corpus.root), "--until", "transcribe", "--json"]
    )
    assert done.exit_code == 1
    report = json.loads(done.stdout)
    assert [stage["failed"] for stage in report["stages"]] == [1, 0]
    events = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(e["stage"], e["finished"], e["total"]) for e in events] == [
        ("diarize", 0, 1),
        ("diarize", 1, 1),
        ("transcribe", 0, 0),
    ]


def test_an_executor_of_another_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package names a function under an entry point; nothing here knows of it."""
    (tmp_path / "clinic_cluster.py").write_text(
        "from speechkit.pipeline import LocalExecutor\n"
        "def make(asked):\n"
        "    executor = LocalExecutor(asked.resources, workers=asked.workers or 5)\n"
        "    executor.queue = asked.address\n"
        "    return executor\n"
    )
    info = tmp_path / "clinic_cluster-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: clinic-cluster\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[speechkit.executors]\nclinic = clinic_cluster:make\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    registry._installed.cache_clear()
    try:
        assert "clinic" in registry.executor_names()
        executor = make_executor("clinic:night", Resources())
        assert (executor.workers, executor.queue) == (5, "night")
    finally:
        registry._installed.cache_clear()


def test_the_example_of_the_handbook_is_an_executor(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "scale.md").read_text("utf-8")
    code = page.split("```python\n")[1].split("```")[0]
    assert len(code.splitlines()) <= 40
    module: dict[str, object] = {}
    exec(code, module)
    corpus = toys.make_corpus(tmp_path / "c", 2)
    executor = module["make"](registry.ExecutorRequest())  # type: ignore[operator]
    report = run(corpus, [toys.Toy()], executor)
    assert (report.stages[0].done, report.failures) == (2, ())
