"""The Ray executor on a cluster of two nodes that are processes of this machine."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import toys

from speechkit.core.errors import ModelError, SpeechkitError, UsageError
from speechkit.core.stage import Resources
from speechkit.pipeline.executors.local import LocalExecutor
from speechkit.pipeline.executors.ray import RayExecutor
from speechkit.pipeline.runner import run

pytest.importorskip("ray")
SMALL = {"num_cpus": 1, "object_store_memory": 80 << 20}


@pytest.mark.parametrize(
    ("address", "error", "says"),
    [
        ("127.0.0.1:1", SpeechkitError, "there is no answer at 127.0.0.1:1"),
        ("ray://127.0.0.1:1", SpeechkitError, "ray status --address 127.0.0.1:1"),
        ("head", UsageError, "write HOST:6379"),
    ],
)
def test_a_cluster_that_is_not_there_is_said_at_once(
    tmp_path: Path, address: str, error: type[Exception], says: str
) -> None:
    corpus = toys.make_corpus(tmp_path / "corpus", 1)
    with pytest.raises(error, match=says):
        run(corpus, [toys.Toy()], RayExecutor(address))


@pytest.fixture(scope="module")
def cluster(bucket: Callable[[], str]) -> Iterator[Any]:
    """A head and, in `second`, another node of one processor each; they know the S3 server."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(toys.__file__).parent))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        import ray
        from ray.cluster_utils import Cluster

        nodes = Cluster(initialize_head=True, head_node_args={**SMALL, "include_dashboard": False})
        nodes.second = nodes.add_node(**SMALL)
        ray.init(address=nodes.address, log_to_driver=False, logging_level="ERROR")
        yield nodes
        ray.shutdown()
        nodes.shutdown()


def test_two_nodes_write_the_bytes_of_one_process(cluster: Any, tmp_path: Path) -> None:
    here = toys.make_corpus(tmp_path / "a" / "corpus", 6)
    there = toys.make_corpus(tmp_path / "b" / "corpus", 6)
    stages = toys.pipeline(fails=(here.sessions()[2].recording.id,))[:2]
    alone = run(here, stages, LocalExecutor())
    report = run(there, stages, RayExecutor())
    assert toys.contents(there) == toys.contents(here)
    assert report.failures == alone.failures and len(report.failures) == 1


def test_nodes_without_a_common_folder_write_the_same_bytes_through_a_store(
    cluster: Any, bucket: Callable[[], str], tmp_path: Path
) -> None:
    here = toys.make_corpus(tmp_path / "a" / "corpus", 4)
    there = toys.make_corpus(tmp_path / "b" / "corpus", 4)
    for corpus in (here, there):
        (corpus.root / "x").write_bytes(b"sound")
    run(here, toys.pipeline(), LocalExecutor())
    report = run(there, toys.pipeline(), RayExecutor(store=f"{bucket()}/mine"))
    assert report.failures == ()
    assert toys.contents(there) == toys.contents(here)


def test_what_concerns_every_recording_ends_the_run(cluster: Any, tmp_path: Path) -> None:
    corpus = toys.make_corpus(tmp_path / "corpus", 2)
    with pytest.raises(ModelError, match="no weights for the toy; bring them"):
        run(corpus, [toys.Toy(unopened=True)], RayExecutor(workers=1))
    with pytest.raises(UsageError, match="Ray chooses"):
        RayExecutor(resources=Resources(device="cuda:0,cuda:1"))


def test_a_lost_node_costs_at_most_what_it_had_in_hand(cluster: Any, tmp_path: Path) -> None:
    """Last of all: the second node is gone after it."""
    num_recordings = 20
    here = toys.make_corpus(tmp_path / "a" / "corpus", num_recordings)
    there = toys.make_corpus(tmp_path / "b" / "corpus", num_recordings)
    run(here, [toys.Toy()], LocalExecutor())
    marks = tmp_path / "marks"
    marks.mkdir()

    def kill_when_both_work() -> None:
        while len({mark.name.split("-")[3] for mark in marks.iterdir()}) < 2:
            stop.wait(0.05)
        stop.wait(0.2)
        cluster.remove_node(cluster.second, allow_graceful=False)

    stop = threading.Event()
    killer = threading.Thread(target=kill_when_both_work, daemon=True)
    killer.start()
    report = run(there, [toys.Toy(seconds=0.5, marks=marks)], RayExecutor(workers=2))
    killer.join(30)
    assert not killer.is_alive()
    assert (report.stages[0].done, report.failures) == (num_recordings, ())
    assert toys.contents(there) == toys.contents(here)
    starts = [mark.name.rsplit("-", 2)[0] for mark in marks.iterdir()]
    assert len(set(starts)) == num_recordings
    assert len(starts) - num_recordings <= 1  # one processor, so one recording in hand


def test_what_is_said_is_in_no_log_of_the_cluster(cluster: Any) -> None:
    logs = list(Path(cluster.head_node.get_session_dir_path()).rglob("*.*"))
    assert len(logs) > 5
    assert not [p for p in logs if p.is_file() and toys.CANARY in p.read_bytes()]


def test_telemetry_is_off(cluster: Any) -> None:
    from ray._common.usage.usage_lib import usage_stats_enabled

    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"
    assert not usage_stats_enabled()
