"""One thread a sum: what is loaded, what is loaded later, what is started; and put back after."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from speechkit.core.arithmetic import same_sums, side_by_side

READ = "import os; print(os.environ['OMP_NUM_THREADS'], os.environ['OPENBLAS_NUM_THREADS'])"


def blas_threads() -> set[int]:
    return {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"}


def test_what_is_loaded_and_what_is_started_get_one_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    with threadpool_limits(2, user_api="blas"):
        before = blas_threads()
        assert before and np.__version__  # numpy brings its own
        with same_sums():
            assert blas_threads() == {1}
            started = subprocess.run(
                [sys.executable, "-c", READ], capture_output=True, text=True, check=True
            )
            assert started.stdout.split() == ["1", "1"]
        assert blas_threads() == before
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert "OPENBLAS_NUM_THREADS" not in os.environ


def test_torch_gets_one_thread_and_its_threads_back() -> None:
    torch = pytest.importorskip("torch")
    found = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        with same_sums():
            assert torch.get_num_threads() == 1
            assert side_by_side(lambda _: torch.get_num_threads(), range(3), 2) == [1, 1, 1]
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(found)


def test_calls_run_side_by_side_and_answer_in_order() -> None:
    both = threading.Barrier(2, timeout=20)

    def meet(item: int) -> int:
        both.wait()  # alone, it would wait for ever
        return item

    assert side_by_side(meet, range(4), 2) == [0, 1, 2, 3]
    here = threading.get_ident()
    assert side_by_side(lambda _: threading.get_ident(), range(2), 0) == [here, here]


def test_speechkit_itself_brings_no_torch() -> None:
    bring = "import sys, speechkit.cli.main, speechkit.core.arithmetic as a; a.settle(); "
    code = bring + "print(sorted({'torch', 'numpy'} & set(sys.modules)))"
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "[]"
