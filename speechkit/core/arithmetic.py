"""How numbers are added up: the same way on one core and on many.

A sum that threads share is added up in another order, its last bits differ, and in the end a
confidence or a full stop does. So a sum is one thread's: BLAS and torch are given one each, whatever
the environment says, and `Resources.threads` is how many calls run side by side. CTranslate2 is
the exception, and is given the threads: whisper's layers came out the same with one, two, four and
eight of them, and `tests/pipeline/test_same_bytes.py` holds it to that with one and two.

Nothing is promised between two models of processor: their instructions round differently.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from threadpoolctl import threadpool_limits

_ONE_THREAD = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
_A = TypeVar("_A")
_B = TypeVar("_B")


def settle() -> None:
    """Set this process up for good, and those it starts; call it before numpy is imported.

    Idle threads sleep rather than spin: two programs that spin on the same cores slow each other
    down tenfold and more; alone, sleeping costs next to nothing.
    """
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("KMP_BLOCKTIME", "0")


@contextmanager
def same_sums() -> Iterator[None]:
    """Give one thread to each sum while the block runs; after it all is as it was.

    What is loaded already is told, what is loaded within the block and what is started there reads
    the environment. Blocks may be nested.
    """
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    try:
        with threadpool_limits(1, user_api="blas"), one_torch_thread():
            yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def one_torch_thread() -> Iterator[None]:
    """Let torch, where it has been imported, compute each call on one thread within the block."""
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def side_by_side(call: Callable[[_A], _B], items: Iterable[_A], threads: int) -> list[_B]:
    """Return `call` of each item, in order; `threads` of them run at the same time (0 is as 1).

    For calls that leave Python while they compute. Each is as it would be alone.
    """
    if threads <= 1:
        return [call(item) for item in items]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(call, items))
