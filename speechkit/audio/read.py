"""Reading a sound file straight to another sample rate, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from speechkit.audio.decode import AudioStream, open_audio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

_LONGEST_PROMISE = 4 * 3600  # seconds that are set aside on the word of a header
_GROWTH = 1.25


def read_resampled(path: Path, target_rate: int, *, mono: bool) -> Samples:
    """Return a file's samples at `target_rate` Hz: (channels, n), or (1, n) where `mono`.

    Takes no more memory than what it returns: neither the samples at the file's own rate (an hour
    in 48 kHz stereo would be 1.4 GB) nor a second copy of the result are ever there. `mono`
    averages the channels. For recordings of any length there is `sound.open_sound`.

    Raises:
        AudioError: as `open_audio`.
    """
    with open_audio(path) as stream:
        kept = Growing(1 if mono else stream.num_channels, expected(stream, target_rate))
        for block in resampled(stream, target_rate, mono=mono):
            kept.add(block)
        return kept.samples()


def resampled(stream: AudioStream, target_rate: int, *, mono: bool) -> Iterator[Samples]:
    """Yield a stream's blocks of shape (channels, n), or (1, n) where `mono`, at `target_rate`."""
    import soxr

    blocks = (_mixed(block) for block in stream) if mono else iter(stream)
    if stream.sample_rate == target_rate:
        yield from blocks
        return
    num_channels = 1 if mono else stream.num_channels
    resampler = soxr.ResampleStream(
        stream.sample_rate, target_rate, num_channels, dtype="float32", quality="HQ"
    )
    for block in blocks:
        yield resampler.resample_chunk(block.T).T
    nothing = np.zeros((0, num_channels), dtype=np.float32)
    yield resampler.resample_chunk(nothing, last=True).T


def expected(stream: AudioStream, target_rate: int) -> int:
    """How many samples the header promises at `target_rate`, as far as headers are believed."""
    promised = min(int(stream.num_promised), _LONGEST_PROMISE * stream.sample_rate)
    return round(promised * target_rate / stream.sample_rate)


class Growing:
    """Samples of shape (channels, n) of which more come; room is made by what is expected."""

    def __init__(self, num_channels: int, expected: int) -> None:
        self._room: Samples = np.empty((num_channels, expected), dtype=np.float32)
        self._length = 0

    def add(self, block: Samples) -> None:
        end = self._length + block.shape[1]
        if end > self._room.shape[1]:
            bigger = np.empty((len(self._room), round(end * _GROWTH)), dtype=np.float32)
            bigger[:, : self._length] = self._room[:, : self._length]
            self._room = bigger
        self._room[:, self._length : end] = block
        self._length = end

    def samples(self) -> Samples:
        """Return all of them; pages that were set aside and never written take no memory."""
        return self._room[:, : self._length]


def _mixed(block: Samples) -> Samples:
    mixed: Samples = block.mean(axis=0, keepdims=True, dtype=np.float32)
    return mixed
