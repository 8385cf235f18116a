"""Recordings of any length: channels of which slices are read when they are asked for.

What is short lies in memory. What is long is decoded once, to a file without a name that ends with
the process, so that ten hours need no more memory than one.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np

from speechkit.audio.decode import open_audio
from speechkit.audio.read import Growing, expected, resampled
from speechkit.core.engines import Sound

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

HELD = 1 << 25  # samples, all channels together, that lie in memory: 128 MiB, 35 min in mono
BLOCK = 1 << 20  # samples that are looked at together: 65 s
_ITEM = 4  # bytes of a float32


class Lazy:
    """A `Sound` of `length` samples, made by `read(start, end)` where a slice is taken."""

    def __init__(self, length: int, read: Callable[[int, int], Samples]) -> None:
        self._length = length
        self._read = read

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, part: slice, /) -> Samples:
        start, stop, step = part.indices(self._length)
        if step != 1:
            raise ValueError("a sound is read forwards, sample by sample")
        return self._read(start, max(start, stop))


@contextmanager
def open_sound(
    path: Path, sample_rate: int, *, mono: bool, scratch: Path
) -> Iterator[tuple[Sound, ...]]:
    """Yield a file's channels at `sample_rate` Hz, or the mean of them where `mono`.

    The samples are those of `read_resampled`. `scratch` is a folder as private as the file, on a
    disk with room for 4 bytes a sample (220 MiB an hour and channel at 16 kHz).

    Raises:
        AudioError: as `open_audio`.
    """
    with ExitStack() as stack:
        stream = stack.enter_context(open_audio(path))
        num_channels = 1 if mono else stream.num_channels
        held = Growing(num_channels, min(expected(stream, sample_rate), HELD // num_channels))
        rest = resampled(stream, sample_rate, mono=mono)
        for block in rest:
            held.add(block)
            if held.samples().size > HELD:
                break
        else:
            yield tuple(held.samples())
            return
        file = stack.enter_context(tempfile.TemporaryFile(dir=scratch))
        length = _append(file, held.samples())
        del held
        for block in rest:
            length += _append(file, block)
        file.flush()
        yield tuple(_channel(file, number, num_channels, length) for number in range(num_channels))


def blocks(sound: Sound, size: int = BLOCK) -> Iterator[tuple[int, Samples]]:
    """Yield where each block of at most `size` samples begins, and the block."""
    for start in range(0, len(sound), size):
        yield start, sound[start : start + size]


def louder(sound: Sound, gain: float) -> Sound:
    """Return a sound multiplied by `gain`."""
    return Lazy(len(sound), lambda start, end: sound[start:end] * np.float32(gain))


def _append(file: IO[bytes], block: Samples) -> int:
    """Write a block of shape (channels, n) as frames; return n."""
    for at in range(0, block.shape[1], BLOCK):
        file.write(np.ascontiguousarray(block[:, at : at + BLOCK].T).data)
    return int(block.shape[1])


def _channel(file: IO[bytes], number: int, num_channels: int, length: int) -> Sound:
    def read(start: int, end: int) -> Samples:
        file.seek(start * num_channels * _ITEM)
        frames = np.empty((end - start, num_channels), dtype=np.float32)
        file.readinto(frames)  # type: ignore[attr-defined]
        return np.ascontiguousarray(frames[:, number])

    return Lazy(length, read)
