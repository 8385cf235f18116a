"""Real engines write the same layers however they are run on one machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile
import toys
from threadpoolctl import threadpool_limits

from speechkit.core.stage import Resources
from speechkit.ingestion.ingest import IngestOptions, ingest_folder
from speechkit.pipeline.executors.local import LocalExecutor
from speechkit.pipeline.executors.ray import RayExecutor
from speechkit.pipeline.executors.slurm import SlurmExecutor
from speechkit.pipeline.pipelines import default_pipeline
from speechkit.pipeline.runner import Executor, run
from speechkit.storage.corpus import Corpus

pytestmark = pytest.mark.models


@pytest.fixture(autouse=True)
def libraries_that_would_use_two_threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As in a program that has imported them before and sets nothing up."""
    torch = pytest.importorskip("torch")
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    before = torch.get_num_threads()
    with threadpool_limits(2, user_api="blas"):
        torch.set_num_threads(2)
        yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def recordings(real_call: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two stretches of the real call, of which CAM++ and BLAS give other bits on two threads."""
    folder = tmp_path_factory.mktemp("recordings")
    samples, rate = soundfile.read(real_call, dtype="int16")
    for number, (start, end) in enumerate([(15, 23), (6, 12)]):
        soundfile.write(folder / f"{number}.wav", samples[start * rate : end * rate], rate)
    return folder


def layers(executor: Executor, recordings: Path, folder: Path) -> dict[str, bytes]:
    """What the model stages make of the recordings: every layer, by its path."""
    corpus = Corpus(folder / "corpus")
    ingest_folder(recordings, corpus, IngestOptions(language="en"))
    report = run(corpus, default_pipeline(until="align"), executor)
    assert not report.failures
    return {name: data for name, data in toys.contents(corpus).items() if "layers" in name}


@pytest.fixture(scope="module")
def alone(recordings: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    executor = LocalExecutor(Resources(threads=1))
    found = layers(executor, recordings, tmp_path_factory.mktemp("alone"))
    assert len(found) >= 6
    return found


def test_threads_change_nothing(alone: dict[str, bytes], recordings: Path, tmp_path: Path) -> None:
    assert layers(LocalExecutor(Resources(threads=2)), recordings, tmp_path) == alone


def test_workers_change_nothing(
    alone: dict[str, bytes], recordings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    assert layers(LocalExecutor(workers=2), recordings, tmp_path) == alone
    assert os.environ["OMP_NUM_THREADS"] == "2"


def test_slurm_changes_nothing(alone: dict[str, bytes], recordings: Path, tmp_path: Path) -> None:
    pytest.importorskip("submitit")
    executor = SlurmExecutor(shards=1, cluster="local")
    assert layers(executor, recordings, tmp_path) == alone


def test_ray_changes_nothing(alone: dict[str, bytes], recordings: Path, tmp_path: Path) -> None:
    pytest.importorskip("ray")
    assert layers(RayExecutor(workers=1), recordings, tmp_path) == alone
