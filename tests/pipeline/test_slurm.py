"""The Slurm executor, with submitit's processes of this machine in the place of a cluster."""

from __future__ import annotations

from pathlib import Path

import pytest
import toys

from speechkit.core.errors import ModelError, SpeechkitError, UsageError
from speechkit.pipeline.executors.local import LocalExecutor
from speechkit.pipeline.executors.slurm import SlurmExecutor, split
from speechkit.pipeline.runner import run

pytest.importorskip("submitit")


@pytest.fixture(autouse=True)
def toys_are_known_to_other_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(toys.__file__).parent))


def without_logs(contents: dict[str, bytes]) -> dict[str, bytes]:
    return {name: data for name, data in contents.items() if not name.startswith("slurm/")}


def test_shards_write_the_bytes_of_one_process_and_keep_text_out_of_the_job_folder(
    tmp_path: Path,
) -> None:
    here = toys.make_corpus(tmp_path / "a" / "corpus", 5)
    there = toys.make_corpus(tmp_path / "b" / "corpus", 5)
    stages = toys.pipeline(fails=(here.sessions()[2].recording.id,))[:2]
    alone = run(here, stages, LocalExecutor())
    report = run(there, stages, SlurmExecutor(shards=2, cluster="local"))
    assert without_logs(toys.contents(there)) == toys.contents(here)
    assert report.failures == alone.failures and len(report.failures) == 1
    contents = toys.contents(there)
    assert any(toys.CANARY in data for name, data in contents.items() if "layers" in name)
    assert not [name for name in contents if "slurm/" in name and toys.CANARY in contents[name]]


def test_a_lost_shard_is_asked_for_again_less_what_it_had_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # How long submitit waits for the answer of a process that is gone.
    monkeypatch.setattr("submitit.core.core.Job._results_timeout_s", 1)
    corpus = toys.make_corpus(tmp_path / "corpus", 4)
    marks = tmp_path / "marks"
    marks.mkdir()
    third = corpus.sessions()[2].recording.id
    toy = toys.Toy(dies=(third,), once=tmp_path / "died", marks=marks)
    report = run(corpus, [toy], SlurmExecutor(shards=1, cluster="local"))
    assert (report.stages[0].done, report.failures) == (4, ())
    starts = [mark.name.rsplit("-", 2)[0].removeprefix("toy-") for mark in marks.iterdir()]
    assert sorted(starts) == sorted([s.recording.id for s in corpus.sessions()] + [third])


def test_what_concerns_every_recording_ends_the_run(tmp_path: Path) -> None:
    corpus = toys.make_corpus(tmp_path / "corpus", 2)
    with pytest.raises(ModelError, match="no weights for the toy"):
        run(corpus, [toys.Toy(unopened=True)], SlurmExecutor(shards=1, cluster="local"))
    with pytest.raises(UsageError, match="--slurm"):
        executor = SlurmExecutor(parameters={"partitoin": "gpu"}, cluster="local")
        run(corpus, [toys.Toy()], executor)


def test_a_machine_without_slurm_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    corpus = toys.make_corpus(tmp_path / "corpus", 1)
    with pytest.raises(SpeechkitError, match="no Slurm on this machine"):
        run(corpus, [toys.Toy()], SlurmExecutor())


def test_shares_are_fixed_and_even() -> None:
    shares = split(list(range(100)), 7)
    assert shares == split(list(range(100)), 7)
    assert sorted(item for share in shares for item in share) == list(range(100))
    assert {len(share) for share in shares} == {14, 15}
